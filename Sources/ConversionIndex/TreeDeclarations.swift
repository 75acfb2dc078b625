// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel

extension Tree {
  /// What this tree declares under each of the names, without an index: every header is read, which takes about a
  /// second. Serves kernels that are in no pair, and trees that hold headers only.
  package func declarations(of names: Set<String>) async throws -> [String: [Declaration]] {
    try await offload { check in
      var result: [String: [Declaration]] = [:]
      for name in names where name.hasSuffix(".h") { result[name] = headers(named: name) }
      let wanted = Set(names.map { Array($0.utf8).reduce(SymbolTable.seed, SymbolTable.hash) })
      for path in DeclarationPlaces(tree: self).files() where DeclarationPlaces.isHeader(path) {
        try check()
        guard let bytes = self.bytes(path), Self.names(bytes, anyOf: wanted) else { continue }
        for item in DeclarationScanner(bytes).found {
          let name = String(decoding: bytes[item.name], as: UTF8.self)
          if names.contains(name) { result[name, default: []].append(item.declaration(name, bytes, path: path)) }
        }
      }
      return result
    }
  }

  /// Whether one of the names, by hash, stands in the text.
  private static func names(_ bytes: [UInt8], anyOf wanted: Set<UInt32>) -> Bool {
    bytes.withUnsafeBufferPointer { text in
      var found = false
      NameScanner.scan(text, as: .c) { _, hash, _ in found = found || wanted.contains(hash) }
      return found
    }
  }

  /// The text of a header or source, and what it declares or exports.
  func found(in path: String) -> (bytes: [UInt8], found: [DeclarationScanner.Found])? {
    guard let bytes = self.bytes(path) else { return nil }
    return DeclarationPlaces.isHeader(path)
      ? (bytes, DeclarationScanner(bytes).found)
      : (bytes, ExportScanner(bytes, namespace: namespace(of: path)).found)
  }

  /// What the Makefile beside a source says.
  private func namespace(of path: String) -> String? {
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    return bytes("\(folder)/Makefile").flatMap(ExportScanner.namespace(makefile:))
  }

  /// Folders below which headers are sought that are included by their path.
  package var headerFolders: [String] {
    ["include", "include/uapi", "arch/\(architecture)/include", "arch/\(architecture)/include/uapi"]
  }

  /// Where a header that is included by this name lies in the tree.
  func headers(named name: String) -> [Declaration] {
    var folders = headerFolders
    var names = [name]
    // The build makes `asm/x.h` out of `asm-generic/x.h` where an architecture has none of its own.
    if name.hasPrefix("asm/") {
      folders.append("include")
      names.append("asm-generic/" + name.dropFirst(4))
    }
    let paths = names.flatMap { name in folders.map { "\($0)/\(name)" } }
    guard !name.contains(".."),
      let path = paths.first(where: { holds($0) })
    else { return [] }
    return [Declaration(name: name, kind: .header, text: "#include <\(name)>", site: Site(file: path, line: 1))]
  }
}
