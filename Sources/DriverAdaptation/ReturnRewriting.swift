// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Makes the `return` statements of a function fit its new return type.
struct ReturnRewriting {
  let file: String
  let code: Code
  let rule: String
  private(set) var edits: [Edit] = []
  private(set) var flags: [Flag] = []

  init(file: String, code: Code, rule: String) { (self.file, self.code, self.rule) = (file, code, rule) }

  /// False where a person has to decide.
  mutating func rewrite(_ body: Range<Int>, from old: [String], to new: [String]) -> Bool {
    if old == new || (old != ["void"] && new != ["void"]) { return true }
    // What a function that returned nothing shall return, the declarations do not say.
    guard new == ["void"] else { return false }
    // The last one is the closing brace.
    let units = code.units.indices.filter { body.contains(code.units[$0].tokens.lowerBound) }
    for index in units {
      let unit = code.units[index]
      guard unit.kind == .statement, Keyword(rawValue: code.words[unit.tokens.lowerBound]) == .return else { continue }
      if !drop(unit, index, isLast: index + 1 == units.last) { return false }
    }
    return true
  }

  /// Takes the value away, and the whole statement where it stands last.
  private mutating func drop(_ unit: CodeUnit, _ index: Int, isLast: Bool) -> Bool {
    let value = unit.tokens.dropFirst()
    guard !value.isEmpty else { return true }
    let isPure = !value.contains {
      let mark = code.tokens[$0].punctuation
      return mark == 0x28 || mark == 0x3D || mark == punctuation("++") || mark == punctuation("--")
    }
    let isBody = index > 0 && [.control, .label].contains(code.units[index - 1].kind)
    let text = String(
      decoding: code.source.text[start(value.lowerBound)..<end(value.upperBound - 1)], as: UTF8.self)
    if value.count > 1 || !code.source.spells(code.tokens[value.lowerBound], "0") {
      let line = LineTable(code.source.text).line(of: start(unit.tokens.lowerBound))
      flags.append(Flag(.valueUsed, "\(file):\(line): nobody takes `\(text)` any more, which the function returned"))
    }
    switch (isPure, isLast && !isBody) {
    case (true, true): removeLast(unit)
    case (true, false): edit(end(unit.tokens.lowerBound)..<end(value.upperBound - 1), "")
    case (false, true): edit(start(unit.tokens.lowerBound)..<start(value.lowerBound), "")
    case (false, false): return false
    }
    return true
  }

  /// The line of a statement, and the empty one before it.
  private mutating func removeLast(_ unit: CodeUnit) {
    let lines = LineTable(code.source.text)
    let number = lines.line(of: start(unit.tokens.lowerBound))
    let line = lines.range(ofLine: number)
    let isAlone =
      isBlank(line.lowerBound..<start(unit.tokens.lowerBound)) && isBlank(end(unit.end - 1)..<line.upperBound)
    guard isAlone, lines.line(of: end(unit.end - 1)) == number else {
      let space = code.source.text[end(unit.end - 1)...].prefix { $0 == 0x20 || $0 == 0x09 }
      return edit(start(unit.tokens.lowerBound)..<space.endIndex, "")
    }
    let before = number > 1 ? lines.range(ofLine: number - 1) : line
    edit((isBlank(before) ? before.lowerBound : line.lowerBound)..<line.upperBound, "")
  }

  private func isBlank(_ range: Range<Int>) -> Bool {
    code.source.text[range].allSatisfy { [0x20, 0x09, 0x0D, 0x0A].contains($0) }
  }

  private func start(_ token: Int) -> Int { Int(code.tokens[token].start) }
  private func end(_ token: Int) -> Int { Int(code.tokens[token].end) }

  private mutating func edit(_ range: Range<Int>, _ text: String) {
    edits.append(Edit(file: file, range: range, replacement: text, rule: rule))
  }
}
