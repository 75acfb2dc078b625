// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// A template made ready for matching at occurrences of its symbol.
package struct Candidate {
  package let span: LearnedRule.Span
  let left: Pattern
  let right: Pattern
  let word: Int32
  let isDeletion: Bool
  let absorption: Absorption?

  init(_ template: Template, word: Int32, _ spellings: inout Spellings) {
    span = template.span
    left = Pattern(template.left, &spellings)
    right = Pattern(template.right, &spellings)
    isDeletion = template.right.isEmpty
    absorption = template.absorption
    self.word = word
  }

  package init(_ rule: LearnedRule, _ spellings: inout Spellings) {
    let word = spellings.number(of: rule.rule.symbol)
    self.init(
      Template(span: rule.span, left: rule.left, right: rule.right, absorption: rule.absorption), word: word,
      &spellings)
  }

  /// A chain of `|` on the left, the same one without the symbol on the right.
  var isChainWithoutSymbol: Bool {
    let root = left.tree.root
    guard left.tree.nodes[root].kind == .binary, left.tree.nodes[root].operation == 0x7C,
      let operand = left.tree.children(root).first(where: {
        left.code.words[left.tree.nodes[Int($0)].tokens].contains(word)
      })
    else { return false }
    return Operand.words(of: root, without: Int(operand), left.tree, left.code) == right.code.words
  }

  /// The place around the token of the symbol where the left side matches, or nil.
  func match(_ code: Code, _ unit: CodeUnit, _ tree: ExpressionTree, token: Int) -> Match? {
    let path = tree.path(to: token)
    guard let leaf = path.last else { return nil }
    switch span {
    case .include, .prototype, .namespace, .recovery, .clash, .entry, .condition, .copy, .gathering, .retyping,
      .function:
      return nil
    case .identifier:
      guard tree.nodes[leaf].kind == .atom || tree.nodes[leaf].kind == .member else { return nil }
      return Match(bindings: [], tokens: token..<token + 1, node: leaf)
    case .operand: return operand(code, tree, path)
    case .statement, .element:
      let isUnit = unit.kind == .statement || unit.kind == .element
      guard isUnit, span == .element || unit.kind == .statement else { return nil }
      var matcher = Matcher(left, code, tree, elementIsAssignment: span == .element)
      return matcher.match(tree.root).flatMap { absorbing($0, code, token) }
    case .expression:
      for node in path.reversed() {
        var matcher = Matcher(left, code, tree)
        if let match = matcher.match(node), isSymbol(in: match, code, tree, token) { return match }
      }
      return nil
    }
  }

  /// The match with the assignment that it absorbs; nil where there is none, or not only one.
  private func absorbing(_ match: Match, _ code: Code, _ token: Int) -> Match? {
    guard let absorption else { return match }
    guard let unit = code.unit(holding: token), absorption.object < match.bindings.count,
      let object = match.bindings[absorption.object], object.wrap == .none
    else { return nil }
    let settings = FieldSetting.around(unit, code).filter {
      code.source.spelling(code.tokens[$0.field]) == absorption.field && $0.isAbout(object.tokens, code)
    }
    guard settings.count == 1 else { return nil }
    var match = match
    while match.bindings.count <= absorption.value { match.bindings.append(nil) }
    match.bindings[absorption.value] = Binding(tokens: settings[0].value, kind: .atom)
    match.absorbed = settings[0].unit
    return match
  }

  /// The match must name the symbol at this token, not at another one inside a metavariable.
  private func isSymbol(in match: Match, _ code: Code, _ tree: ExpressionTree, _ token: Int) -> Bool {
    !match.bindings.contains { $0.map { $0.tokens.contains(token) } ?? false }
  }

  private func operand(_ code: Code, _ tree: ExpressionTree, _ path: [Int]) -> Match? {
    for (outer, inner) in zip(path, path.dropFirst()).reversed() {
      let chain = tree.nodes[outer]
      guard chain.kind == .binary, chain.operation == 0x7C else { continue }
      let tokens = tree.nodes[inner].tokens
      return code.words[tokens] == left.code.words[...] ? Match(bindings: [], tokens: tokens, node: inner) : nil
    }
    return nil
  }

  /// Tokens of the match and the tokens that take their place.
  func output(_ code: Code, _ match: Match) -> [OutputToken] { Substitution.output(right, code, match) }

  /// Whether the place names the symbol no more.
  func isLeft(_ occurrence: Occurrence, in window: Window) -> Bool {
    switch occurrence.outcome {
    case .kept, .incomparable: return false
    case .deleted, .replaced: return true
    case .changed:
      guard let pair = occurrence.pair else { return true }
      return !window.new.words[pair.new.nodes[pair.new.root].tokens].contains(word)
    }
  }

  /// Whether the developers wrote at an occurrence what the candidate says; nil where the place says nothing.
  ///
  /// Where the symbol lives on (`survives`), developers who left it say nothing about how to keep it.
  func reproduces(
    _ occurrence: Occurrence, _ match: Match, in window: Window, _ spellings: Spellings, survives: Bool
  ) -> Bool? {
    if survives, isLeft(occurrence, in: window) || occurrence.pair == nil { return nil }
    switch occurrence.outcome {
    case .incomparable, .kept: return nil
    case .replaced: return isDeclared(match, in: window, spellings)
    case .deleted:
      guard isDeletion else { return isDeclared(match, in: window, spellings) }
      return span != .operand && !isSetByDeclaration(match, in: window)
    case .changed:
      guard let pair = occurrence.pair else { return false }
      if occurrence.hasFeeders { return isFed(occurrence, match, pair, in: window, spellings) }
      if span == .operand {
        let path = pair.old.path(to: occurrence.token)
        return Operand.removed(pair, path, window.old, window.new) == match.tokens
      }
      if isDeletion { return false }
      guard pair.newNode[match.node] >= 0 else { return false }
      let path = pair.old.path(to: occurrence.token)
      if let level = path.firstIndex(of: match.node), pair.leansOnParent(path, level) { return nil }
      if span == .identifier { return renames(pair, occurrence, window) }
      let wanted = window.new.words[pair.new.nodes[pair.newNode[match.node]].tokens]
      return isSpelled(output(window.old, match), wanted, window, spellings)
        || isDeclared(match, in: window, spellings)
    }
  }

  /// The assignment that the candidate gives stands where the variable is declared now: `T *x = f(y);` for `x = f(y);`.
  private func isDeclared(_ match: Match, in window: Window, _ spellings: Spellings) -> Bool {
    let output = output(window.old, match)
    guard span == .statement, output.count > 2, output[1].text == "=" else { return false }
    return Self.declarations(in: window).contains { tokens in
      tokens.count > output.count + 1
        && isSpelled(output, window.new.words[tokens.suffix(output.count)], window, spellings)
    }
  }

  /// What the statement set through an address has got its value where it is declared: that is no deletion.
  private func isSetByDeclaration(_ match: Match, in window: Window) -> Bool {
    let set = match.tokens.dropFirst().filter { window.old.tokens[$0 - 1].punctuation == 0x26 }.map {
      window.old.words[$0]
    }
    guard !set.isEmpty else { return false }
    return Self.declarations(in: window).contains { tokens in
      tokens.dropFirst(2).dropLast().contains {
        set.contains(window.new.words[$0]) && window.new.punctuation(at: $0 + 1) == 0x3D
      }
    }
  }

  /// Tokens of the new statements that begin with a type's name and are not as they were.
  private static func declarations(in window: Window) -> [Range<Int>] {
    window.new.units.indices.compactMap { unit in
      let source = Int(window.oldUnit[unit])
      let tokens = window.new.units[unit].tokens
      guard source < 0 || !window.isSame[source], window.new.units[unit].kind == .statement, tokens.count > 4,
        window.new.tokens[tokens.lowerBound].kind == .identifier,
        window.new.punctuation(at: tokens.lowerBound + 1) == 0
          || window.new.punctuation(at: tokens.lowerBound + 1) == 0x2A
      else { return nil }
      return tokens
    }
  }

  private func isSpelled(
    _ output: [OutputToken], _ words: ArraySlice<Int32>, _ window: Window, _ spellings: Spellings
  ) -> Bool {
    guard output.count == words.count else { return false }
    return zip(output, words).allSatisfy { token, word in
      token.origin >= 0
        ? window.old.words[token.origin] == word : spellings.bytes(word).elementsEqual(token.text.utf8)
    }
  }

  /// What the candidate gives is put into a variable of its own first, and that one stands in its place.
  private func isFed(
    _ occurrence: Occurrence, _ match: Match, _ pair: TreePair, in window: Window, _ spellings: Spellings
  ) -> Bool {
    guard span == .expression, !isDeletion, pair.newNode[match.node] >= 0, occurrence.feeders.count == 1 else {
      return false
    }
    let place = pair.new.nodes[pair.newNode[match.node]].tokens
    let feeder = window.new.units[occurrence.feeders[0]].tokens
    guard place.count == 1, feeder.count > 2, window.new.words[feeder.lowerBound] == window.new.words[place.lowerBound],
      window.new.punctuation(at: feeder.lowerBound + 1) == 0x3D
    else { return false }
    return isSpelled(output(window.old, match), window.new.words[feeder.dropFirst(2)], window, spellings)
  }

  private func renames(_ pair: TreePair, _ occurrence: Occurrence, _ window: Window) -> Bool {
    let path = pair.old.path(to: occurrence.token)
    guard let leaf = path.last, pair.newNode[leaf] >= 0 else { return false }
    let core = path[Occurrence.core(pair.old, path, occurrence.token)]
    if core != leaf, pair.newNode[core] < 0 || pair.isChanged(core, outside: leaf) { return false }
    return window.new.words[pair.new.nodes[pair.newNode[leaf]].tokens] == right.code.words[...]
  }
}

extension Occurrence {
  var hasFeeders: Bool { !feeders.isEmpty }
}
