// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// One side of a rule, ready to be matched: its text read as C, metavariables spelled `¤0`, `¤1`, …
///
/// `¤` can't stand in a C source outside of comments and strings, and to the lexer it is a letter.
struct Pattern {
  static let mark = "¤"
  let code: Code
  let tree: ExpressionTree
  /// For each token the number of its metavariable, or -1.
  let metavariables: [Int]

  init(_ text: String, _ spellings: inout Spellings) {
    code = Code("\(text)", &spellings)
    tree = ExpressionTree(code, 0..<code.tokens.count)
    let source = code.source
    metavariables = source.tokens.map { token in
      let bytes = source.bytes(token)
      guard bytes.starts(with: Self.mark.utf8) else { return -1 }
      return Int(String(decoding: bytes.dropFirst(2), as: UTF8.self)) ?? -1
    }
  }

  var count: Int { (metavariables.max() ?? -1) + 1 }

  /// The metavariable that a node consists of, or -1.
  func metavariable(_ node: Int) -> Int {
    tree.nodes[node].kind == .atom && tree.nodes[node].tokens.count == 1
      ? metavariables[tree.nodes[node].tokens.lowerBound] : -1
  }
}

/// What a metavariable stands for at one place.
struct Binding: Hashable {
  /// Tokens of the place.
  var tokens: Range<Int>
  var kind: ExpressionTree.Node.Kind
  /// The place says `x.name` where the pattern says `¤0->name`: the metavariable stands for `&x`, or `*x` the other way
  /// round.
  enum Wrap: Hashable { case none, address, dereference }
  var wrap: Wrap = .none
}

/// One place where a pattern matches.
struct Match {
  var bindings: [Binding?]
  /// Tokens of the place.
  var tokens: Range<Int>
  var node: Int
  /// The unit that the rule absorbs.
  var absorbed: Int?
  /// The pattern says `.name = …`, the place `base.name = …`: tokens of the base and its operator.
  var base: Range<Int>?
}

/// Matches a pattern's tree against a node of a unit's tree.
struct Matcher {
  let pattern: Pattern
  let code: Code
  let tree: ExpressionTree
  /// `.name = …` in the pattern also matches the assignment `base.name = …`.
  let elementIsAssignment: Bool
  private var bindings: [Binding?]
  private var base: Range<Int>?

  init(_ pattern: Pattern, _ code: Code, _ tree: ExpressionTree, elementIsAssignment: Bool = false) {
    (self.pattern, self.code, self.tree) = (pattern, code, tree)
    self.elementIsAssignment = elementIsAssignment
    bindings = Array(repeating: nil, count: pattern.count)
  }

  mutating func match(_ node: Int) -> Match? {
    guard !pattern.code.tokens.isEmpty, matches(pattern.tree.root, node) else { return nil }
    return Match(bindings: bindings, tokens: tree.nodes[node].tokens, node: node, base: base)
  }

  private mutating func bind(_ number: Int, _ binding: Binding) -> Bool {
    guard let bound = bindings[number] else {
      bindings[number] = binding
      return true
    }
    return bound.wrap == binding.wrap && code.words[bound.tokens] == code.words[binding.tokens]
  }

  private mutating func matches(_ left: Int, _ right: Int) -> Bool {
    let wanted = pattern.tree.nodes[left]
    let found = tree.nodes[right]
    let number = pattern.metavariable(left)
    if number >= 0 {
      // A lone `{`, `;` or keyword is no expression.
      if found.kind == .sequence || found.tokens.isEmpty { return false }
      if found.kind == .atom, Keyword(rawValue: code.words[found.tokens.lowerBound]) != nil { return false }
      return bind(number, Binding(tokens: found.tokens, kind: found.kind))
    }
    let wantedChildren = pattern.tree.children(left)
    let foundChildren = tree.children(right)
    if found.kind == .paren, wanted.kind != .paren, foundChildren.count == 1 {
      return matches(left, Int(foundChildren[foundChildren.startIndex]))
    }
    guard wanted.kind == found.kind else { return false }
    if wanted.kind == .member { return matchesMember(left, right) }
    guard wanted.operation == found.operation, wantedChildren.count == foundChildren.count else { return false }
    if wantedChildren.isEmpty {
      return pattern.code.words[wanted.tokens].elementsEqual(code.words[found.tokens])
    }
    for (wantedChild, foundChild) in zip(wantedChildren, foundChildren) {
      guard matches(Int(wantedChild), Int(foundChild)) else { return false }
    }
    return true
  }

  private mutating func matchesMember(_ left: Int, _ right: Int) -> Bool {
    let wanted = pattern.tree.nodes[left]
    let found = tree.nodes[right]
    guard pattern.code.words[wanted.tokens.upperBound - 1] == code.words[found.tokens.upperBound - 1] else {
      return false
    }
    guard let wantedBase = pattern.tree.children(left).first.map(Int.init) else {
      guard let foundBase = tree.children(right).first else { return true }
      guard elementIsAssignment, wanted.tokens.lowerBound == 0 else { return false }
      base = tree.nodes[Int(foundBase)].tokens.lowerBound..<found.tokens.upperBound - 1
      return true
    }
    guard let foundBase = tree.children(right).first.map(Int.init) else { return false }
    if wanted.operation == found.operation { return matches(wantedBase, foundBase) }
    let number = pattern.metavariable(wantedBase)
    guard number >= 0 else { return false }
    let base = tree.nodes[foundBase]
    let wrap: Binding.Wrap = found.operation == punctuation(".") ? .address : .dereference
    return bind(number, Binding(tokens: base.tokens, kind: base.kind, wrap: wrap))
  }
}
