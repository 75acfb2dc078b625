// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Five-fold validation of the rules of one symbol: what learning from four fifths of the files would choose at each
/// place of the last fifth, held against what the developers wrote there.
struct HeldOut {
  /// A rule that is validated.
  struct Entry {
    let trial: Trial
    /// The files that it was read from.
    let sources: Set<String>
    let doubt: Confidence.Doubt
    let span: LearnedRule.Span
    /// It takes something away and puts nothing in its place.
    let isDeletion: Bool
    /// For a deletion the share of the conversions that put nothing in the symbol's place, else 1.
    let removals: Double

    init(_ tried: (template: Template, trial: Trial, sources: Set<String>), _ learner: Learner) {
      (trial, sources) = (tried.trial, tried.sources)
      let (isGone, hasNewcomers) = (tried.template.right.isEmpty, !tried.trial.coChanges.isEmpty)
      doubt =
        isGone ? (hasNewcomers ? .loss : .none) : tried.template.lost > 0 ? .loss : hasNewcomers ? .newcomers : .none
      span = tried.template.span
      isDeletion = tried.template.right.isEmpty && tried.trial.companion == nil
      removals = isDeletion ? learner.removals(like: tried.template) : 1
    }
  }
  private let trials: [Entry]
  private let folds: Folds
  /// For each occurrence that some rule matches, the rules that match, by number, and whether they reproduce it.
  private let matches: [Int: [(rule: Int, place: Int, reproduced: Bool)]]
  private let path: [Int: String]

  init(_ trials: [Entry]) {
    self.trials = trials
    var matches: [Int: [(rule: Int, place: Int, reproduced: Bool)]] = [:]
    var path: [Int: String] = [:]
    for (number, entry) in trials.enumerated() {
      for (place, outcome) in entry.trial.outcomes.enumerated() {
        matches[outcome.occurrence, default: []].append((number, place, outcome.reproduced))
        path[outcome.occurrence] = outcome.path
      }
    }
    (self.matches, self.path) = (matches, path)
    folds = Folds(path.values)
  }

  /// For each rule the held-out places at which it would have been chosen, and where it was right.
  func replays() -> [Rule.Replay] { sum(byFold()) }

  private func sum(_ folds: [[Rule.Replay]]) -> [Rule.Replay] {
    trials.indices.map { rule in
      folds.reduce(into: Rule.Replay(reproduced: 0, tried: 0)) { $0 += $1[rule] }
    }
  }

  /// The same for each fold that was held out.
  private func byFold() -> [[Rule.Replay]] {
    (0..<Folds.count).map { held in
      var replays = trials.map { _ in Rule.Replay(reproduced: 0, tried: 0) }
      let scores = trials.map { entry in
        known(entry, without: held).map {
          Confidence.score($0.evidence.total, support: $0.support, doubt: entry.doubt)
        } ?? 0
      }
      for (occurrence, found) in matches where path[occurrence].flatMap({ folds[$0] }) == held {
        let known = found.filter { scores[$0.rule] > 0 }
        // Of equals the one that stands first: the order of the trials is that of the rules.
        guard let best = known.max(by: { (scores[$0.rule], $1.rule) < (scores[$1.rule], $0.rule) }) else { continue }
        replays[best.rule].tried += 1
        if best.reproduced { replays[best.rule].reproduced += 1 }
      }
      return replays
    }
  }

  /// Held-out places as a driver's would be treated: the rule that is chosen there by the context, if any is sure enough.
  ///
  /// - Parameter limit: at most so many, evenly from all over the files.
  func places(limit: Int) -> [HeldOutPlace] {
    let all = matches.keys.sorted()
    let chosen = all.count <= limit ? all : (0..<limit).map { all[$0 * all.count / limit] }
    var places: [HeldOutPlace] = []
    let byFold = byFold()
    for held in 0..<Folds.count {
      let own = chosen.filter { path[$0].flatMap { folds[$0] } == held }
      guard !own.isEmpty else { continue }
      let replays = sum(byFold.enumerated().filter { $0.offset != held }.map(\.element))
      let learned = trials.map { known($0, without: held) }
      for occurrence in own {
        var best: (rank: Double, place: HeldOutPlace)?
        for match in matches[occurrence] ?? [] {
          guard let (evidence, support) = learned[match.rule] else { continue }
          let entry = trials[match.rule]
          let grade = Grade(
            evidence, in: entry.trial.places[match.place].context, support: support, doubt: entry.doubt)
          let rank = grade.score + (entry.span == .statement ? Confidence.statementLead : 0)
          let isEnough = Confidence.isEnough(
            grade.share, support: support, isDeletion: entry.isDeletion, isHalf: !entry.trial.coChanges.isEmpty)
          guard isEnough, rank > best?.rank ?? 0 else { continue }
          best = (
            rank, HeldOutPlace(grade: grade, support: support, replay: replays[match.rule], isRight: match.reproduced)
          )
        }
        if let best { places.append(best.place) }
      }
    }
    return places
  }

  /// What the other folds show of a rule; nil where it could not be learned from them.
  private func known(_ entry: Entry, without held: Int) -> (evidence: Evidence, support: Int)? {
    guard entry.sources.contains(where: { folds[$0] != held }) else { return nil }
    let outcomes = entry.trial.outcomes
    let numbers = outcomes.indices.filter { folds[outcomes[$0].path] != held }
    let support = Set(numbers.filter { outcomes[$0].reproduced }.map { outcomes[$0].path }).count
    guard support > 0 else { return nil }
    return (Evidence(places: numbers.map { entry.trial.places[$0] }, removals: entry.removals), support)
  }
}

/// A place of the tree that was held out from learning, and what the rule chosen there did.
package struct HeldOutPlace: Codable, Hashable, Sendable {
  package var grade: Grade
  /// Files that showed the rule without the held-out ones.
  package var support: Int
  /// How the rule did at the places of the other folds, each held out in its turn.
  package var replay: Rule.Replay
  /// It gives what the developers wrote.
  package var isRight: Bool

  package init(grade: Grade, support: Int, replay: Rule.Replay, isRight: Bool) {
    (self.grade, self.support, self.replay, self.isRight) = (grade, support, replay, isRight)
  }
}

extension Learner {
  /// At most `limit` places of the symbol, each held out from learning, where a rule would have been chosen.
  package static func heldOut(
    for symbol: SoughtSymbol, from conversions: [Conversion], knowing knowledge: TreeKnowledge = TreeKnowledge(),
    limit: Int
  ) -> [HeldOutPlace] {
    var learner = Learner(symbol, conversions, knowledge)
    let tried = learner.tried()
    return HeldOut(tried.map { HeldOut.Entry($0, learner) }).places(limit: limit)
  }
}
