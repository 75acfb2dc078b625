// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import DriverAdaptation
import KernelModel
import TestSupport

/// A case below `Tests/Golden/Learning`: `NAME.diff` holds conversions cut from the kernel (its first line names symbol,
/// kind of break and structure), `NAME.c` a driver, `NAME.res` what comes of it, `NAME.cocci` the rules.
struct GoldenCase {
  var symbol: SoughtSymbol
  var conversions: [Conversion]
  var driver: SourceText

  init(_ name: String) throws {
    let text = try goldenText("Learning/\(name).diff")
    let words = text.prefix { $0 != "\n" }.split(separator: " ", maxSplits: 3).map(String.init)
    symbol = SoughtSymbol(
      name: words[1], kind: Break.Kind(rawValue: words[2]) ?? .other, container: words.count > 3 ? words[3] : nil)
    conversions = Self.conversions(text)
    driver = try goldenBytes("Learning/\(name).c")
  }

  /// The hunks of a diff, each a conversion.
  static func conversions(_ diff: String) -> [Conversion] {
    var result: [Conversion] = []
    var path = ""
    for line in diff.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("--- ") {
        path = String(line.dropFirst(4))
      } else if line.hasPrefix("@@ ") {
        let numbers = line.split(whereSeparator: { !$0.isNumber }).prefix(4).compactMap { Int($0) }
        result.append(
          Conversion(
            path: path, oldText: "", newText: "", oldStart: numbers[0], newStart: numbers.count > 2 ? numbers[2] : 1))
      } else if let last = result.indices.last, let sign = line.first, !line.hasPrefix("+++ ") {
        if sign != "+" { result[last].oldText += line.dropFirst() + "\n" }
        if sign != "-" { result[last].newText += line.dropFirst() + "\n" }
      }
    }
    return result
  }

  /// What a compiler for the new kernel would say, as far as this symbol goes: every active use is a break, but for those
  /// in the new form.
  func breaks(_ text: SourceText, inactive: [ClosedRange<Int>]) -> [Break] {
    var spellings = Spellings()
    let code = Code(text, &spellings)
    let lines = LineTable(text)
    return code.tokens.indices.compactMap { index in
      let line = lines.line(of: Int(code.tokens[index].start))
      guard isBroken(index, code), !inactive.contains(where: { $0.contains(line) }) else { return nil }
      return Break(
        site: Site(file: "driver.c", line: line), kind: symbol.kind, symbol: symbol.name, container: symbol.container,
        message: "\(symbol.name): broken")
    }
  }

  private func isBroken(_ index: Int, _ code: Code) -> Bool {
    let token = code.tokens[index]
    if symbol.kind == .headerGone {
      return token.kind == .headerName && code.source.spelling(token) == "<\(symbol.name)>"
    }
    guard code.source.spelling(token) == symbol.name else { return false }
    let base = index >= 2 ? code.source.spelling(code.tokens[index - 2]) : ""
    switch symbol.kind {
    case .arguments: return code.tokens[(index + 2)...].prefix(2).contains { $0.punctuation == 0x2C }
    case .macroArity: return code.tokens[index + 3].punctuation == 0x29
    case .fieldGone: return base == "info"
    case .madeConst:
      let operation = code.tokens[index + 1].punctuation
      return base == "vma" && (operation == punctuation("|=") || operation == punctuation("&="))
    default: return true
    }
  }

  /// Runs the search to its end.
  func adapt(_ rules: [LearnedRule], inactive: [ClosedRange<Int>] = []) throws -> (
    text: SourceText, result: SearchResult
  ) {
    var search = Search(
      files: ["driver.c": driver], breaks: breaks(driver, inactive: inactive), inactive: ["driver.c": inactive])
    while true {
      switch search.next() {
      case .learn(let symbols): search.told(rules: Dictionary(uniqueKeysWithValues: symbols.map { ($0, rules) }))
      case .attempt(let edits):
        search.told(breaks: breaks(try applying(edits, to: driver).get(), inactive: inactive))
      case .finished(let result): return (try applying(result.edits, to: driver).get(), result)
      }
    }
  }
}
