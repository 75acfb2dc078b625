// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Makes the `return` statements of a function fit its new return type.
struct ReturnRewriting: TokenPlaces {
  let file: String
  let code: Code
  let rule: String
  private(set) var edits: [Edit] = []
  private(set) var flags: [Flag] = []
  private(set) var deletions: [AdaptationChange.Deletion] = []

  init(file: String, code: Code, rule: String) { (self.file, self.code, self.rule) = (file, code, rule) }

  /// False where a person has to decide.
  mutating func rewrite(_ body: Range<Int>, from old: [String], to new: [String]) -> Bool {
    if old == new || (old != ["void"] && new != ["void"]) { return true }
    // The last one is the closing brace.
    let units = code.units.indices.filter { body.contains(code.units[$0].tokens.lowerBound) }
    guard new == ["void"] else { return new == ["int"] && succeed(body, units) }
    var loss = ReturnLoss(file: file, code: code, rule: rule, units: units, type: old)
    guard loss.rewrite() else { return false }
    (edits, flags, deletions) = (loss.edits, loss.flags, loss.deletions)
    return true
  }

  /// A function that could not fail says now that it did not: an action's error code is 0 then
  /// (Documentation/process/coding-style.rst, 16).
  private mutating func succeed(_ body: Range<Int>, _ units: [Int]) -> Bool {
    guard let close = units.last, code.units[close].kind == .close else { return false }
    for index in units where Keyword(rawValue: code.words[code.units[index].tokens.lowerBound]) == .return {
      let tokens = code.units[index].tokens
      guard code.units[index].kind == .statement, tokens.count == 1 else { return false }
      edit(end(tokens.lowerBound)..<end(tokens.lowerBound), " 0")
    }
    let lines = LineTable(code.source.text)
    let brace = start(code.units[close].tokens.lowerBound)
    let line = lines.range(ofLine: lines.line(of: brace)).lowerBound
    let end = CompatText.lineEnd(code.source.text)
    let isReturned = units.dropLast().last.map {
      Keyword(rawValue: code.words[code.units[$0].tokens.lowerBound]) == .return
        && code.units[$0].depth == code.units[close].depth + 1
        && !code.isCommanded($0)
    }
    if isReturned != true {
      if isBlank(line..<brace), line > 0 {
        let white = indentation(units, brace: line..<brace)
        edit(line..<line, (units.count > 2 ? end : "") + white + "return 0;" + end)
      } else {
        edit(brace..<brace, "return 0; ")
      }
    }
    let number = lines.line(of: start(body.lowerBound))
    flags.append(Flag(.valueUsed, "\(file):\(number): a function that returned nothing returns 0 now"))
    return true
  }

  /// How the body's last statement that stands at the top begins its line.
  private func indentation(_ units: [Int], brace: Range<Int>) -> String {
    let own = code.source.text[brace]
    let lines = LineTable(code.source.text)
    let inner = units.dropLast().filter { [.statement, .control].contains(code.units[$0].kind) }
    let top = inner.map { code.units[$0].depth }.min()
    for index in inner.reversed() where code.units[index].depth == top {
      if code.isCommanded(index) { continue }
      let start = start(code.units[index].tokens.lowerBound)
      let white = code.source.text[lines.range(ofLine: lines.line(of: start)).lowerBound..<start]
      if white.count > own.count, white.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
        return String(decoding: white, as: UTF8.self)
      }
    }
    return String(decoding: own, as: UTF8.self) + "\t"
  }

  private mutating func edit(_ range: Range<Int>, _ text: String) {
    edits.append(Edit(file: file, range: range, replacement: text, rule: rule))
  }
}
