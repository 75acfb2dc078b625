// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import DriverAdaptation
import KernelModel

/// How far a series can be trusted, with its reasons.
///
/// A rule's confidence is that of its least sure place: its places stand or fall together. That of a series is the product
/// of its rules', which are about different API changes and err on their own: the chance that all of it is what the
/// kernel's developers would have written. What nothing in the tree was held out for is *not measured*: it has no number
/// and no part in the product. Gates then take off what they found; how much is set, not measured.
package struct Trust: Codable, Hashable, Sendable {
  /// 0…1; nil where nothing was measured.
  package var confidence: Double?
  /// One line each, the rules in the order of the report, then the gates.
  package var reasons: [String]
  package var rules: [RuleTrust]
  package var edits: [EditTrust]

  /// One rule in this driver.
  package struct RuleTrust: Codable, Hashable, Sendable {
    package var rule: String
    /// 0…1; nil if not measured.
    package var confidence: Double?
    /// In one line without a full stop.
    package var reason: String
  }

  /// One place of the driver.
  package struct EditTrust: Codable, Hashable, Sendable {
    package var file: String
    /// As the file was before this change.
    package var line: Int
    package var rule: String
    /// 0…1; nil if not measured.
    package var confidence: Double?
  }

  /// What is left of the confidence when a gate other than the build failed, and when it did not run.
  private static let failed = 0.5
  private static let notRun = 0.9
  /// What fails here is not right, whatever its edits are.
  private static let fatal: Set = ["build", "git-am"]
  /// Style says nothing about what code does.
  private static let unrelated: Set = ["checkpatch"]

  /// - Parameters:
  ///   - rules: those whose edits stand in the result, in the order of their use.
  ///   - grades: how they stand at each place of the driver.
  ///   - definitions: the rules that write out what the old kernel put in a name's place, by `Rule.id`.
  ///   - calibration: nil where there is none: then no rule for code is measured.
  ///   - isWhole: whether no break is left.
  package init(
    _ rules: [Rule], grades: [AdaptationChange.PlaceGrade], definitions: Set<String> = [], _ calibration: Calibration?,
    gates: [Verdict], isWhole: Bool
  ) {
    edits = []
    self.rules = []
    for rule in rules {
      let own = grades.filter { $0.rule == rule.id }
      let places = own.map { calibration?.band(of: $0.grade, replay: rule.replay) }
      edits += zip(own, places).map {
        EditTrust(file: $0.site.file, line: $0.site.line, rule: rule.id, confidence: ($1?.confidence).map(Self.rounded))
      }
      let least = places.compactMap { $0 }.min { $0.confidence < $1.confidence }
      let isGraded = !own.isEmpty
      self.rules.append(Self.trust(rule, isDefinition: definitions.contains(rule.id), isGraded: isGraded, least))
    }
    reasons = self.rules.map { trust in
      let summary = rules.first { $0.id == trust.rule }?.summary ?? trust.rule
      guard let number = trust.confidence else { return "   -  \(summary): not measured, \(trust.reason)" }
      return "\(Self.text(number))  \(summary): \(trust.reason)"
    }
    let measured = self.rules.compactMap(\.confidence)
    guard !measured.isEmpty else { return }
    var value = measured.reduce(1, *)
    for (factor, reason) in Self.factors(gates, isWhole: isWhole) {
      value *= factor
      reasons.append("\(Self.text(factor))  \(reason)")
    }
    confidence = Self.rounded(value)
  }

  private static func trust(_ rule: Rule, isDefinition: Bool, isGraded: Bool, _ least: Calibration.Band?) -> RuleTrust {
    if isDefinition {
      let shown = rule.support > 0 ? "; \(files(rule))" : ""
      return RuleTrust(rule: rule.id, reason: "follows from the old kernel's own definition\(shown)")
    }
    if let least {
      let twins = (rule.twins ?? []).isEmpty ? "" : rule.isOfTwinsOnly ? ", the twin's own" : ", one of them a twin's"
      return RuleTrust(
        rule: rule.id, confidence: rounded(least.confidence),
        reason:
          "rules as strong were right at \(least.right) of \(least.places) held-out places; \(files(rule))\(twins)")
    }
    // Its own files were held out one by one.
    if rule.kind == .include, rule.replay.tried > 0 {
      let replay = Calibration.Band(from: 0, right: rule.replay.reproduced, places: rule.replay.tried)
      return RuleTrust(
        rule: rule.id, confidence: rounded(replay.confidence),
        reason: "right at \(rule.replay.reproduced) of \(rule.replay.tried) held-out files")
    }
    if isGraded { return RuleTrust(rule: rule.id, reason: "the trees give too few places to hold out") }
    return RuleTrust(
      rule: rule.id,
      reason: rule.support == 0 ? "follows from the declarations" : "no place of its kind was held out")
  }

  private static func files(_ rule: Rule) -> String {
    rule.support == 1 ? "1 file shows it" : "\(rule.support) files show it"
  }

  /// What gates take off, once per gate, the worst of its kernels.
  private static func factors(_ gates: [Verdict], isWhole: Bool) -> [(Double, String)] {
    var factors: [(Double, String)] = isWhole ? [] : [(0, "breaks are left")]
    var seen: Set<String> = []
    for gate in gates where !unrelated.contains(gate.gate) && seen.insert(gate.gate).inserted {
      let own = gates.filter { $0.gate == gate.gate }
      let (bad, missing) = (own.filter { $0.result == .failed }, own.filter { $0.result == .notRun })
      if !bad.isEmpty {
        factors.append((fatal.contains(gate.gate) ? 0 : failed, "\(words(bad)) failed"))
      } else if !missing.isEmpty {
        factors.append((notRun, "\(words(missing)) not run"))
      }
    }
    return factors
  }

  /// `boot on 6.1, 6.12`
  private static func words(_ verdicts: [Verdict]) -> String {
    let kernels = verdicts.map(\.kernel).filter { !$0.isEmpty }.joined(separator: ", ")
    return verdicts[0].gate + (kernels.isEmpty ? "" : " on \(kernels)")
  }

  private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

  /// With two decimals.
  package static func text(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }
}
