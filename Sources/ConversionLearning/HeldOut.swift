// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Five-fold validation of the rules of one symbol: what learning from four fifths of the files would choose at each
/// place of the last fifth, held against what the developers wrote there.
struct HeldOut {
  private static let folds = 5
  private let trials: [(trial: Trial, sources: Set<String>, doubt: Double)]
  /// For each file its fold.
  private let fold: [String: Int]
  /// For each occurrence that some rule matches, the rules that match, by number, and whether they reproduce it.
  private let matches: [Int: [(rule: Int, reproduced: Bool)]]
  private let path: [Int: String]

  /// - Parameter trials: the rules, with the files that each was read from and what doubts take off its rank (0…1).
  init(_ trials: [(trial: Trial, sources: Set<String>, doubt: Double)]) {
    self.trials = trials
    var matches: [Int: [(rule: Int, reproduced: Bool)]] = [:]
    var path: [Int: String] = [:]
    for (number, entry) in trials.enumerated() {
      for outcome in entry.trial.outcomes {
        matches[outcome.occurrence, default: []].append((number, outcome.reproduced))
        path[outcome.occurrence] = outcome.path
      }
    }
    (self.matches, self.path) = (matches, path)
    fold = Dictionary(uniqueKeysWithValues: Set(path.values).sorted().enumerated().map { ($1, $0 % Self.folds) })
  }

  /// For each rule the held-out places at which it would have been chosen, and where it was right.
  func replays() -> [Rule.Replay] {
    var replays = trials.map { _ in Rule.Replay(reproduced: 0, tried: 0) }
    for held in 0..<Self.folds {
      let scores = trials.map { score($0, without: held) }
      for (occurrence, found) in matches where path[occurrence].flatMap({ fold[$0] }) == held {
        let known = found.filter { scores[$0.rule] > 0 }
        // Of equals the one that stands first: the order of the trials is that of the rules.
        guard let best = known.max(by: { (scores[$0.rule], $1.rule) < (scores[$1.rule], $0.rule) }) else { continue }
        replays[best.rule].tried += 1
        if best.reproduced { replays[best.rule].reproduced += 1 }
      }
    }
    return replays
  }

  /// How sure the rule is from the other folds; 0 where it could not be learned from them.
  private func score(_ entry: (trial: Trial, sources: Set<String>, doubt: Double), without held: Int) -> Double {
    guard entry.sources.contains(where: { fold[$0] != held }) else { return 0 }
    let places = entry.trial.outcomes.filter { fold[$0.path] != held }
    let hits = places.filter(\.reproduced)
    let support = Set(hits.map(\.path)).count
    guard support > 0 else { return 0 }
    return Confidence.lowerLimit(hits.count, places.count) * (support < 2 ? 0.6 : support < 3 ? 0.8 : 1) * entry.doubt
  }
}
