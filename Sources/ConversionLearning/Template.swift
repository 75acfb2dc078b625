// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// A rule without its evidence: what several places have in common.
struct Template: Hashable {
  var span: LearnedRule.Span
  var left: String
  var right: String
  var before: [String] = []
  /// Metavariables of the left side that the right side drops.
  var lost: Int = 0
  var absorption: Absorption?
}

/// Generalises one conversion: parts that are carried over become metavariables.
struct Abstraction {
  let old: Code
  let new: Code
  let oldTree: ExpressionTree
  let newTree: ExpressionTree
  /// For each old node its new node, or -1; empty for a deletion.
  let newNode: [Int]
  let symbol: Int32
  /// Constants that the new text drops become metavariables too.
  let dropsConstants: Bool
  /// An assignment that became part of the new text.
  let absorbed: FieldSetting?
  /// Text of each metavariable, by number.
  private var bound: [ArraySlice<Int32>] = []
  private var lost = 0

  init(
    old: Code, new: Code, oldTree: ExpressionTree, newTree: ExpressionTree, newNode: [Int], symbol: Int32,
    dropsConstants: Bool, absorbed: FieldSetting? = nil
  ) {
    (self.old, self.new, self.oldTree, self.newTree) = (old, new, oldTree, newTree)
    (self.newNode, self.symbol, self.dropsConstants) = (newNode, symbol, dropsConstants)
    self.absorbed = absorbed
  }

  /// Left and right text for an old node and the new node that it became, or nil for a deletion.
  mutating func template(_ left: Int, _ right: Int?, span: LearnedRule.Span) -> Template {
    var carried: [Int: Int] = [:]
    if let right { carry(right, left, &carried, isCallee: false) }
    var leftTokens: [String] = []
    writeLeft(left, &leftTokens, position: .whole)
    var rightTokens: [String] = []
    if let right { writeRight(right, carried, &rightTokens) }
    return renumbered(span, leftTokens, rightTokens)
  }

  private func words(_ node: Int) -> ArraySlice<Int32> { old.words[oldTree.nodes[node].tokens] }
  private func newWords(_ node: Int) -> ArraySlice<Int32> { new.words[newTree.nodes[node].tokens] }

  /// Numbers the greatest parts of the new text that the old text has too.
  private mutating func carry(_ node: Int, _ within: Int, _ carried: inout [Int: Int], isCallee: Bool) {
    let found = newTree.nodes[node]
    let words = newWords(node)
    if let absorbed, !isCallee, words == old.words[absorbed.value] {
      carried[node] = bound.firstIndex { $0 == words } ?? bound.count
      if carried[node] == bound.count { bound.append(words) }
      return
    }
    let isTrivial = isTrivial(found, new)
    if !isCallee, isExpression(found, new), !words.contains(symbol), let source = source(of: node, within),
      !isTrivial || newNode[source] == node
    {
      if let number = bound.firstIndex(where: { $0 == words }) {
        carried[node] = number
      } else {
        carried[node] = bound.count
        bound.append(old.words[oldTree.nodes[source].tokens])
      }
      return
    }
    let isCall = found.kind == .call
    for (position, child) in newTree.children(node).enumerated() {
      carry(Int(child), within, &carried, isCallee: isCall && position == 0)
    }
  }

  /// An expression inside `within` that is spelled like the new node: preferably the one that became it.
  private func source(of node: Int, _ within: Int) -> Int? {
    let words = newWords(node)
    var found: Int?
    func visit(_ candidate: Int, isCallee: Bool) {
      if oldTree.nodes[candidate].tokens.count == words.count, self.words(candidate) == words, !isCallee {
        if found == nil || newNode[candidate] == node { found = candidate }
      }
      let isCall = oldTree.nodes[candidate].kind == .call
      for (position, child) in oldTree.children(candidate).enumerated() {
        visit(Int(child), isCallee: isCall && position == 0)
      }
    }
    visit(within, isCallee: false)
    return found
  }

  private func isExpression(_ node: ExpressionTree.Node, _ code: Code) -> Bool {
    switch node.kind {
    case .sequence, .list: return false
    case .atom:
      guard node.tokens.count == 1 else { return false }
      let token = code.tokens[node.tokens.lowerBound]
      return token.kind != .punctuator && token.kind != .stray && token.kind != .headerName
        && Keyword(rawValue: code.words[node.tokens.lowerBound]) == nil
    case .member: return node.tokens.count > 2
    default: return true
    }
  }

  /// Numbers and `NULL` are the same by chance.
  private func isTrivial(_ node: ExpressionTree.Node, _ code: Code) -> Bool {
    node.tokens.count <= 2
      && node.tokens.allSatisfy { token in
        switch code.tokens[token].kind {
        case .number, .character, .punctuator: true
        default: code.source.spells(code.tokens[token], "NULL")
        }
      }
  }

  private func isConstant(_ code: Code, _ token: Int) -> Bool {
    switch code.tokens[token].kind {
    case .number, .string, .character: true
    case .identifier: code.source.bytes(code.tokens[token]).allSatisfy { $0 < 0x61 || $0 > 0x7A }
    default: false
    }
  }

  private enum Position { case whole, callee, part, value }

