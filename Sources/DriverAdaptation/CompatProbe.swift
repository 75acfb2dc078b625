// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// A few lines of C that compile only on kernels that have something, and the macro that says so.
struct CompatProbe: Hashable {
  /// Without `HAVE_`.
  var name: String
  /// What the kernel has, for the comment.
  var subject: String
  /// Lines without line ends.
  var lines: [String]

  var macro: String { "HAVE_\(name)" }

  /// Tries whether something is declared at all. Nil if it can't be included.
  ///
  /// - Parameter other: a name that the macro must not seem to speak of: where the two differ only in their case, the
  ///   macro keeps that.
  init?(existing declaration: Declaration, on kernel: KernelFacts, unlike other: String = "") {
    guard let includes = Self.includes(declaration, kernel) else { return nil }
    let name = declaration.name
    let use: [String]
    switch declaration.kind {
    case .function, .inlineFunction, .variable: use = ["void *test = (void *)&\(name);"]
    case .enumerator: use = ["long test = (long)\(name);"]
    case .type:
      let tag = declaration.text.hasPrefix("typedef") ? name : declaration.text
      use = ["unsigned long test = sizeof(\(tag));"]
    case .field:
      guard let container = declaration.container else { return nil }
      use = ["void test(\(container) *x);", "void test(\(container) *x) { (void)x->\(name); }"]
    case .macro: use = ["#ifndef \(name)", "#error", "#endif"]
    case .export, .header, .other: return nil
    }
    let stem = declaration.container.map { "\(Self.tag($0))_\(name)" } ?? name
    let isMisleading = name != other && Self.upper(name) == Self.upper(other)
    self.init(
      name: isMisleading ? stem : Self.upper(stem),
      subject: declaration.container.map { "\(name) in \($0)" } ?? name, lines: includes + use)
  }

  /// Tries whether something has exactly this type.
  init?(type declaration: Declaration, on kernel: KernelFacts) {
    guard let includes = Self.includes(declaration, kernel), let text = Self.renamed(declaration) else { return nil }
    let place: String
    if declaration.kind == .field, let container = declaration.container {
      place = "((\(container) *)0)->\(declaration.name)"
    } else if [.function, .inlineFunction, .variable].contains(declaration.kind) {
      place = declaration.name
    } else {
      return nil
    }
    let storage = [.function, .inlineFunction].contains(declaration.kind) ? "" : "extern "
    let stem = declaration.container.map { "\(Self.tag($0))_\(declaration.name)" } ?? declaration.name
    self.init(
      name: "NEW_\(Self.upper(stem))", subject: declaration.text,
      // Functions are extern anyway.
      lines: includes + Self.folded("\(storage)\(text);") + ["\(storage)__typeof__(\(place)) test;"])
  }

  /// Tries a macro that declares an object: `DEFINE_X(¤0, 1)`.
  init?(declarer text: String, of macro: Declaration, on kernel: KernelFacts) {
    guard let includes = Self.includes(macro, kernel), text.hasPrefix(macro.name) else { return nil }
    var line = text.replacing("¤", with: "test")
    if !line.hasSuffix(";") { line += ";" }
    self.init(name: "NEW_\(Self.upper(macro.name))", subject: macro.text, lines: includes + [line])
  }

  private init(name: String, subject: String, lines: [String]) {
    self.name = name
    self.subject = subject
    self.lines = lines
  }

  /// The prelude, then the driver's own include that brings the declaration in, else the header that holds it.
  private static func includes(_ declaration: Declaration, _ kernel: KernelFacts) -> [String]? {
    let parts = declaration.site.file.split(separator: "/")
    guard let include = parts.firstIndex(of: "include") else { return nil }
    let path = parts[(include + 1)...].drop { $0 == "uapi" }
    let header = path.joined(separator: "/")
    guard !path.isEmpty else { return nil }
    let door = kernel.doors[header] ?? header
    return (kernel.prelude.filter { $0 != door } + [door]).map { "#include <\($0)>" }
  }

  /// A declaration in lines of eighty columns, broken behind commas, parameters under the first one.
  private static func folded(_ text: String) -> [String] {
    var lines = [""]
    for part in text.split(separator: ", ") {
      let last = lines[lines.count - 1]
      if last.isEmpty {
        lines[lines.count - 1] += part
      } else if last.count + part.count < 78 {
        lines[lines.count - 1] += ", " + part
      } else {
        lines[lines.count - 1] += ","
        let column =
          lines[0].utf8.lastIndex(of: 0x28).map { lines[0].utf8.distance(from: lines[0].startIndex, to: $0) + 1 } ?? 8
        lines.append(
          String(repeating: "\t", count: column / 8) + String(repeating: " ", count: column % 8) + part)
      }
    }
    return lines
  }

  private static func upper(_ name: String) -> String { name.uppercased() }

  private static func tag(_ container: String) -> Substring { container.split(separator: " ").last ?? "" }

  /// The declaration with the name `test` in place of its own; nil for lists of declarators and bit-fields.
  private static func renamed(_ declaration: Declaration) -> String? {
    var text = IntegerSpelling.plain(declaration.text)
    for word in ["extern", "static"] + BuildProtocol.inlineWords.map(\.description) where text.hasPrefix(word + " ") {
      text = String(text.dropFirst(word.count + 1))
    }
    let bytes = Array(text.utf8)
    let name = Array(declaration.name.utf8)
    func isWord(_ index: Int) -> Bool { bytes.indices.contains(index) && CompatText.isWord(bytes[index]) }
    for start in 0..<max(0, bytes.count - name.count + 1)
    where bytes[start..<start + name.count].elementsEqual(name) && !isWord(start - 1) && !isWord(start + name.count) {
      let rest = bytes[(start + name.count)...].drop { $0 == 0x20 }
      guard rest.first.map({ [0x28, 0x29, 0x5B].contains($0) }) ?? true else { continue }
      return String(decoding: bytes[..<start], as: UTF8.self) + "test"
        + String(decoding: bytes[(start + name.count)...], as: UTF8.self)
    }
    return nil
  }
}
