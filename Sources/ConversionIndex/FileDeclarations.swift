// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What one file of a kernel tree says to others: the declarations of a header, the exports of a source.
///
/// - Parameters:
///   - path: relative to the tree.
///   - namespace: which the Makefile beside a source gives to its exports; see `exportNamespace`.
package func fileDeclarations(_ bytes: [UInt8], path: String, namespace: String? = nil) -> [Declaration] {
  guard DeclarationPlaces.isHeader(path) else {
    return ExportScanner(bytes, namespace: namespace).found.map { found in
      found.declaration(String(decoding: bytes[found.name], as: UTF8.self), bytes, path: path)
    }
  }
  let scanner = DeclarationScanner(bytes)
  let guarding = scanner.source.includeGuard
  let declared = scanner.found.filter { $0.name != guarding }.map { found in
    found.declaration(String(decoding: bytes[found.name], as: UTF8.self), bytes, path: path)
  }
  return declared + scanner.source.announced(in: path)
}

/// The namespace that a Makefile gives to the exports of its folder's sources.
package func exportNamespace(makefile: [UInt8]) -> String? { ExportScanner.namespace(makefile: makefile) }

extension HeaderTokens {
  /// Structures and unions that are named so that others may point to them: `struct foo;`.
  fileprivate func announced(in path: String) -> [Declaration] {
    tokens.indices.dropLast(2).compactMap { index in
      guard isName(index, in: ["struct", "union"]), let name = name(index + 1), isMark(index + 2, ";") else {
        return nil
      }
      let tag = String(decoding: name, as: UTF8.self)
      return Declaration(
        name: tag, kind: .type, text: "\(text(tokens[index].range)) \(tag);",
        site: Site(file: path, line: tokens[index].line + 1))
    }
  }

  /// The name of the macro by which a header is read once only: the first macro, empty, behind a condition that asks
  /// for its absence.
  fileprivate var includeGuard: Range<Int>? {
    guard let first = macros.first, first.body.isEmpty, first.head == first.name else { return nil }
    let before = String(decoding: bytes[..<first.name.lowerBound].suffix(400), as: UTF8.self)
    let name = text(first.name)
    let lines = before.split(separator: "\n").dropLast().suffix(1)
    return lines.contains { $0.contains("ifndef") && $0.contains(name) || $0.contains("!defined") && $0.contains(name) }
      ? first.name : nil
  }
}