  private mutating func writeLeft(_ node: Int, _ output: inout [String], position: Position) {
    let found = oldTree.nodes[node]
    let words = self.words(node)
    let hasSymbol = words.contains(symbol)
    if !hasSymbol, position != .callee, let number = bound.firstIndex(where: { $0 == words }) {
      return output.append("\(Pattern.mark)\(number)")
    }
    // What is neither carried over nor the symbol: a constant says when the rule holds, anything else was dropped.
    // The names of fields stay: they belong to the kernel's structures.
    let isAbstract = position == .value || (position == .part && found.kind != .member)
    if !hasSymbol, isAbstract, isExpression(found, old) {
      let isConstant = found.tokens.allSatisfy { self.isConstant(old, $0) || old.tokens[$0].kind == .punctuator }
      if !isConstant || (dropsConstants && position == .value), !containsBound(node) {
        output.append("\(Pattern.mark)\(bound.count)")
        bound.append(words)
        lost += 1
        return
      }
    }
    var at = found.tokens.lowerBound
    for (index, child) in oldTree.children(node).enumerated() {
      let tokens = oldTree.nodes[Int(child)].tokens
      while at < tokens.lowerBound { literal(at, &output); at += 1 }
      let place: Position
      switch found.kind {
      case .call: place = index == 0 ? .callee : .value
      case .sequence, .cast: place = .whole
      case .assignment: place = index == 0 ? .part : .value
      case .member: place = .value
      default: place = .part
      }
      writeLeft(Int(child), &output, position: place)
      at = tokens.upperBound
    }
    while at < found.tokens.upperBound { literal(at, &output); at += 1 }
  }

  private func literal(_ token: Int, _ output: inout [String]) { output.append(old.source.spelling(old.tokens[token])) }

  private func containsBound(_ node: Int) -> Bool {
    oldTree.children(node).contains { child in
      let words = self.words(Int(child))
      return bound.contains { $0 == words } || containsBound(Int(child))
    }
  }

  private func writeRight(_ node: Int, _ carried: [Int: Int], _ output: inout [String]) {
    if let number = carried[node] { return output.append("\(Pattern.mark)\(number)") }
    var at = newTree.nodes[node].tokens.lowerBound
    for child in newTree.children(node) {
      let tokens = newTree.nodes[Int(child)].tokens
      while at < tokens.lowerBound { output.append(new.source.spelling(new.tokens[at])); at += 1 }
      writeRight(Int(child), carried, &output)
      at = tokens.upperBound
    }
    while at < newTree.nodes[node].tokens.upperBound { output.append(new.source.spelling(new.tokens[at])); at += 1 }
  }

  /// The metavariable of a text, before they are numbered anew.
  private func mark(_ words: ArraySlice<Int32>) -> String {
    bound.firstIndex { $0 == words }.map { "\(Pattern.mark)\($0)" } ?? ""
  }

  /// Nil where the new text does not have the value, or the left side has no address of the object.
  private func absorption(_ numbers: [String: Int], _ right: [String]) -> Absorption? {
    guard let absorbed, case let value = mark(old.words[absorbed.value]), numbers[value] == nil, right.contains(value)
    else { return nil }
    let object = numbers.first { name, _ in
      guard let index = Int(name.dropFirst(Pattern.mark.count)), bound.indices.contains(index) else { return false }
      let (words, base) = (bound[index], old.words[absorbed.base])
      return absorbed.isDirect ? words.dropFirst() == base && words.count == base.count + 1 : words == base
    }
    return object.map {
      Absorption(
        object: $0.value, field: old.source.spelling(old.tokens[absorbed.field]), value: numbers.count)
    }
  }

  /// Numbers metavariables in the order of the left side, so that equal rules have equal texts.
  private func renumbered(_ span: LearnedRule.Span, _ left: [String], _ right: [String]) -> Template {
    var numbers: [String: Int] = [:]
    for token in left where token.hasPrefix(Pattern.mark) && numbers[token] == nil { numbers[token] = numbers.count }
    func text(_ tokens: [String]) -> String {
      Template.canonical(
        tokens.map { token in numbers[token].map { "\(Pattern.mark)\($0)" } ?? token }.joined(separator: " "))
    }
    let used = Set(right.filter { $0.hasPrefix(Pattern.mark) })
    let dropped = numbers.keys.count { !used.contains($0) }
    let absorption = absorption(numbers, right)
    if let absorption { numbers[mark(old.words[absorbed?.value ?? 0..<0])] = absorption.value }
    // What the left side does not have must not look like something that it has.
    for token in right where token.hasPrefix(Pattern.mark) && numbers[token] == nil { numbers[token] = numbers.count }
    return Template(
      span: span, left: text(left), right: text(right), lost: right.isEmpty ? 0 : dropped, absorption: absorption)
  }
}

extension Template {
  /// The text with the spaces that the kernel's style asks for.
  static func canonical(_ text: String) -> String {
    var spellings = Spellings()
    let code = Code(text, &spellings)
    return Spacing.line(code, 0..<code.tokens.count)
  }

  /// `a->x = y` says what `.x = y` says: deletions are kept in the second form.
  static func designated(_ left: String) -> String {
    var spellings = Spellings()
    let pattern = Pattern(left, &spellings)
    let root = pattern.tree.nodes[pattern.tree.root]
    guard root.kind == .assignment, root.operation == 0x3D,
      let target = pattern.tree.children(pattern.tree.root).first.map(Int.init),
      pattern.tree.nodes[target].kind == .member, let base = pattern.tree.children(target).first.map(Int.init),
      pattern.metavariable(base) >= 0
    else { return left }
    let name = pattern.tree.nodes[target].tokens.upperBound - 1
    let text = "." + Spacing.line(pattern.code, name..<pattern.code.tokens.count)
    // The base had the first number: the others move up.
    return (1..<max(pattern.count, 1)).reduce(text) {
      $0.replacing("\(Pattern.mark)\($1)", with: "\(Pattern.mark)\($1 - 1)")
    }
  }
}
