// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// The rules of one symbol applied wherever they fit, without a compiler: nobody says what is broken, which code the
/// preprocessor skips, or what type an expression has.
package struct RuleApplication: Sendable {
  /// A place that stays as it is.
  package struct Left: Codable, Hashable, Sendable {
    package enum Reason: String, Codable, Sendable {
      /// No rule matches, or none is sure enough there.
      case noRule = "no-rule"
      /// Only a compiler knows whether the field is that of the symbol's structure.
      case typeNeeded = "type-needed"
    }
    package var site: Site
    package var reason: Reason

    package init(site: Site, reason: Reason) { (self.site, self.reason) = (site, reason) }
  }
  /// How many places a rule changed.
  package struct Use: Codable, Hashable, Sendable {
    package var rule: String
    package var summary: String
    package var places: Int
  }
  /// New texts of the files that change, by path.
  package private(set) var files: [String: SourceText] = [:]
  /// The files that each rule changes, by `Rule.id`.
  package private(set) var changed: [String: Set<String>] = [:]
  package private(set) var uses: [Use] = []
  package private(set) var left: [Left] = []
  /// Reasons for a person to look, those of each place included.
  package private(set) var flags: [Flag] = []

  /// - Parameters:
  ///   - rules: the best first.
  ///   - files: sources and headers by path.
  package init(of symbol: SoughtSymbol, _ rules: [LearnedRule], to files: [String: SourceText]) {
    let proposer = Proposer(
      symbol: symbol, rules: rules, lines: [:], inactive: [:], maximalSites: Self.maximalSites, isJudged: false)
    let proposal = proposer.proposal(files)
    for (file, edits) in Dictionary(grouping: proposal.edits, by: \.file) {
      guard let text = files[file], case .success(let edited) = applying(edits, to: text), edited != text else {
        continue
      }
      self.files[file] = edited
      for rule in edits.compactMap(\.rule) { changed[rule, default: []].insert(file) }
    }
    uses = proposal.uses.map { Use(rule: $0.rule.rule.id, summary: $0.rule.rule.summary, places: $0.sites) }
    left = proposal.left.sorted { $0.site < $1.site }
    flags = proposal.flags
  }

  /// Places in one file.
  private static let maximalSites = 10_000
}
