// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// A token of a rewritten place: an old token that stays, or new text.
package struct OutputToken: Hashable, Sendable {
  /// Index of the token in the file, or -1 for new text.
  package var origin: Int
  /// Spelling of a new token.
  package var text: String
  /// A space goes before it unless the file already says how.
  package var spaceBefore: Bool
}

/// Writes a rule's right side with what its left side matched.
struct Substitution {
  let right: Pattern
  let code: Code
  let match: Match
  private var output: [OutputToken] = []

  static func output(_ right: Pattern, _ code: Code, _ match: Match) -> [OutputToken] {
    var substitution = Substitution(right: right, code: code, match: match)
    substitution.run()
    return substitution.output
  }

  private init(right: Pattern, code: Code, match: Match) {
    (self.right, self.code, self.match) = (right, code, match)
  }

  private mutating func add(_ text: String, space: Bool) {
    output.append(OutputToken(origin: -1, text: text, spaceBefore: space))
  }

  private mutating func add(_ range: Range<Int>, space: Bool) {
    for index in range {
      output.append(OutputToken(origin: index, text: "", spaceBefore: index == range.lowerBound && space))
    }
  }

  private mutating func run() {
    let tokens = right.code.tokens
    let parents = parents()
    var index = 0
    while index < tokens.count {
      let number = right.metavariables[index]
      let space = index > 0 && Spacing.isWanted(right.code, before: index)
      let next = index + 1 < tokens.count ? tokens[index + 1].punctuation : 0
      if index == 0, tokens[0].punctuation == 0x2E, let base = match.base {
        add(base, space: false)
      } else if number < 0 {
        add(right.code.source.spelling(tokens[index]), space: space)
      } else if number < match.bindings.count, let binding = match.bindings[number] {
        if let sum = sum(binding, at: index) {
          for (position, word) in sum.enumerated() { add(word, space: space && position == 0) }
          index += 3
          continue
        }
        if substitute(binding, parent: parents[index], next: next, space: space) { index += 1 }
      }
      index += 1
    }
  }

  /// Where an argument becomes a sum of two numbers, as `¤0 - 1` does for `256`: what a person writes there.
  private func sum(_ binding: Binding, at index: Int) -> [String]? {
    guard binding.wrap == .none, binding.tokens.count == 1 else { return nil }
    let words = [code.source.spelling(code.tokens[binding.tokens.lowerBound])]
    let tokens = right.code.tokens
    guard index > 0, index + 3 < tokens.count else { return nil }
    let others = (1...3).map { right.code.source.spelling(tokens[index + $0]) }
    return NumberSum.folded([right.code.source.spelling(tokens[index - 1])] + words + others)
  }

  /// Writes what a metavariable stands for; true if the `->` or `.` behind it is written too.
  private mutating func substitute(
    _ binding: Binding, parent: ExpressionTree.Node.Kind?, next: UInt32, space: Bool
  ) -> Bool {
    let isMember = next == punctuation("->") || next == punctuation(".")
    var tokens = binding.tokens
    var wrap = binding.wrap
    if wrap == .none, binding.kind == .prefix, isMember, tokens.count == 2 {
      // `&x` before `->` is `x.`; `*x` before `.` is `x->`.
      if code.tokens[tokens.lowerBound].punctuation == 0x26 { wrap = .address }
      if code.tokens[tokens.lowerBound].punctuation == 0x2A { wrap = .dereference }
      if wrap != .none { tokens = tokens.dropFirst() }
    }
    if isMember, wrap == (next == punctuation("->") ? .address : .dereference) {
      add(tokens, space: space)
      add(wrap == .address ? "." : "->", space: false)
      return true
    }
    let parentheses = needsParentheses(binding.kind, wrapped: wrap != .none, parent)
    if parentheses { add("(", space: space) }
    if wrap != .none { add(wrap == .address ? "&" : "*", space: space && !parentheses) }
    add(tokens, space: space && !parentheses && wrap == .none)
    if parentheses { add(")", space: false) }
    return false
  }

  private func needsParentheses(
    _ kind: ExpressionTree.Node.Kind, wrapped: Bool, _ parent: ExpressionTree.Node.Kind?
  ) -> Bool {
    switch parent {
    case .member?, .index?, .postfix?:
      return wrapped || [.prefix, .binary, .assignment, .conditional, .cast].contains(kind)
    case .prefix?, .cast?, .binary?: return [.binary, .assignment, .conditional].contains(kind)
    case .conditional?: return kind == .assignment
    default: return false
    }
  }

  /// For each token that is a metavariable the kind of the node around it; the callee and the base of an index count as
  /// the base of a member, an argument and an index as standing alone.
  private func parents() -> [ExpressionTree.Node.Kind?] {
    var parents = [ExpressionTree.Node.Kind?](repeating: nil, count: right.code.tokens.count)
    for node in right.tree.nodes.indices {
      let kind = right.tree.nodes[node].kind
      for (position, child) in right.tree.children(node).enumerated() where right.metavariable(Int(child)) >= 0 {
        let token = right.tree.nodes[Int(child)].tokens.lowerBound
        switch kind {
        case .call, .index: parents[token] = position == 0 ? .member : nil
        default: parents[token] = kind
        }
      }
    }
    return parents
  }
}
