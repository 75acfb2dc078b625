// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Takes the values from the `return` statements of a function that returns nothing any more, and the variable that held
/// them where nobody else reads it.
struct ReturnLoss: TokenPlaces {
  let file: String
  let code: Code
  let rule: String
  /// The body's units; the last one is the closing brace.
  let units: [Int]
  /// What the function returned.
  let type: [String]
  private let lines: LineTable
  private(set) var edits: [Edit] = []
  /// Values that may have meant something else than that it failed.
  private(set) var flags: [Flag] = []
  private(set) var deletions: [AdaptationChange.Deletion] = []

  init(file: String, code: Code, rule: String, units: [Int], type: [String]) {
    (self.file, self.code, self.rule, self.units, self.type) = (file, code, rule, units, type)
    lines = LineTable(code.source.text)
  }

  /// False where a person has to decide.
  mutating func rewrite() -> Bool {
    var variables: [String] = []
    for index in units where isReturn(index) {
      let value = code.units[index].tokens.dropFirst()
      if value.count == 1, code.tokens[value.lowerBound].kind == .identifier {
        let name = code.source.spelling(code.tokens[value.lowerBound])
        if !variables.contains(name) { variables.append(name) }
      }
      if !drop(index) { return false }
    }
    var declarations: Set<Int> = []
    for name in variables {
      guard let variable = HeldResult(name, in: code, units), variable.isUnread,
        declarations.insert(variable.declaration).inserted
      else { continue }
      remove(variable)
    }
    return true
  }

  private func isReturn(_ index: Int) -> Bool {
    let unit = code.units[index]
    return unit.kind == .statement && Keyword(rawValue: code.words[unit.tokens.lowerBound]) == .return
  }

  /// Takes the value away, and the whole statement where it stands last. What is called for the value is called still.
  private mutating func drop(_ index: Int) -> Bool {
    let unit = code.units[index]
    let value = unit.tokens.dropFirst()
    guard !value.isEmpty else { return true }
    let isLast = index + 1 == units.last
    let isPure = HeldResult.isPure(value, code)
    let control = index > 0 && code.units[index - 1].kind == .control ? code.units[index - 1] : nil
    let isBody = control != nil || (index > 0 && code.units[index - 1].kind == .label)
    guard isPure || HeldResult.isCall(value, code) || value.contains(where: code.isAssignment) else { return false }
    tell(value, of: unit)
    switch (isPure, isLast && !isBody) {
    case (true, true): removeLast(unit)
    case (true, false): edit(end(unit.tokens.lowerBound)..<end(value.upperBound - 1), "")
    case (false, true): edit(start(unit.tokens.lowerBound)..<start(value.lowerBound), "")
    case (false, false): return split(index, behind: control)
    }
    return true
  }

  /// `return f(x);` becomes `f(x);` and `return;`, in braces where the statement is all that a condition commands.
  private mutating func split(_ index: Int, behind control: CodeUnit?) -> Bool {
    let unit = code.units[index]
    let next = index + 1 < code.units.count ? code.units[index + 1] : nil
    let line = lines.range(ofLine: lines.line(of: start(unit.tokens.lowerBound)))
    let white = line.lowerBound..<start(unit.tokens.lowerBound)
    let before = index > 0 ? code.units[index - 1].kind : nil
    let isLabelled = before == .label && index > 1 && code.units[index - 2].kind == .control
    guard unit.hasTerminator, isBlank(white), before != .directive, !isLabelled else { return false }
    let own = CompatText.lineEnd(code.source.text)
    let indentation = String(decoding: code.source.text[white], as: UTF8.self)
    var text = own + indentation + "return;"
    if let control {
      let isElse = next.map { Keyword(rawValue: code.words[$0.tokens.lowerBound]) == .else } ?? false
      let first = start(control.tokens.lowerBound)
      let head = lines.range(ofLine: lines.line(of: first)).lowerBound..<first
      guard !isElse, isBlank(head) else { return false }
      edit(end(control.end - 1)..<end(control.end - 1), " {")
      text += own + String(decoding: code.source.text[head], as: UTF8.self) + "}"
    }
    edit(start(unit.tokens.lowerBound)..<start(unit.tokens.dropFirst().lowerBound), "")
    edit(end(unit.end - 1)..<end(unit.end - 1), text)
    return true
  }

