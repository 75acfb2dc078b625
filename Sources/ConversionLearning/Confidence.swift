// SPDX-License-Identifier: GPL-2.0-or-later

/// How sure a share is that was seen in so many places.
package enum Confidence {
  /// Below this share in the same context a rule is not proposed at all.
  package static let refused = 0.15
  /// The same for taking something away: most wrong edits that compile delete behaviour.
  package static let refusedDeletion = 0.5
  /// So many files have to show that something goes without a successor.
  package static let deletingFiles = 3
  /// What a lost argument or a missing co-change takes off a rule's rank.
  static let doubt = 0.8
  /// Below this share a person should look.
  package static let sure = 0.7

  /// The narrower rule says more where both say the same.
  static let statementLead = 0.02

  /// Wilson's lower limit of a share, one standard deviation wide.
  package static func lowerLimit(_ hits: Int, _ places: Int) -> Double {
    guard places > 0 else { return 0 }
    let (count, share) = (Double(places), Double(hits) / Double(places))
    let spread = (share * (1 - share) / count + 1 / (4 * count * count)).squareRoot()
    return max(0, (share + 1 / (2 * count) - spread) / (1 + 1 / count))
  }

  /// Rank of a rule that reproduces so many of so many places, shown by `support` files.
  static func score(
    _ count: (reproduced: Int, opportunities: Int), support: Int, isDoubtful: Bool
  ) -> Double {
    lowerLimit(count.reproduced, count.opportunities) * (support < 2 ? 0.6 : support < 3 ? 0.8 : 1)
      * (isDoubtful ? doubt : 1)
  }
}

extension LearnedRule {
  /// Behind examples that hardly anybody contradicts, and before all others.
  private static let definition = 0.92
  private static let castDefinition = 0.91
  private static let internalDefinition = 0.5
  private static let unanimous = 0.95
  private static let many = 10

  /// Rank: lower limit of the confidence, less for what only one or two files show and for what raised doubts.
  package var score: Double {
    fixedScore ?? Confidence.score(evidence.total, support: rule.support, isDoubtful: isDoubtful) * evidence.removals
  }

  /// How it stands in one context.
  func grade(in context: Context) -> Grade {
    if let fixedScore { return Grade(share: 1, score: fixedScore, isContextKnown: true) }
    return Grade(evidence, in: context, support: rule.support, isDoubtful: isDoubtful)
  }

  private var fixedScore: Double? {
    guard isDefinition else { return nil }
    if right.contains("__") { return Self.internalDefinition }
    return right.contains("((") ? Self.castDefinition : Self.definition
  }

  private var isDoubtful: Bool {
    // Where many files agree, what else came into them is another conversion's.
    let limit = Confidence.lowerLimit(evidence.total.reproduced, evidence.total.opportunities)
    let isUnanimous = limit > Self.unanimous && rule.support >= Self.many && !right.isEmpty
    return rule.flags.contains { flag in
      flag.reason == .argumentLost || (flag.reason == .coChange && !isUnanimous)
    }
  }
}
