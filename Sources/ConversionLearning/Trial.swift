// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// A candidate held against every place of its symbol.
struct Trial {
  private(set) var places: [Evidence.Place] = []
  /// A statement that most of those files get as well, and that answers a co-change.
  private(set) var companion: Companion?
  /// What became of the uses of a variable that the candidate no longer sets.
  private(set) var followers: [Follower] = []
  /// Places that it matches and that do without the symbol now, although the symbol lives on.
  private(set) var elsewhere = 0
  /// Files in which it gives what the developers wrote.
  private(set) var support = 0
  private(set) var examples: [Rule.Example] = []
  /// Names that appeared in most of those files and that the candidate does not bring.
  private(set) var coChanges: [String] = []
  /// For each place its occurrence, its file, what the candidate matches (of a name the whole call) and whether it was
  /// reproduced.
  private(set) var outcomes: [(occurrence: Int, path: String, tokens: Range<Int>, reproduced: Bool)] = []

  init(_ candidate: Candidate, _ learner: Learner) {
    var files: Set<String> = []
    var supporting: [Int] = []
    var first: [String: Occurrence] = [:]
    var right: [(occurrence: Occurrence, match: Match)] = []
    for (number, occurrence) in learner.occurrences.enumerated() {
      let window = learner.windows[occurrence.window]
      let unit = window.old.units[occurrence.unit]
      guard let match = candidate.match(window.old, unit, occurrence.old, token: occurrence.token) else { continue }
      if learner.symbol.survives, candidate.isLeft(occurrence, in: window) { elsewhere += 1 }
      guard
        let reproduced = candidate.reproduces(
          occurrence, match, in: window, learner.spellings,
          survives: learner.symbol.survives)
      else { continue }
      places.append(
        .init(
          context: Context(window.old, occurrence.unit, occurrence.old, match, span: candidate.span),
          reproduced: reproduced))
      let path = occurrence.old.path(to: occurrence.token)
      let core = occurrence.old.nodes[path[Occurrence.core(occurrence.old, path, occurrence.token)]].tokens
      let extent = candidate.span == .identifier ? core : match.tokens
      outcomes.append((number, window.path, extent, reproduced))
      guard reproduced else { continue }
      right.append((occurrence, match))
      if files.insert(window.path).inserted {
        supporting.append(occurrence.window)
        first[window.path] = occurrence
      }
    }
    support = files.count
    examples = learner.knowledge.nearness.sorted(files).prefix(Rule.exampleLimit).compactMap { path in
      first[path].map { Self.example($0, learner.windows[$0.window]) }
    }
    coChanges = CoChange.names(of: candidate, in: supporting, learner)
    if !coChanges.isEmpty {
      companion = CompanionLearner(learner: learner, candidate: candidate).companion(
        bringing: coChanges, at: right.map(\.occurrence))
    }
    followers = FollowerLearner(learner: learner, candidate: candidate).followers(at: right)
    if let companion { coChanges.removeAll { companion.text.contains($0) } }
  }

  /// Forgets places that say nothing against the candidate.
  mutating func leaveOut(_ occurrences: Set<Int>) {
    let kept = outcomes.indices.filter { outcomes[$0].reproduced || !occurrences.contains(outcomes[$0].occurrence) }
    (places, outcomes) = (kept.map { places[$0] }, kept.map { outcomes[$0] })
  }

  private static func example(_ occurrence: Occurrence, _ window: Window) -> Rule.Example {
    let lines = LineTable(window.old.source.text)
    let line = window.start + lines.line(of: Int(window.old.tokens[occurrence.token].start)) - 1
    let old = window.old.units[occurrence.unit].tokens
    let newUnit = Int(window.newUnit[occurrence.unit])
    let shown = window.written ?? window.new
    return Rule.Example(
      site: Site(file: window.path, line: line), before: Spacing.line(window.old, old),
      after: newUnit < 0 ? "" : Spacing.line(shown, shown.units[newUnit].tokens))
  }
}

