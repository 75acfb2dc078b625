// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

extension Context {
  /// The context of a match in a unit.
  init(_ code: Code, _ unit: Int, _ tree: ExpressionTree, _ match: Match, span: LearnedRule.Span) {
    // An element and the assignment that says the same are one context.
    use = span == .element ? .initialiser : Self.use(code, code.units[unit], tree, match)
    shapes = match.bindings.map { binding in
      binding.map { Self.shape(code, $0, match.bindings) } ?? "none"
    }
    next = Self.next(code, unit, match)
  }

  private static func use(_ code: Code, _ unit: CodeUnit, _ tree: ExpressionTree, _ match: Match) -> Use {
    // What becomes of a macro's value only its users know.
    if unit.kind == .directive { return .other }
    let path = tree.path(to: match.tokens.lowerBound)
    guard let level = path.lastIndex(of: match.node) else { return .other }
    guard level > 0 else {
      switch unit.kind {
      case .statement: return tree.nodes[match.node].kind == .sequence ? .declaration : .ignored
      case .element: return .initialiser
      case .control: return .condition
      default: return .other
      }
    }
    let parent = tree.nodes[path[level - 1]]
    let position =
      tree.children(path[level - 1]).firstIndex(of: Int32(match.node))
      .map { $0 - tree.children(path[level - 1]).startIndex } ?? 0
    switch parent.kind {
    case .assignment:
      if position == 0 { return .declaration }
      return unit.kind == .element ? .initialiser : .assigned
    case .list: return .initialiser
    case .binary: return parent.operation == 0x7C ? .operand : isComparison(parent.operation) ? .condition : .other
    case .prefix: return parent.operation == 0x21 ? .condition : .other
    case .call:
      let keyword = Keyword(rawValue: code.words[parent.tokens.lowerBound])
      if keyword == .if || keyword == .while || keyword == .for || keyword == .switch { return .condition }
      if position > 0 { return .argument }
      return level == 1 && unit.kind == .statement ? .ignored : .other
    case .cast:
      return level == 1 && unit.kind == .statement ? .ignored : .other
    case .sequence:
      if Keyword(rawValue: code.words[parent.tokens.lowerBound]) == .return { return .returned }
      return .declaration
    default: return .other
    }
  }

  private static func isComparison(_ operation: UInt32) -> Bool {
    [
      punctuation("=="), punctuation("!="), punctuation("<"), punctuation(">"), punctuation("<="), punctuation(">="),
      punctuation("&&"), punctuation("||"),
    ].contains(operation)
  }

  private static func shape(_ code: Code, _ binding: Binding, _ all: [Binding?]) -> String {
    let tokens = binding.tokens
    let first = code.tokens[tokens.lowerBound]
    switch binding.kind {
    case .atom: return atom(code, tokens.lowerBound)
    case .call:
      guard Keyword(rawValue: code.words[tokens.lowerBound]) == .sizeof else { return "call" }
      let inner = tokens.dropFirst(2).dropLast()
      let other = all.firstIndex { $0 != binding && $0.map { code.words[$0.tokens] == code.words[inner] } ?? false }
      return other.map { "sizeof \($0)" } ?? "sizeof"
    case .prefix: return first.punctuation == 0x26 ? "address" : first.punctuation == 0x2A ? "target" : "expression"
    case .binary:
      let operation = tokens.first { code.tokens[$0].punctuation == 0x2D || code.tokens[$0].punctuation == 0x2B }
      guard let operation, operation + 2 == tokens.upperBound, code.tokens[operation + 1].kind == .number else {
        return "expression"
      }
      return
        "expression \(code.source.spelling(code.tokens[operation])) \(code.source.spelling(code.tokens[operation + 1]))"
    case .paren, .conditional, .assignment, .cast: return "expression"
    default: return "variable"
    }
  }

  private static func atom(_ code: Code, _ token: Int) -> String {
    switch code.tokens[token].kind {
    case .string: return "string"
    case .number, .character: return "number"
    case .identifier:
      let isConstant = code.source.bytes(code.tokens[token]).allSatisfy { $0 < 0x61 || $0 > 0x7A }
      return isConstant ? "constant" : "variable"
    default: return "expression"
    }
  }

  /// Whether the next statement writes an element of what the first metavariable stands for, or asks for it.
  private static func next(_ code: Code, _ unit: Int, _ match: Match) -> String {
    guard let first = match.bindings.first ?? nil, first.kind != .call, unit + 1 < code.units.count else { return "" }
    let tokens = code.units[unit + 1].tokens
    let words = code.words[first.tokens]
    guard code.units[unit + 1].kind == .statement, tokens.count > words.count + 3,
      code.words[tokens].starts(with: words), code.tokens[tokens.lowerBound + words.count].punctuation == 0x5B
    else { return "" }
    return "element"
  }
}
