// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import KernelModel

/// A rule as it is listed: what people read, and what the rewriter takes.
package struct ListedRule: Codable, Sendable, Hashable {
  package var rule: Rule
  /// Patterns and evidence, as `kmend apply` reads them again.
  package var pattern: RulePattern

  init(_ learned: LearnedRule) {
    rule = learned.rule
    pattern = RulePattern(learned)
  }

  var learned: LearnedRule { pattern.learned(rule) }

  private enum CodingKeys: CodingKey { case pattern }

  package init(from decoder: any Decoder) throws {
    rule = try Rule(from: decoder)
    pattern = try decoder.container(keyedBy: CodingKeys.self).decode(RulePattern.self, forKey: .pattern)
  }

  package func encode(to encoder: any Encoder) throws {
    try rule.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(pattern, forKey: .pattern)
  }
}

/// `LearnedRule` without the rule, equal places counted.
package struct RulePattern: Codable, Sendable, Hashable {
  /// Places of one context with one outcome.
  package struct Places: Codable, Sendable, Hashable {
    package var context: Context
    package var reproduced: Bool
    package var count: Int
  }
  /// Places that evidence may have: a file that says otherwise was not written by kmend.
  private static let limit = 100_000
  package var span: LearnedRule.Span
  package var left: String
  package var right: String
  package var before: [String]
  package var free: [String]
  package var isDefinition: Bool
  package var companion: Companion?
  package var followers: [Follower]
  package var removals: Double
  package var places: [Places]
  package var check: ResultCheck?
  package var absorption: Absorption?
  package var merger: Merger?
  package var copy: LocalCopy?
  package var gathering: Gathering?
  package var retyping: Retyping?

  init(_ learned: LearnedRule) {
    (span, left, right, before) = (learned.span, learned.left, learned.right, learned.before)
    (free, isDefinition) = (learned.free, learned.isDefinition)
    (companion, followers) = (learned.companion, learned.followers)
    removals = learned.evidence.removals
    (check, absorption, merger) = (learned.check, learned.absorption, learned.merger)
    (copy, gathering, retyping) = (learned.copy, learned.gathering, learned.retyping)
    places = []
    var numbers: [ConversionLearning.Evidence.Place: Int] = [:]
    for place in learned.evidence.places {
      if let number = numbers[place] {
        places[number].count += 1
      } else {
        numbers[place] = places.count
        places.append(Places(context: place.context, reproduced: place.reproduced, count: 1))
      }
    }
  }

  func learned(_ rule: Rule) -> LearnedRule {
    var all: [ConversionLearning.Evidence.Place] = []
    for place in places where all.count < Self.limit {
      let count = min(max(0, place.count), Self.limit)
      all += Array(
        repeating: ConversionLearning.Evidence.Place(context: place.context, reproduced: place.reproduced), count: count
      )
    }
    var learned = LearnedRule(
      rule: rule, span: span, left: left, right: right, before: before,
      evidence: ConversionLearning.Evidence(places: all, removals: removals), free: free, isDefinition: isDefinition,
      companion: companion)
    learned.followers = followers
    (learned.check, learned.absorption, learned.merger) = (check, absorption, merger)
    (learned.copy, learned.gathering, learned.retyping) = (copy, gathering, retyping)
    return learned
  }
}