  /// The changelog names an error code that nobody hears of any more; a person looks at any other value.
  private mutating func tell(_ value: Range<Int>, of unit: CodeUnit) {
    if HeldResult.isZero(value, code) { return }
    let text = String(decoding: code.source.text[start(value.lowerBound)..<end(value.upperBound - 1)], as: UTF8.self)
    let site = Site(file: file, line: lines.line(of: start(unit.tokens.lowerBound)))
    if type == ["int"], isErrorCode(value) {
      deletions.append(.init(site: site, text: "return value \(text)"))
    } else {
      flags.append(Flag(.valueUsed, "\(site): nobody takes `\(text)` any more, which the function returned"))
    }
  }

  /// A negative number or constant, a call's result, or a variable that holds nothing else
  /// (Documentation/process/coding-style.rst, 16).
  private func isErrorCode(_ value: Range<Int>) -> Bool {
    if HeldResult.isNegative(value, code) || HeldResult.isCall(value, code) { return true }
    guard value.count == 1, code.tokens[value.lowerBound].kind == .identifier else { return false }
    let name = code.source.spelling(code.tokens[value.lowerBound])
    return HeldResult(name, in: code, units)?.isErrorCode ?? false
  }

  // MARK: The variable

  private mutating func remove(_ variable: HeldResult) {
    // A number goes with its statement, but not where a condition commands nothing else; a call stays. What else is
    // there may do more than it shows.
    let isFree = variable.assignments.allSatisfy { index in
      let value = code.units[index].tokens.dropFirst(2)
      if HeldResult.isCall(value, code) { return true }
      return (HeldResult.isZero(value, code) || HeldResult.isNegative(value, code))
        && ![.control, .label, .directive].contains(code.units[index - 1].kind)
    }
    guard isFree else { return }
    for index in variable.assignments {
      let tokens = code.units[index].tokens
      if HeldResult.isCall(tokens.dropFirst(2), code) {
        edit(start(tokens.lowerBound)..<start(tokens.lowerBound + 2), "")
      } else {
        removeLine(code.units[index])
      }
    }
    removeDeclaration(variable)
  }

  /// The line, and the empty one behind it where no other declaration stands before.
  private mutating func removeDeclaration(_ variable: HeldResult) {
    let unit = code.units[variable.declaration]
    guard variable.declared == unit.tokens.dropFirst() else {
      // One of several: with the comma before it, or the one behind.
      let first = variable.declared.lowerBound
      let isFirst = first == unit.tokens.lowerBound + 1
      guard !isFirst || variable.declared.upperBound + 1 < unit.tokens.upperBound else { return }
      return isFirst
        ? edit(start(first)..<start(variable.declared.upperBound + 1), "")
        : edit(end(first - 2)..<end(variable.declared.upperBound - 1), "")
    }
    let number = lines.line(of: start(unit.tokens.lowerBound))
    let isOnly = units.first == variable.declaration || code.units[variable.declaration - 1].kind == .open
    let next = lines.range(ofLine: number + 1)
    // The empty line may have gone with the last statement.
    let isThere = !edits.contains { $0.range.overlaps(next) }
    removeLine(unit, withNext: isOnly && isThere && isBlank(next) ? next : nil)
  }

  // MARK: Text

  /// The line of a statement, and the empty one before it.
  private mutating func removeLast(_ unit: CodeUnit) {
    let number = lines.line(of: start(unit.tokens.lowerBound))
    guard isAlone(unit) else {
      let space = code.source.text[end(unit.end - 1)...].prefix { $0 == 0x20 || $0 == 0x09 }
      return edit(start(unit.tokens.lowerBound)..<space.endIndex, "")
    }
    let line = lines.range(ofLine: number)
    let before = number > 1 ? lines.range(ofLine: number - 1) : line
    edit((isBlank(before) ? before.lowerBound : line.lowerBound)..<line.upperBound, "")
  }

  private mutating func removeLine(_ unit: CodeUnit, withNext next: Range<Int>? = nil) {
    guard isAlone(unit) else { return edit(start(unit.tokens.lowerBound)..<end(unit.end - 1), "") }
    let line = lines.range(ofLine: lines.line(of: start(unit.tokens.lowerBound)))
    edit(line.lowerBound..<(next ?? line).upperBound, "")
  }

  private func isAlone(_ unit: CodeUnit) -> Bool {
    let line = lines.range(ofLine: lines.line(of: start(unit.tokens.lowerBound)))
    return isBlank(line.lowerBound..<start(unit.tokens.lowerBound))
      && end(unit.end - 1) <= line.upperBound && isBlank(end(unit.end - 1)..<line.upperBound)
  }

  private mutating func edit(_ range: Range<Int>, _ text: String) {
    edits.append(Edit(file: file, range: range, replacement: text, rule: rule))
  }
}
