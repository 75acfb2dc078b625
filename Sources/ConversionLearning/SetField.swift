// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// A field that is set, by an element of an initialiser or by an assignment, also in a macro.
struct SetField {
  /// Tokens of what stands before the field's name, its `.` or `->` included.
  let base: Range<Int>
  let field: Int
  let value: Range<Int>

  var tokens: Range<Int> { base.lowerBound..<value.upperBound }

  /// Nil where the field at a token is read, or set among other things.
  init?(_ field: Int, _ code: Code) {
    guard code.isMember(field), code.punctuation(at: field + 1) == 0x3D,
      let unit = code.unit(holding: field).map({ code.units[$0] }), unit.kind != .head, unit.tokens.contains(field + 1)
    else { return nil }
    let start = Self.start(unit, code)
    guard let base = Self.base(of: field, from: start, code),
      base.lowerBound == start || [0x2C, 0x3B, 0x7B].contains(code.punctuation(at: base.lowerBound - 1)),
      base.count > 1 || code.punctuation(at: base.lowerBound) == 0x2E
    else { return nil }
    var end = field + 2
    while end < unit.tokens.upperBound, ![0x2C, 0x3B, 0x7D, 0x29].contains(code.punctuation(at: end)) {
      if code.isAssignment(end) || code.punctuation(at: end) == 0x7B { return nil }
      end = max(end, Int(code.brackets.partner[end])) + 1
    }
    guard end > field + 2, end <= unit.tokens.upperBound else { return nil }
    (self.base, self.field, value) = (base, field, field + 2..<end)
  }

  /// All in a file, in order.
  static func all(_ code: Code) -> [SetField] { code.tokens.indices.compactMap { SetField($0, code) } }

  /// Where the text of a unit begins: for a macro behind its name and parameters.
  static func start(_ unit: CodeUnit, _ code: Code) -> Int {
    let first = unit.tokens.lowerBound
    guard unit.kind == .directive, unit.tokens.count > 3, code.spells(first + 1, "define") else { return first }
    let open = first + 3
    let isCalled = code.punctuation(at: open) == 0x28 && code.tokens[open].start == code.tokens[open - 1].end
    return isCalled ? max(open, Int(code.brackets.partner[open])) + 1 : open
  }

  /// The chain of names before a field, with the `.` or `->`; for a designator the `.`.
  static func base(of field: Int, from start: Int, _ code: Code) -> Range<Int>? {
    var first = field
    while first > start, code.isMember(first) {
      let link = first - 1
      if link == start { return first == field ? link..<field : nil }
      var name = link - 1
      if code.punctuation(at: name) == 0x5D { name = Int(code.brackets.partner[name]) - 1 }
      if code.punctuation(at: name) == 0x29 {
        // `(x)->field`: nothing stands before the parenthesis that would make it a call.
        let open = Int(code.brackets.partner[name])
        return open >= start && open < name && !(open > start && isOperand(open - 1, code)) ? open..<field : nil
      }
      guard name >= start, code.tokens[name].kind == .identifier else { return first == field ? link..<field : nil }
      first = name
    }
    return first < field ? first..<field : nil
  }

  private static func isOperand(_ token: Int, _ code: Code) -> Bool {
    code.tokens[token].kind == .identifier || [0x29, 0x5D].contains(code.punctuation(at: token))
  }
}

/// Two fields of one object that are set one behind the other.
struct FieldPair {
  let one: SetField
  let other: SetField

  /// From the first token to the last one's value.
  var tokens: Range<Int> { one.tokens.lowerBound..<other.tokens.upperBound }

  func holds(_ token: Int) -> Bool { one.field == token || other.field == token }

  /// All in a file, in order; a field may be in two.
  static func all(_ code: Code) -> [FieldPair] {
    let fields = SetField.all(code)
    return zip(fields, fields.dropFirst()).compactMap { one, other in
      guard one.value.upperBound + 1 == other.base.lowerBound, code.words[one.base] == code.words[other.base],
        code.words[one.field] != code.words[other.field], isPlain(one, code), isPlain(other, code)
      else { return nil }
      return FieldPair(one: one, other: other)
    }
  }

  /// Not all that a condition commands.
  private static func isPlain(_ field: SetField, _ code: Code) -> Bool {
    guard let unit = code.unit(holding: field.field), code.units[unit].kind == .statement else { return true }
    return !code.isCommanded(unit)
  }
}
