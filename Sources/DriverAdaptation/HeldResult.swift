// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// A local number that a function sets and returns.
struct HeldResult {
  /// The unit that declares it, and its declarator with the value that it starts with.
  let declaration: Int
  let declared: Range<Int>
  /// Units that set it and do nothing else.
  let assignments: [Int]
  /// It holds nothing but 0, negative numbers and constants, and results of calls.
  let isErrorCode: Bool
  /// Nothing needs it but its `return` statements.
  let isUnread: Bool

  /// Nil if it is no such variable, if it is set in any other way, or if directives stand in the function.
  init?(_ name: String, in code: Code, _ units: [Int]) {
    var declaration: (unit: Int, declarator: Range<Int>)?
    var assignments: [Int] = []
    var values: [Range<Int>] = []
    var isUnread = true
    for index in units {
      let unit = code.units[index]
      if unit.kind == .directive { return nil }
      let uses = unit.tokens.filter {
        code.spells($0, name) && !code.isMember($0)
      }
      guard let first = uses.first else { continue }
      let isStatement = unit.kind == .statement
      if isStatement, first == unit.tokens.lowerBound, unit.tokens.count > 2, code.tokens[first + 1].punctuation == 0x3D
      {
        assignments.append(index)
        values.append(unit.tokens.dropFirst(2))
        isUnread = isUnread && uses.count == 1
      } else if isStatement, Keyword(rawValue: code.words[unit.tokens.lowerBound]) == .return, unit.tokens.count == 2 {
        continue
      } else if isStatement, declaration == nil, code.source.spells(code.tokens[unit.tokens.lowerBound], "int"),
        let declarator = code.list(unit.tokens.dropFirst()).first(where: { $0.lowerBound == first })
      {
        declaration = (index, declarator)
        guard declarator.count > 1 else { continue }
        guard declarator.count > 2, code.tokens[first + 1].punctuation == 0x3D else { return nil }
        values.append(declarator.dropFirst(2))
        isUnread = isUnread && uses.count == 1 && Self.isPure(declarator.dropFirst(2), code)
      } else {
        guard !uses.contains(where: code.isTouched) else { return nil }
        isUnread = false
      }
    }
    guard let declaration, let close = units.last, code.units[declaration.unit].depth == code.units[close].depth + 1
    else { return nil }
    (self.declaration, declared) = declaration
    (self.assignments, self.isUnread) = (assignments, isUnread)
    isErrorCode = values.allSatisfy { Self.isResult($0, code) }
  }

  /// Nothing is called, set or counted.
  static func isPure(_ value: Range<Int>, _ code: Code) -> Bool {
    !value.contains { token in
      let mark = code.tokens[token].punctuation
      let before = code.punctuation(at: token - 1)
      let isCall =
        mark == 0x28 && value.contains(token - 1)
        && (code.tokens[token - 1].kind == .identifier || before == 0x29 || before == 0x5D)
      return isCall || code.isAssignment(token) || mark == punctuation("++") || mark == punctuation("--")
    }
  }

  /// One call: `f(x)`, `a->f(x)`.
  static func isCall(_ value: Range<Int>, _ code: Code) -> Bool {
    guard let close = value.last, code.tokens[close].punctuation == 0x29,
      case let open = Int(code.brackets.partner[close]), open > value.lowerBound
    else { return false }
    return (value.lowerBound..<open).allSatisfy { token in
      let mark = code.tokens[token].punctuation
      return code.tokens[token].kind == .identifier || mark == 0x2E || mark == punctuation("->")
    }
  }

  /// `-EIO`, `-1`.
  static func isNegative(_ value: Range<Int>, _ code: Code) -> Bool {
    guard value.count == 2, let name = value.last, code.tokens[value.lowerBound].punctuation == 0x2D else {
      return false
    }
    return code.tokens[name].kind != .punctuator
      && !code.source.bytes(code.tokens[name]).contains { $0 >= 0x61 && $0 <= 0x7A }
  }

  private static func isResult(_ value: Range<Int>, _ code: Code) -> Bool {
    isZero(value, code) || isNegative(value, code) || isCall(value, code)
  }

  static func isZero(_ value: Range<Int>, _ code: Code) -> Bool {
    value.count == 1 && code.source.spells(code.tokens[value.lowerBound], "0")
  }
}
