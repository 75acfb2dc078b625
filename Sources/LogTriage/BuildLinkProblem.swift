// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// A symbol that modpost refuses to link a module to.
package struct LinkProblem: Codable, Hashable, Sendable {
  package enum Kind: String, Codable, Sendable {
    /// Nobody exports it.
    case undefined
    /// It is exported in a namespace that the module does not import.
    case namespace
    /// It is exported to modules under the GPL only.
    case licence
  }
  package var kind: Kind
  package var symbol: String
  /// The namespace that is missing; nil for the other kinds.
  package var namespace: String?
  /// The module's path without suffix, relative to the driver's root, e.g. `src/foo`; empty where modpost does not say.
  package var module: String

  /// Reads a line of modpost, from 4.x's words to those of 7.3; nil if it says something else.
  ///
  /// Source: `check_exports()` in scripts/mod/modpost.c of 5.10, 6.1 and 6.12, and the strings of 7.3's program.
  package init?(line: String, roots: BuildRoots) {
    guard let said = ModpostLine.said(line), said.severity != .warning || said.text.contains(" from namespace ") else {
      return nil
    }
    let text = roots.shortened(said.text)
    var module = ""
    var rest = text[...]
    // 7.x says which module first: `foo.ko: symbol 'x' undefined!`, older ones in between.
    if let colon = text.range(of: ": "), !text[..<colon.lowerBound].contains(" ") {
      module = String(text[..<colon.lowerBound])
      rest = text[colon.upperBound...]
    }
    if rest.hasSuffix(" undefined!") {
      kind = .undefined
      symbol = rest.between("\"", "\"") ?? rest.between("'", "'") ?? ""
      if let bracketed = rest.between("[", "]") { module = bracketed }
    } else if let start = rest.range(of: " uses symbol "), let middle = rest.range(of: " from namespace ") {
      kind = .namespace
      guard start.upperBound <= middle.lowerBound else { return nil }
      symbol = String(rest[start.upperBound..<middle.lowerBound])
      namespace = String(rest[middle.upperBound...].prefix { $0 != "," })
      if let named = rest[..<start.lowerBound].without(prefix: "module ") { module = named }
    } else if let start = rest.range(of: " uses GPL-only symbol ") {
      kind = .licence
      symbol = String(rest[start.upperBound...])
      if let named = rest[..<start.lowerBound].without(prefix: "GPL-incompatible module ") { module = named }
    } else {
      return nil
    }
    let quotes: Set<Character> = ["'", "\""]
    symbol = symbol.filter { !quotes.contains($0) }
    namespace = namespace?.filter { !quotes.contains($0) }
    self.module =
      module.hasSuffix(".ko")
      ? String(module.dropLast(3)) : module.hasSuffix(".o") ? String(module.dropLast(2)) : module
    guard !symbol.isEmpty, !symbol.contains(" ") else { return nil }
  }
}

/// `ERROR: modpost: …` and its kin.
enum ModpostLine {
  /// What modpost said, without its prefix; nil for lines of others.
  static func said(_ line: String) -> (severity: Finding.Severity, text: String)? {
    for (prefix, severity) in [("ERROR: ", Finding.Severity.error), ("WARNING: ", .warning), ("FATAL: ", .fatal)] {
      guard let rest = line.without(prefix: prefix) else { continue }
      if let text = rest.without(prefix: "modpost: ") { return (severity, text) }
      // Before 5.8 modpost did not name itself.
      if rest.hasPrefix("\""), rest.hasSuffix(" undefined!") { return (severity, rest) }
      return nil
    }
    return nil
  }

  static func finding(_ line: String, roots: BuildRoots) -> Finding? {
    guard let said = said(line) else { return nil }
    let message = roots.shortened(String(said.text.prefix(1000)))
    let site = LinkProblem(line: line, roots: roots)
      .flatMap { $0.module.isEmpty ? nil : Site(file: "\($0.module).ko", line: 0) }
    return Finding(tool: "modpost", severity: said.severity, site: site, message: message)
  }
}
