// SPDX-License-Identifier: GPL-2.0-or-later

/// How sure a share is that was seen in so many places.
package enum Confidence {
  /// Below this share in the same context a rule is not proposed at all.
  private static let refused = 0.15
  /// The same for taking something away: most wrong edits that compile delete behaviour.
  private static let refusedDeletion = 0.5
  /// So many files have to show that something goes without a successor.
  private static let deletingFiles = 3
  /// What a lost argument or a missing co-change takes off a rule's rank.
  static let doubt = 0.8
  /// Below this share a person should look.
  package static let sure = 0.7

  /// From this lower limit and so many files on the tree is of one mind.
  private static let unanimous = 0.95
  private static let many = 10

  /// The narrower rule says more where both say the same.
  static let statementLead = 0.02

  /// Whether a rule may be tried at a place.
  ///
  /// - Parameters:
  ///   - share: of the in-tree places like it that were converted so, 0…1.
  ///   - isHalf: it leaves out what comes with it in the tree: for a deletion half a conversion, whatever the compiler says.
  package static func isEnough(_ share: Double, support: Int, isDeletion: Bool, isHalf: Bool) -> Bool {
    guard isDeletion else { return share >= refused }
    return support >= deletingFiles && share >= (isHalf ? sure : refusedDeletion)
  }

  /// Wilson's lower limit of a share, one standard deviation wide.
  package static func lowerLimit(_ hits: Int, _ places: Int) -> Double {
    guard places > 0 else { return 0 }
    let (count, share) = (Double(places), Double(hits) / Double(places))
    let spread = (share * (1 - share) / count + 1 / (4 * count * count)).squareRoot()
    return max(0, (share + 1 / (2 * count) - spread) / (1 + 1 / count))
  }

  /// Rank of a rule that reproduces so many of so many places, shown by `support` files.
  static func score(
    _ count: (reproduced: Int, opportunities: Int), support: Int, doubt: Doubt
  ) -> Double {
    let limit = lowerLimit(count.reproduced, count.opportunities)
    // Where many files agree, what else came into them is another conversion's.
    let isUnanimous = limit > unanimous && support >= many
    let isDoubtful = doubt == .loss || (doubt == .newcomers && !isUnanimous)
    return limit * (support < 2 ? 0.6 : support < 3 ? 0.8 : 1) * (isDoubtful ? self.doubt : 1)
  }

  /// What raises doubts about a rule, whatever its places say.
  enum Doubt {
    case none
    /// Names that came into the same files, and that it does not bring.
    case newcomers
    /// It drops something.
    case loss
  }
}

extension LearnedRule {
  /// Behind examples that hardly anybody contradicts, and before all others.
  private static let definition = 0.92
  private static let castDefinition = 0.91
  private static let internalDefinition = 0.5

  /// Rank: lower limit of the confidence, less for what only one or two files show and for what raised doubts.
  package var score: Double {
    fixedScore ?? Confidence.score(evidence.total, support: rule.support, doubt: doubt) * evidence.removals
  }

  /// How it stands in one context.
  package func grade(in context: Context) -> Grade {
    if let fixedScore { return Grade(share: 1, score: fixedScore, isContextKnown: true) }
    return Grade(evidence, in: context, support: rule.support, doubt: doubt)
  }

  private var fixedScore: Double? {
    guard isDefinition else { return nil }
    if right.contains("__") { return Self.internalDefinition }
    return right.contains("((") ? Self.castDefinition : Self.definition
  }

  private var doubt: Confidence.Doubt {
    let reasons = Set(rule.flags.map(\.reason))
    if reasons.contains(.argumentLost) { return .loss }
    if reasons.contains(.otherArguments) { return .newcomers }
    guard reasons.contains(.coChange) else { return .none }
    return right.isEmpty ? .loss : .newcomers
  }
}
