// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// The search for an adaptation, as a state machine that asks and is told; the same answers give the same result.
///
/// Greedy: one symbol at a time, all its active places in all files at once, rules in the order of their rank. An attempt
/// is kept if it removes breaks of the symbol and adds none.
package struct Search: Sendable {
  private enum Waiting: Sendable {
    case nothing
    case rules
    case oracle(SoughtSymbol, Proposal)
    case done
  }
  /// What is known about one symbol.
  private struct Course: Sendable {
    var rules: [LearnedRule]
    var rejected: Set<String> = []
    var attempts = 0
    /// Nothing else held: variables that only hold the field are read as the field.
    var looksThrough = false
    /// What spoke against the first rule that was tried.
    var objection: String?
    /// Set when nothing more is tried.
    var reason: String?
  }
  private let limits: SearchLimits
  private var layers: [String: Layers]
  private var breaks: [Break]
  private var inactive: [String: [ClosedRange<Int>]]
  private var courses: [SoughtSymbol: Course] = [:]
  private var changes: [AdaptationChange] = []
  private var used: [String: LearnedRule] = [:]
  private var attempts = 0
  private var waiting = Waiting.nothing

  /// - Parameters:
  ///   - files: the driver's sources by path, those that may be edited.
  ///   - breaks: what the oracle says without any edit.
  ///   - inactive: lines (from 1) that the target's preprocessor skips, as far as known.
  package init(
    files: [String: SourceText], breaks: [Break], inactive: [String: [ClosedRange<Int>]] = [:],
    limits: SearchLimits = SearchLimits()
  ) {
    layers = Dictionary(uniqueKeysWithValues: files.map { ($0, Layers(file: $0, text: $1)) })
    (self.breaks, self.inactive, self.limits) = (breaks, inactive, limits)
  }

  /// The next question, or the result. Asking again without an answer gives the same question.
  package mutating func next() -> SearchStep {
    switch waiting {
    case .rules: return .learn(unlearned)
    case .oracle(_, let proposal): return .attempt(edits(with: proposal))
    case .done: return .finished(result)
    case .nothing: break
    }
    if !unlearned.isEmpty {
      waiting = .rules
      return .learn(unlearned)
    }
    while attempts < limits.attempts, let symbol = target {
      if let proposal = propose(symbol) {
        attempts += 1
        courses[symbol]?.attempts += 1
        waiting = .oracle(symbol, proposal)
        return .attempt(edits(with: proposal))
      }
    }
    waiting = .done
    return .finished(result)
  }

  /// Answers `.learn`; a symbol that is missing has no rules.
  package mutating func told(rules: [SoughtSymbol: [LearnedRule]]) {
    guard case .rules = waiting else { return }
    for symbol in unlearned {
      let learned = rules[symbol] ?? []
      courses[symbol] = Course(
        rules: symbol.kind == .condition ? ConditionEdits.rules(learned) : declared(symbol) + learned)
    }
    waiting = .nothing
  }

  /// Answers `.attempt`.
  ///
  /// - Parameters:
  ///   - breaks: what the oracle says with the edits, its lines those of the edited text.
  ///   - inactive: skipped lines of the edited text.
  package mutating func told(breaks: [Break], inactive: [String: [ClosedRange<Int>]]? = nil) {
    guard case .oracle(let symbol, let proposal) = waiting else { return }
    waiting = .nothing
    if let objection = objection(to: breaks, with: proposal, for: symbol) {
      if courses[symbol]?.objection == nil { courses[symbol]?.objection = objection }
      reject(proposal, for: symbol)
      return
    }
    for (file, edits) in Dictionary(grouping: proposal.edits, by: \.file) { layers[file]?.apply(edits) }
    self.breaks = breaks
    if let inactive { self.inactive = inactive }
    record(proposal, for: symbol)
  }

  /// Goes on after `.finished`: another judge, such as Kbuild, found breaks that the oracle had not seen.
  package mutating func resume(breaks: [Break], inactive: [String: [ClosedRange<Int>]]) {
    (self.breaks, self.inactive, waiting) = (breaks, inactive, .nothing)
    // The other judge may know declarations that the oracle's breaks came without.
    for symbol in courses.keys where courses[symbol]?.rules.isEmpty ?? false { courses[symbol] = nil }
  }

  // MARK: -

  /// Symbols of the breaks in the order in which they are worked on: what hides others first.
  private var symbols: [SoughtSymbol] {
    var seen: Set<SoughtSymbol> = []
    let roots = breaks.filter { $0.cause == nil }
    func rank(_ found: Break) -> Int {
      switch found.kind {
      case .headerGone: 0
      case .includeNotReached: 1
      // It concerns others as well, which have no other rule for it.
      default: courses[SoughtSymbol(found)]?.rules.contains { $0.gathering != nil } ?? false ? 2 : 3
      }
    }
    let sorted = roots.enumerated().sorted { left, right in
      let (one, other) = (rank(left.element), rank(right.element))
      return (one, left.element.site, left.offset) < (other, right.element.site, right.offset)
    }
    return sorted.map { SoughtSymbol($0.element) }.filter { !$0.name.isEmpty && seen.insert($0).inserted }
  }

  /// Rules that follow from the declarations before and after.
  private func declared(_ symbol: SoughtSymbol) -> [LearnedRule] {
    let found = breaks.filter { SoughtSymbol($0) == symbol }
    let rule = found.lazy.compactMap {
      IncludeAddition.rule(for: $0) ?? CallbackRule.rule(for: $0) ?? NamespaceImport.rule(for: $0)
        ?? NameClash.rule(for: $0) ?? EntryPoint.rule(for: $0)
    }.first
    return rule.map { [$0] } ?? []
  }

  private var unlearned: [SoughtSymbol] { symbols.filter { courses[$0] == nil } }

  private var target: SoughtSymbol? { symbols.first { courses[$0].map { $0.reason == nil } ?? false } }

  private mutating func propose(_ symbol: SoughtSymbol) -> Proposal? {
    guard let course = courses[symbol] else { return nil }
    let rules = course.rules.filter { !course.rejected.contains($0.rule.id) }
    guard course.attempts < limits.attemptsPerSymbol else {
      let first = course.objection.map { "; the first: \($0)" } ?? ""
      courses[symbol]?.reason = "none of \(course.attempts) attempts removed the break without adding another\(first)"
      return nil
    }
    var lines: [String: Set<Int>] = [:]
    for found in breaks where SoughtSymbol(found) == symbol {
      lines[found.site.file, default: []].insert(found.site.line)
    }
    var proposer = Proposer(
      symbol: symbol, rules: rules, lines: lines, inactive: inactive, maximalSites: limits.sites)
    proposer.others = symbols.filter { $0 != symbol }.flatMap { courses[$0]?.rules ?? [] }
    if rules.contains(where: { $0.rule.flags.contains { $0.reason == .coChange } }) {
      (proposer.brought, proposer.known) = (brought, known)
    }
    proposer.looksThrough = course.looksThrough
    let proposal = proposer.proposal(layers.mapValues(\.current))
    guard !proposal.edits.isEmpty, !course.looksThrough || proposal.looked > 0 else {
      if !course.looksThrough, !course.rules.isEmpty {
        courses[symbol]?.looksThrough = true
        courses[symbol]?.rejected = []
        return propose(symbol)
      }
      let why = reason(course, proposal)
      courses[symbol]?.reason = why
      return nil
    }
    return proposal
  }

  /// Names that the edits so far brought.
  private var brought: Set<String> { KnownNames.all(in: changes.flatMap(\.edits).map(\.replacement)) }

  /// Those, and what the driver calls or takes for a type.
  private var known: Set<String> {
    let texts = layers.map { ActiveText.of($0.value.current, inactive: inactive[$0.key] ?? []) }
    return texts.reduce(into: brought) { $0.formUnion(KnownNames.global(in: $1)) }
  }

  private func reason(_ course: Course, _ proposal: Proposal) -> String {
    if course.rules.isEmpty { return "no in-tree conversion gives a rule" }
    if course.attempts > 0 { return course.objection ?? "every rule that fits leaves the break or adds another" }
    return proposal.unfit > 0
      ? "no rule fits the driver's \(proposal.unfit) uses surely enough" : "the driver's sources do not spell the name"
  }

  /// The accepted edits and the proposal's, against the original files.
  private func edits(with proposal: Proposal?) -> [Edit] {
    var edited = layers
    for (file, edits) in Dictionary(grouping: proposal?.edits ?? [], by: \.file) { edited[file]?.apply(edits) }
    return edited.keys.sorted().flatMap { edited[$0]?.edits ?? [] }
  }

  /// Nil if breaks of the symbol went away and none came; a header that is found again, or a branch that is taken again,
  /// may show what it hid.
  private func objection(to after: [Break], with proposal: Proposal, for symbol: SoughtSymbol) -> String? {
    struct Key: Hashable {
      var symbol: SoughtSymbol
      var file: String
    }
    func key(_ found: Break) -> Key { Key(symbol: SoughtSymbol(found), file: found.site.file) }
    func count(_ breaks: [Break]) -> [Key: Int] {
      // The oracle does not tell what follows from what: consequences count on both sides.
      breaks.reduce(into: [:]) { $0[key($1), default: 0] += 1 }
    }
    let (old, new) = (count(breaks), count(after))
    func total(_ counts: [Key: Int]) -> Int { counts.filter { $0.key.symbol == symbol }.reduce(0) { $0 + $1.value } }
    guard total(new) < total(old) else { return "every rule that fits leaves the break" }
    guard symbol.kind != .headerGone, symbol.kind != .condition else { return nil }
    // The compiler gives up on an initialiser at the first error: what it says elsewhere was there before.
    let reach = EditedLines(proposal, layers)
    // A callback under its new name may take other parameters: that is told next.
    let renamed = Set(proposal.uses.compactMap { $0.rule.renamedField(symbol.name) })
    // A header can't be to blame for what was wrong before, in however many places.
    let isInclude = proposal.uses.allSatisfy { $0.rule.span == .include }
    let added = after.first { found in
      let before = old[key(found)] ?? 0
      if found.kind == .callbackPrototype, renamed.contains(found.symbol),
        [nil, symbol.container].contains(found.container)
      {
        return false
      }
      return new[key(found)]! > before && !(isInclude && before > 0) && reach.holds(found.site)
    }
    guard let added else { return nil }
    return "every rule that fits adds another break (\(added.site): \(added.message))"
  }

  private mutating func reject(_ proposal: Proposal, for symbol: SoughtSymbol) {
    if let rule = proposal.mainRule {
      courses[symbol]?.rejected.insert(rule)
    } else {
      courses[symbol]?.reason = "the edit leaves the break or adds another"
    }
  }

  private mutating func record(_ proposal: Proposal, for symbol: SoughtSymbol) {
    let rules = proposal.uses.sorted { $0.sites > $1.sites }.map(\.rule.rule)
    for use in proposal.uses {
      let id = use.rule.rule.id
      // What one of its places did beyond its text stays beyond it.
      let isUnsaid = used[id]?.rule.smpl.isEmpty ?? false
      used[id] = use.rule
      if isUnsaid { used[id]?.rule.smpl = "" }
    }
    courses[symbol]?.looksThrough = false
    // What was refused before may fit now.
    for other in courses.keys where other != symbol {
      courses[other]?.reason = nil
      courses[other]?.looksThrough = false
      courses[other]?.rejected = []
    }
    changes.append(
      AdaptationChange(
        symbol: symbol, rules: rules,
        places: Dictionary(proposal.uses.map { ($0.rule.rule.id, $0.sites) }, uniquingKeysWith: +),
        edits: proposal.edits, flags: proposal.flags, deletions: proposal.deletions,
        grades: proposal.grades))
  }

  private var result: SearchResult {
    var flags: [Flag] = []
    // What the tree changes together may come with another symbol.
    let names = known
    let open = Set(used.values.flatMap { $0.unanswered(by: names) })
    for flag in changes.flatMap(\.flags) where !flags.contains(flag) {
      if flag.reason != .coChange || open.contains(flag) { flags.append(flag) }
    }
    let left = symbols.map { symbol in
      SearchResult.Unsolved(
        symbol: symbol, reason: courses[symbol]?.reason ?? "the search was stopped after \(attempts) attempts",
        rules: (courses[symbol]?.rules ?? []).prefix(3).map(\.rule))
    }
    return SearchResult(
      edits: edits(with: nil), changes: changes, rules: used, flags: flags, left: breaks, unsolved: left,
      attempts: attempts)
  }
}
