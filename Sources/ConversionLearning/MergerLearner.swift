// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Learns from places that set two fields of an object, one behind the other, where a third one is set now.
struct MergerLearner {
  /// So many files have to show it, and such a share of the places that say anything.
  private static let leastFiles = 2
  private static let leastShare = 0.5
  /// Those for which `a | (b | c)` is `a | b | c`.
  private static let operators: Set<String> = ["|", "&", "^", "+", "||", "&&"]
  /// An element and the assignment that says the same are one context.
  static let context = Context(use: .initialiser, shapes: [], next: "")

  /// A pair in the tree.
  private struct Shown {
    var path: String
    /// What became of it; nil where it became something else.
    var merger: Merger?
    /// The two fields, and the value of the second one if it is a number.
    var fields: Set<String>
    var numbers: [String: String]
    var example: Rule.Example
  }

  let symbol: SoughtSymbol
  let knowledge: TreeKnowledge
  let word: Int32
  let spellings: Spellings
  let windows: [Window]

  /// Rules for the symbol, the one for values that are joined first.
  func rules() -> [(merger: Merger, rule: LearnedRule)] {
    guard symbol.isField else { return [] }
    let shown = windows.flatMap(shown)
    var files: [Merger: Set<String>] = [:]
    for case let (path, merger?) in shown.map({ ($0.path, $0.merger) }) { files[merger, default: []].insert(path) }
    let known = files.filter { $0.value.count >= Self.leastFiles }
    // Two ways to join the same fields: neither is sure.
    let joined = known.keys.filter { if case .joined = $0.values { true } else { false } }
    guard let join = joined.first, joined.count == 1 else { return [] }
    let alone = known.keys.filter { $0 != join && ($0.first, $0.merged) == (join.first, join.merged) }
      .filter { $0.second == join.second }.sorted { $0.left < $1.left }
    return ([join] + alone).compactMap { merger in
      let places = shown.filter { Self.says($0, of: merger) }
      let rule = rule(merger, places, files[merger] ?? [])
      return rule.rule.confidence >= Self.leastShare ? (merger, rule) : nil
    }
  }

  /// Whether a place is one that the rule would change.
  private static func says(_ place: Shown, of merger: Merger) -> Bool {
    guard place.fields == [merger.first, merger.second] else { return false }
    switch merger.values {
    case .alone(let number): return place.numbers[merger.second] == number
    case .joined: return place.numbers[merger.second] == nil
    }
  }

  private func shown(_ window: Window) -> [Shown] {
    guard window.old.words.contains(word) else { return [] }
    return FieldPair.all(window.old).compactMap { pair in
      guard let field = [pair.one.field, pair.other.field].first(where: { window.old.words[$0] == word }),
        FieldBase.fits(symbol, window.old, field, knowing: knowledge.fields)
      else { return nil }
      return shown(pair, window)
    }
  }

  /// Nil where nothing became of the pair, or its values became others on the way: that says nothing.
  private func shown(_ pair: FieldPair, _ window: Window) -> Shown? {
    let (old, new) = (window.old, window.new)
    guard let units = units(pair, window) else { return nil }
    let gone = [old.words[pair.one.field], old.words[pair.other.field]]
    let settings = units.flatMap { unit in
      new.units[unit].tokens.compactMap { SetField($0, new) }.filter { new.words[$0.base] == old.words[pair.one.base] }
    }
    guard !settings.contains(where: { gone.contains(new.words[$0.field]) }) else { return nil }
    let found = settings.lazy.compactMap { merger(pair, $0, window) }.first
    let names = pair.tokens.filter { old.tokens[$0].kind == .identifier && !gone.contains(old.words[$0]) }
    guard found != nil || names.allSatisfy({ new.words.contains(old.words[$0]) }) else { return nil }
    var numbers: [String: String] = [:]
    for field in [pair.one, pair.other] where Merger.isNumber(field.value, old) {
      numbers[old.source.spelling(old.tokens[field.field])] = old.source.spelling(old.tokens[field.value.lowerBound])
    }
    let line = window.start + LineTable(old.source.text).line(of: Int(old.tokens[pair.tokens.lowerBound].start)) - 1
    let example = Rule.Example(
      site: Site(file: window.path, line: line), before: Spacing.line(old, pair.tokens),
      after: settings.first.map { Spacing.line(new, $0.tokens) } ?? "")
    return Shown(
      path: window.path, merger: found, fields: Set(gone.map(spellings.text)), numbers: numbers, example: example)
  }