/// What changes together with a symbol: an edit without it is half a conversion.
enum CoChange {
  /// How much more often than elsewhere it must come.
  private static let lift = 0.3
  /// Share of the files with the newcomer that have to be of this conversion: another one may have come to the same files.
  private static let own = 0.1

  /// Names that come with the conversion, but not on the candidate's right side: from the whole files where the caller
  /// counted them and the symbol is gone, else from the windows that the candidate reproduces (three at least).
  static func names(of candidate: Candidate, in windows: [Int], _ learner: Learner) -> [String] {
    let counted = learner.knowledge.newcomers
    guard counted.isEmpty || learner.symbol.survives else {
      let right = candidate.right.code
      let brought = Set(right.tokens.map { right.source.spelling($0) })
      let found = counted.filter {
        !$0.name.contains("/") && $0.share >= TreeKnowledge.Newcomer.leastShare && $0.share - $0.baseRate >= lift
          && !brought.contains($0.name)
          && isOwn($0.name, $0.share, learner.knowledge)
      }
      let names = found.sorted { ($0.share, $1.name) > ($1.share, $0.name) }.prefix(3).map(\.name)
      return names + siblings(of: candidate, in: windows, learner).filter { !names.contains($0) }
    }
    return names(of: candidate, seenIn: windows, learner)
  }

  /// Fields that came into the same initialisers.
  private static func siblings(of candidate: Candidate, in windows: [Int], _ learner: Learner) -> [String] {
    guard learner.symbol.isField, windows.count >= 3 else { return [] }
    let brought = Set(candidate.right.code.words)
    var counts: [Int32: Int] = [:]
    for number in windows {
      let window = learner.windows[number]
      let known = Set(window.old.words)
      let fields = window.new.units.indices.compactMap { unit -> Int32? in
        let first = window.new.units[unit].tokens.lowerBound
        guard window.new.units[unit].kind == .element, window.new.punctuation(at: first) == 0x2E,
          first + 1 < window.new.tokens.count, case let field = window.new.words[first + 1], !known.contains(field)
        else { return nil }
        return field
      }
      for field in Set(fields) { counts[field, default: 0] += 1 }
    }
    let least = max(3, windows.count / 2 + 1)
    return counts.filter { $0.value >= least && !brought.contains($0.key) }
      .map { (count: $0.value, name: learner.spellings.text($0.key)) }
      .sorted { ($0.count, $1.name) > ($1.count, $0.name) }.prefix(3).map(\.name)
  }

  /// - Parameter share: of the converted files that hold the name anew.
  private static func isOwn(_ name: String, _ share: Double, _ knowledge: TreeKnowledge) -> Bool {
    knowledge.gained[name].map { share * Double(knowledge.converted) >= own * Double($0) } ?? true
  }

  private static func names(of candidate: Candidate, seenIn windows: [Int], _ learner: Learner) -> [String] {
    guard windows.count >= 3 else { return [] }
    let brought = Set(candidate.right.code.words)
    var counts: [Int32: Int] = [:]
    for number in windows {
      let window = learner.windows[number]
      let known = Set(window.old.words)
      var new: Set<Int32> = []
      for (index, unit) in window.new.units.enumerated() {
        let source = Int(window.oldUnit[index])
        if source >= 0, window.isSame[source] { continue }
        for name in Occurrence.names(window.new, unit.tokens) where !known.contains(name) { new.insert(name) }
      }
      for name in new { counts[name, default: 0] += 1 }
    }
    let limit = max(3, (windows.count * 6 + 9) / 10)
    return counts.filter { $0.value >= limit && !brought.contains($0.key) }
      .map { (count: $0.value, name: learner.spellings.text($0.key)) }
      .filter { isOwn($0.name, Double($0.count) / Double(windows.count), learner.knowledge) }
      .sorted { ($0.count, $1.name) > ($1.count, $0.name) }.prefix(3).map(\.name)
  }
}
