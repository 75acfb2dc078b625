// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// The templates that one occurrence gives, from the smallest closed span that changed to the whole unit.
struct Extraction {
  /// How many spans around the first one are tried.
  private static let maximalLevels = 3
  let window: Window
  let symbol: SoughtSymbol
  let word: Int32

  func templates(_ occurrence: Occurrence) -> [Template] {
    switch occurrence.outcome {
    case .changed: changed(occurrence)
    case .deleted: deleted(occurrence)
    case .kept, .replaced, .incomparable: []
    }
  }

  private func changed(_ occurrence: Occurrence) -> [Template] {
    guard let pair = occurrence.pair else { return [] }
    let path = pair.old.path(to: occurrence.token)
    guard !path.isEmpty else { return [] }
    var level = Occurrence.core(pair.old, path, occurrence.token)
    while level >= 0, pair.newNode[path[level]] < 0 { level -= 1 }
    guard level >= 0, pair.isChanged(path[level]) else { return [] }
    while pair.leansOnParent(path, level) { level -= 1 }
    var found: [Template] = []
    if let operand = Operand.removed(pair, path, window.old, window.new) {
      found.append(template(operand, occurrence))
    }
    found += rename(pair, path, occurrence.token)
    var taken = 0
    while taken < Self.maximalLevels {
      let isRoot = path[level] == pair.old.root
      let span = isRoot ? unitSpan(occurrence.unit) : .expression
      found += templates(path[level], pair, span: span)
      for setting in absorbed(occurrence) where span == .statement {
        found += templates(path[level], pair, span: span, absorbing: setting).filter { $0.absorption != nil }
      }
      // A call that is a statement here may be part of an expression elsewhere: another context, if the same rule.
      if span == .statement, pair.old.nodes[path[level]].kind == .call {
        found += templates(path[level], pair, span: .expression)
      }
      taken += 1
      guard let next = (0..<level).last(where: { pair.isChanged(path[$0], outside: path[level]) }) else { break }
      level = next
    }
    return found
  }

  /// Assignments beside the place that are gone and whose value stands in its new text.
  private func absorbed(_ occurrence: Occurrence) -> [FieldSetting] {
    let (old, newUnit) = (window.old.units[occurrence.unit].tokens, Int(window.newUnit[occurrence.unit]))
    guard newUnit >= 0 else { return [] }
    let known = Set(Occurrence.names(window.old, old))
    let new = Set(Occurrence.names(window.new, window.new.units[newUnit].tokens))
    return FieldSetting.around(occurrence.unit, window.old).filter { setting in
      let name = window.old.words[setting.value.upperBound - 1]
      return window.newUnit[setting.unit] < 0 && new.contains(name) && !known.contains(name)
    }
  }

  private func unitSpan(_ unit: Int) -> LearnedRule.Span {
    switch window.old.units[unit].kind {
    case .statement: .statement
    case .element: .element
    default: .expression
    }
  }

  /// The name alone, where nothing else of its call or reference changed.
  private func rename(_ pair: TreePair, _ path: [Int], _ token: Int) -> [Template] {
    guard let leaf = path.last, pair.old.nodes[leaf].kind == .atom, pair.newNode[leaf] >= 0, pair.isChanged(leaf) else {
      return []
    }
    let new = pair.new.nodes[pair.newNode[leaf]]
    guard new.kind == .atom, new.tokens.count == 1 else { return [] }
    let core = path[Occurrence.core(pair.old, path, token)]
    if core != leaf, pair.newNode[core] < 0 || pair.isChanged(core, outside: leaf) { return [] }
    let name = window.new.source.spelling(window.new.tokens[new.tokens.lowerBound])
    return [Template(span: .identifier, left: symbol.name, right: name)]
  }

  private func template(_ operand: Range<Int>, _ occurrence: Occurrence) -> Template {
    Template(span: .operand, left: Template.canonical(Spacing.line(window.old, operand)), right: "")
  }

  private func templates(
    _ node: Int, _ pair: TreePair, span: LearnedRule.Span, absorbing absorbed: FieldSetting? = nil
  ) -> [Template] {
    [false, true].compactMap { dropsConstants in
      var abstraction = Abstraction(
        old: window.old, new: window.new, oldTree: pair.old, newTree: pair.new, newNode: pair.newNode, symbol: word,
        dropsConstants: dropsConstants, absorbed: absorbed)
      var template = abstraction.template(node, pair.newNode[node], span: span)
      // Only a designator makes an element one: `f(a)` in a list is an expression like any other.
      if span == .element, !template.left.hasPrefix(".") { template.span = .expression }
      return template.left == template.right ? nil : template
    }
  }

  private func deleted(_ occurrence: Occurrence) -> [Template] {
    let unit = window.old.units[occurrence.unit]
    guard unit.kind == .statement || unit.kind == .element, !isDeclaration(occurrence) else { return [] }
    return [false, true].map { dropsConstants in
      var abstraction = Abstraction(
        old: window.old, new: window.new, oldTree: occurrence.old, newTree: occurrence.old, newNode: [], symbol: word,
        dropsConstants: dropsConstants)
      var template = abstraction.template(occurrence.old.root, nil, span: unit.kind == .element ? .element : .statement)
      let designated = Template.designated(template.left)
      if designated != template.left { (template.left, template.span) = (designated, .element) }
      return template
    }
  }

  /// `return`, `goto` and declarations are not taken away: what depends on them is elsewhere.
  private func isDeclaration(_ occurrence: Occurrence) -> Bool {
    let root = occurrence.old.nodes[occurrence.old.root]
    return root.kind == .sequence
  }
}

/// An operand that was taken out of a chain of `|`.
enum Operand {
  /// Tokens of the operand that holds the end of `path`, if the rest of its chain stands in the new unit.
  static func removed(_ pair: TreePair, _ path: [Int], _ old: Code, _ new: Code) -> Range<Int>? {
    for (chain, operand) in zip(path, path.dropFirst()).reversed()
    where pair.old.nodes[chain].kind == .binary && pair.old.nodes[chain].operation == 0x7C {
      let rest = words(of: chain, without: operand, pair.old, old)
      let unit = new.words[pair.new.nodes[pair.new.root].tokens]
      guard !unit.contains(old.words[pair.old.nodes[operand].tokens.lowerBound]) else { return nil }
      let isThere = unit.indices.contains { unit[$0...].starts(with: rest) }
      return isThere ? pair.old.nodes[operand].tokens : nil
    }
    return nil
  }

  /// The chain's words with one operand and one `|` left out.
  static func words(of chain: Int, without operand: Int, _ tree: ExpressionTree, _ code: Code) -> [Int32] {
    let bar = tree.children(chain).compactMap { child -> Int? in
      let end = tree.nodes[Int(child)].tokens.upperBound
      return end < tree.nodes[chain].tokens.upperBound ? end : nil
    }.first
    var words: [Int32] = []
    for child in tree.children(chain) where Int(child) != operand {
      if !words.isEmpty, let bar { words.append(code.words[bar]) }
      words += code.words[tree.nodes[Int(child)].tokens]
    }
    return words
  }
}