  /// The new units that may hold what the pair became; nil where one of the two stays as it is.
  private func units(_ pair: FieldPair, _ window: Window) -> [Int]? {
    guard let one = window.old.unit(holding: pair.one.field), let other = window.old.unit(holding: pair.other.field),
      !window.isSame[one], !window.isSame[other]
    else { return nil }
    let became = [one, other].map { Int(window.newUnit[$0]) }.filter { $0 >= 0 }
    let found = became.isEmpty ? window.inserted(around: one) : became
    return found.isEmpty ? nil : found
  }

  private func merger(_ pair: FieldPair, _ new: SetField, _ window: Window) -> Merger? {
    let (old, value) = (window.old, window.new.words[new.value])
    let merged = window.new.source.spelling(window.new.tokens[new.field])
    func name(_ field: SetField) -> String { old.source.spelling(old.tokens[field.field]) }
    for (one, other) in [(pair.one, pair.other), (pair.other, pair.one)] {
      let (first, second) = (old.words[one.value], old.words[other.value])
      let found = { (values: Merger.Values) in
        Merger(first: name(one), second: name(other), merged: merged, values: values)
      }
      if Merger.isNumber(other.value, old) {
        if value.elementsEqual(first) { return found(.alone(old.source.spelling(old.tokens[other.value.lowerBound]))) }
      } else if value.count == first.count + 1 + second.count, value.starts(with: first),
        value.suffix(second.count).elementsEqual(second),
        case let operation = window.new.source.spelling(window.new.tokens[new.value.lowerBound + first.count]),
        Self.operators.contains(operation)
      {
        return found(.joined(operation))
      }
    }
    return nil
  }

  private func rule(_ merger: Merger, _ places: [Shown], _ files: Set<String>) -> LearnedRule {
    let reproduced = places.map { $0.merger == merger }
    let count = (right: reproduced.count { $0 }, all: reproduced.count)
    let evidence = Evidence(places: reproduced.map { .init(context: Self.context, reproduced: $0) })
    let examples = knowledge.nearness.sorted(files).prefix(Rule.exampleLimit).compactMap { path in
      places.first { $0.path == path && $0.merger == merger }?.example
    }
    let template = Template(span: .element, left: merger.left, right: merger.right)
    let confidence = Double(count.right) / Double(max(1, count.all))
    // Held out with its file, a place is right where enough others are left to learn from.
    let tried = files.count > Self.leastFiles ? count : (0, 0)
    let rule = Rule(
      id: "", symbol: symbol.name, kind: .initialiser, smpl: "", summary: Summary.text(template),
      support: files.count, confidence: confidence, opportunities: count.all, examples: examples,
      replay: Rule.Replay(reproduced: tried.0, tried: tried.1), introduces: [],
      flags: Guards(
        symbol: symbol, template: template, support: files.count, confidence: confidence, examples: examples,
        coChanges: []
      ).flags)
    var learned = LearnedRule(
      rule: rule, span: .element, left: template.left, right: template.right, evidence: evidence)
    learned.merger = merger
    return learned
  }
}

extension MergerLearner {
  /// Whether the symbol at a token stands beside the other field, set or read with it: what becomes of such a place says
  /// how the two are merged, and nothing about one of them alone.
  static func isBeside(_ token: Int, _ merger: Merger, _ code: Code, _ pairs: [FieldPair]) -> Bool {
    if pairs.contains(where: { $0.holds(token) && merger.settings($0, code) != nil }) { return true }
    let other = code.spells(token, merger.first) ? merger.second : merger.first
    guard let base = SetField.base(of: token, from: 0, code) else { return false }
    let words = code.words[base]
    let behind = token + 2 + base.count
    if code.punctuation(at: token + 1) == 0x2C, behind < code.tokens.count,
      code.words[token + 2..<behind] == words, code.spells(behind, other)
    {
      return true
    }
    let before = base.lowerBound - 2
    return before > base.count && code.punctuation(at: before + 1) == 0x2C && code.spells(before, other)
      && code.words[before - base.count..<before] == words
  }
}
