// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// The licences that a driver's files name: in their own lines, or for all of them in what its modules say of themselves.
package struct Licences: Sendable {
  private var files: [String: String] = [:]
  private var modules: [String] = []

  /// - Parameter driver: its sources and headers by path.
  package init(driver: [String: SourceText]) {
    let sources = driver.sorted { $0.key < $1.key }.filter { $0.key.hasSuffix(".c") || $0.key.hasSuffix(".h") }
    var macros: [String: String] = [:]
    var named: [(path: String, text: String?, macro: String)] = []
    for (path, text) in sources {
      files[path] = Self.tagged(text)
      let source = LexedSource(text)
      let tokens = source.tokens
      for index in tokens.indices where tokens[index].kind == .identifier && index + 2 < tokens.count {
        if tokens[index].isDirective, source.spells(tokens[index], "define"), tokens[index + 2].isDirective {
          if let value = Self.string(source, index + 2) { macros[source.spelling(tokens[index + 1])] = value }
        } else if tokens[index + 1].punctuation == 0x28, !tokens[index].isDirective,
          source.spelling(tokens[index]) == BuildProtocol.license
        {
          named.append((path, Self.string(source, index + 2), source.spelling(tokens[index + 2])))
        }
      }
    }
    for module in named {
      let licence = module.text ?? macros[module.macro] ?? module.macro
      modules.append(licence)
      if files[module.path] == nil { files[module.path] = licence }
    }
  }

  /// Under what a file stands if that is not the GPL, alone or beside others; nil if it is. A file that says nothing
  /// stands under what the modules say, all of them.
  package func foreign(_ path: String) -> String? {
    if let own = files[path] { return Self.isGPL(own) ? nil : own }
    guard !modules.isEmpty else { return "no licence that it names" }
    return modules.first { !Self.isGPL($0) }
  }

  /// A module's licence, or an expression of licence names.
  private static func isGPL(_ licence: String) -> Bool {
    BuildProtocol.gplLicenses.contains(licence)
      || licence.split { " ()".contains($0) }.contains { $0.hasPrefix(BuildProtocol.gplPrefix) }
  }

  /// What the first line with the tag names.
  private static func tagged(_ text: SourceText) -> String? {
    let tag = Array(BuildProtocol.licenseTag.utf8)
    // It stands in one of the first lines.
    for line in text.split(separator: UInt8(ascii: "\n"), maxSplits: 20, omittingEmptySubsequences: false).prefix(20) {
      guard let start = line.indices.first(where: { line[$0...].starts(with: tag) }) else { continue }
      let named = String(decoding: line[(start + tag.count)...], as: UTF8.self)
      let words = named.split(whereSeparator: \.isWhitespace).prefix { $0 != "*/" && $0 != "-->" }
      return words.isEmpty ? nil : words.joined(separator: " ")
    }
    return nil
  }

  /// Strings that follow one another from a token on, put together; nil where there is none.
  private static func string(_ source: LexedSource, _ start: Int) -> String? {
    let strings = source.tokens[start...].prefix { $0.kind == .string }
    return strings.isEmpty ? nil : strings.map { String(source.spelling($0).dropFirst().dropLast()) }.joined()
  }
}
