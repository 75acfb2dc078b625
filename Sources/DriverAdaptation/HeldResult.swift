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
        code.source.bytes(code.tokens[$0]).elementsEqual(name.utf8) && !Self.isField($0, code)
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
        guard uses.allSatisfy({ Self.isRead($0, code) }) else { return nil }
        isUnread = false
      }
    }
    guard let declaration else { return nil }
    (self.declaration, declared) = declaration
    (self.assignments, self.isUnread) = (assignments, isUnread)
    isErrorCode = values.allSatisfy { Self.isResult($0, code) }
  }

  /// Not set, counted or pointed to.
  private static func isRead(_ token: Int, _ code: Code) -> Bool {
    let (before, after) = (code.tokens[token - 1].punctuation, code.tokens[token + 1].punctuation)
    let counts = [punctuation("++"), punctuation("--")]
    return before != 0x26 && !counts.contains(before) && !counts.contains(after) && !code.isAssignment(token + 1)
  }

  private static func isField(_ token: Int, _ code: Code) -> Bool {
    let before = token > 0 ? code.tokens[token - 1].punctuation : 0
    return before == 0x2E || before == punctuation("->")
  }

  private static func isResult(_ value: Range<Int>, _ code: Code) -> Bool {
    (value.count == 1 && code.source.spells(code.tokens[value.lowerBound], "0")) || isFailure(value, code)
  }

  /// Nothing is called, set or counted.
  static func isPure(_ value: Range<Int>, _ code: Code) -> Bool {
    !value.contains {
      let mark = code.tokens[$0].punctuation
      return mark == 0x28 || mark == 0x3D || mark == punctuation("++") || mark == punctuation("--")
    }
  }

  /// `-EIO`, or one call: `f(x)`, `a->f(x)`.
  static func isFailure(_ value: Range<Int>, _ code: Code) -> Bool {
    if value.count == 2, code.tokens[value.lowerBound].punctuation == 0x2D { return true }
    guard let close = value.last, code.tokens[close].punctuation == 0x29, code.brackets.partner[close] >= 0 else {
      return false
    }
    let callee = value.lowerBound..<Int(code.brackets.partner[close])
    return !callee.isEmpty
      && callee.allSatisfy { token in
        let mark = code.tokens[token].punctuation
        return code.tokens[token].kind == .identifier || mark == 0x2E || mark == punctuation("->")
      }
  }
}
