// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// A local variable that does nothing but hold what stands in a field: `struct part *p = dev->disk->part;`.
struct HeldField {
  /// The unit that gives it its value.
  let definition: Int
  /// The unit that declares it, where that is another one.
  let declaration: Int?
  let name: String
  /// Tokens of what it holds: names, `.`, `->`, and indices.
  let value: Range<Int>
  /// Tokens that read it, in order.
  let uses: [Int]
  /// Something between its definition and the last use may change what it is read from.
  let mayDiffer: Bool

  /// Nil where the token is in no such value, the variable is set or pointed to elsewhere, or what it is read from changes.
  init?(around token: Int, in code: Code) {
    guard let unit = code.unit(holding: token), let function = code.function(holding: token),
      function.body.contains(token), code.units[unit].kind == .statement, code.units[unit].hasTerminator,
      case let tokens = code.units[unit].tokens,
      let sets = tokens.first(where: { code.punctuation(at: $0) == 0x3D }), sets < token, sets > tokens.lowerBound,
      case let variable = sets - 1, code.tokens[variable].kind == .identifier, !code.isMember(variable),
      Self.isChain(sets + 1..<tokens.upperBound, code),
      !code.isCommanded(unit)
    else { return nil }
    value = sets + 1..<tokens.upperBound
    definition = unit
    name = code.source.spelling(code.tokens[variable])
    let word = code.words[variable]
    let others = (function.head.lowerBound..<function.body.upperBound).filter {
      code.words[$0] == word && $0 != variable && !code.isMember($0)
    }
    if variable == tokens.lowerBound {
      guard let first = others.first, first < variable, let declared = code.unit(holding: first),
        Self.declares(code.units[declared].tokens, first, code), code.units[declared].tokens.upperBound == first + 1,
        code.units[declared].depth > 0
      else { return nil }
      declaration = declared
      uses = Array(others.dropFirst())
    } else {
      guard Self.declares(tokens, variable, code) else { return nil }
      declaration = nil
      uses = others
    }
    let end = Self.end(ofBlockWith: unit, code)
    guard let last = uses.last, uses.allSatisfy({ Self.isRead($0, behind: unit, before: end, code) }),
      Self.isSteady(value, from: unit, to: end, in: function, code)
    else { return nil }
    // A number may have been made another type by its variable.
    let isPointer = (declaration.map { code.units[$0].tokens } ?? tokens.lowerBound..<variable)
      .contains { code.punctuation(at: $0) == 0x2A }
    guard isPointer else { return nil }
    mayDiffer = Self.mayDiffer(tokens.upperBound, last, code)
  }

  /// Between two tokens, the last one a use, something is called, set or repeated.
  private static func mayDiffer(_ start: Int, _ last: Int, _ code: Code) -> Bool {
    guard let unit = code.unit(holding: last).map({ code.units[$0] }), case let own = unit.tokens.lowerBound else {
      return true
    }
    let isLoop = unit.kind == .control && Keyword(rawValue: code.words[own]) != .if
    // A call that is given the field begins when the field is read.
    let isCalled = (own..<last).contains { token in
      code.punctuation(at: token) == 0x28 && code.brackets.partner[token] < last
    }
    let between = start..<max(start, own)
    return isLoop || isCalled || !HeldResult.isPure(between, code)
      || between.contains { Keyword(rawValue: code.words[$0]) != nil }
  }

  /// `a->b[i].c` and the like: it calls and changes nothing, and no operator beside it binds closer.
  private static func isChain(_ value: Range<Int>, _ code: Code) -> Bool {
    let links: Set<UInt32> = [0x2E, punctuation("->"), 0x5B, 0x5D]
    guard value.count > 2, let first = value.first, code.tokens[first].kind == .identifier else { return false }
    return value.allSatisfy { token in
      switch code.tokens[token].kind {
      case .identifier:
        Keyword(rawValue: code.words[token]) == nil
          && (token == first || links.contains(code.punctuation(at: token - 1)))
      case .number: code.punctuation(at: token - 1) == 0x5B
      case .punctuator: links.contains(code.tokens[token].punctuation)
      default: false
      }
    }
  }

  /// `type *name`, of nothing else, and for one call only.
  private static func declares(_ tokens: Range<Int>, _ name: Int, _ code: Code) -> Bool {
    guard let unit = code.unit(holding: name), StatementInsertion.isDeclaration(unit, code),
      code.list(tokens).count == 1
    else { return false }
    return (tokens.lowerBound..<name).allSatisfy { token in
      code.tokens[token].kind == .identifier
        ? Keyword(rawValue: code.words[token]) != .static : code.tokens[token].punctuation == 0x2A
    }
  }

  /// Index of the unit that closes the block.
  private static func end(ofBlockWith unit: Int, _ code: Code) -> Int {
    var index = unit + 1
    while index < code.units.count, code.units[index].depth >= code.units[unit].depth { index += 1 }
    return index
  }

  /// Read where the variable has its value, and for nothing but the value.
  private static func isRead(_ token: Int, behind definition: Int, before end: Int, _ code: Code) -> Bool {
    guard let unit = code.unit(holding: token), unit > definition, unit < end, code.units[unit].kind != .directive,
      case let tokens = code.units[unit].tokens, tokens.contains(token), !isChanged(token, code),
      !tokens.contains(where: { asksForType($0, code) })
    else { return false }
    // Another variable of the name, in a block of its own.
    return !StatementInsertion.isDeclaration(unit, code)
      || (tokens.lowerBound..<token).contains { code.punctuation(at: $0) == 0x3D }
  }

  private static func asksForType(_ token: Int, _ code: Code) -> Bool {
    Keyword(rawValue: code.words[token]) == .sizeof
      || ["typeof", "__typeof__", "__typeof"].contains { code.spells(token, $0) }
  }

  /// No name of the value is set or pointed to from its definition on. Nor may the definition be gone round by a jump
  /// from where one is.
  private static func isSteady(
    _ value: Range<Int>, from definition: Int, to end: Int, in function: Function, _ code: Code
  ) -> Bool {
    let names = Set(value.filter { code.tokens[$0].kind == .identifier }.map { code.words[$0] })
    let start = code.units[definition].tokens.lowerBound
    let hasLabels = (definition..<end).contains { code.units[$0].kind == .label }
    for token in function.body where names.contains(code.words[token]) && !value.contains(token) {
      guard let unit = code.unit(holding: token) else { return false }
      // A loop's macro may set what it is given.
      if code.units[unit].kind == .head, !code.isMember(token),
        [0x28, 0x2C].contains(code.punctuation(at: token - 1)), [0x29, 0x2C].contains(code.punctuation(at: token + 1))
      {
        return false
      }
      guard isChanged(token, code) else { continue }
      if token > start || (hasLabels && !StatementInsertion.isDeclaration(unit, code)) { return false }
    }
    return true
  }

  /// Set, counted, or its address taken: not that of something behind it.
  private static func isChanged(_ token: Int, _ code: Code) -> Bool {
    let next = code.punctuation(at: token + 1)
    if next == 0x2E || next == punctuation("->") || next == 0x5B { return false }
    var first = token
    while code.isMember(first), first > 2 {
      first -= 2
      if code.punctuation(at: first) == 0x5D { first = max(1, Int(code.brackets.partner[first]) - 1) }
    }
    let counts = [punctuation("++"), punctuation("--")]
    let before = code.punctuation(at: first - 1)
    return before == 0x26 || counts.contains(before) || counts.contains(next) || code.isAssignment(token + 1)
  }
}
