// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel

/// Finds what a source file exports to modules: `EXPORT_SYMBOL(name)` and its variants, one per line. (Tracepoints are
/// exported under another name than the one written.)
///
/// The container of such a declaration is its namespace, if it has one: `namespace CRYPTO_INTERNAL`.
struct ExportScanner {
  private(set) var found: [DeclarationScanner.Found] = []
  private static let define = Array("#define DEFAULT_SYMBOL_NAMESPACE".utf8)

  /// `namespace` is what the folder's Makefile gives to all its files.
  init(_ bytes: [UInt8], namespace: String? = nil) {
    var namespace = namespace
    var line = 0
    bytes.withUnsafeBufferPointer { text in
      guard let base = text.baseAddress else { return }
      var start = 0
      while start < text.count {
        let end = memchr(base + start, Int32(newline), text.count - start).map {
          $0 - UnsafeMutableRawPointer(mutating: base)
        }
        if text[start] == UInt8(ascii: "E"), let export = Self.export(text, at: start, line: line, namespace) {
          found.append(export)
        } else if text[start] == hashSign, text[start...].starts(with: Self.define) {
          let value = text[(start + Self.define.count)..<(end ?? text.count)]
          namespace = Self.plain(value)
        }
        start = (end ?? text.count) + 1
        line += 1
      }
    }
  }

  /// The namespace that a Makefile sets by `-DDEFAULT_SYMBOL_NAMESPACE=…`, if any.
  static func namespace(makefile: [UInt8]) -> String? {
    let flag = "-DDEFAULT_SYMBOL_NAMESPACE="
    let text = String(decoding: makefile, as: UTF8.self)
    return text.range(of: flag).map { plain(Array(text[$0.upperBound...].utf8.prefix { $0 > space })[...]) }
  }

  /// A name without the quotes and escapes around it.
  private static func plain(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: bytes.filter { isLetter($0) || isDigit($0) }, as: UTF8.self)
  }

  private static func export(
    _ text: UnsafeBufferPointer<UInt8>, at start: Int, line: Int, _ namespace: String?
  ) -> DeclarationScanner.Found? {
    var index = start
    while index < text.count, isLetter(text[index]) || isDigit(text[index]) { index += 1 }
    let word = String(decoding: text[start..<index], as: UTF8.self)
    guard word.hasPrefix(BuildProtocol.exportPrefix), word.contains("SYMBOL"), !word.contains("TRACEPOINT"),
      index < text.count,
      text[index] == UInt8(ascii: "(")
    else { return nil }
    index += 1
    while index < text.count, text[index] <= space { index += 1 }
    let name = index
    while index < text.count, isLetter(text[index]) || isDigit(text[index]) { index += 1 }
    guard index > name, let close = text[index...].prefix(200).firstIndex(of: UInt8(ascii: ")")) else { return nil }
    let own = word.contains("_NS") ? plain(text[index..<close]) : nil
    return DeclarationScanner.Found(
      kind: .export, name: name..<index, line: line, container: (own ?? namespace).map { "namespace \($0)" },
      text: start..<close + 1, body: close..<close)
  }
}
