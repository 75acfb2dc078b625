// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import KernelModel

/// What the search wants to know next; the caller answers with the matching `told`.
package enum SearchStep: Sendable {
  /// Rules for these symbols: answer with `told(rules:)`.
  case learn([SoughtSymbol])
  /// The breaks that are left with these edits, against the original files: answer with `told(breaks:)`.
  case attempt([Edit])
  /// Nothing more to try.
  case finished(SearchResult)
}

/// Where the search stops, whatever is left.
package struct SearchLimits: Sendable {
  /// Questions to the oracle for one symbol, and altogether.
  package var attemptsPerSymbol: Int
  package var attempts: Int
  /// Edits that may stand in one file.
  package var sites: Int

  package init(attemptsPerSymbol: Int = 16, attempts: Int = 200, sites: Int = 2000) {
    (self.attemptsPerSymbol, self.attempts, self.sites) = (attemptsPerSymbol, attempts, sites)
  }
}

/// One logical change: all edits for one symbol, in the order in which they were found.
package struct AdaptationChange: Sendable {
  package var symbol: SoughtSymbol
  /// The rules that were applied, best first.
  package var rules: [Rule]
  /// How many places each rule was applied to, by `Rule.id`.
  package var places: [String: Int]
  /// Edits against the files as the changes before this one left them.
  package var edits: [Edit]
  /// Why a person should look at this change; `Flag.detail` names the place where it is about one.
  package var flags: [Flag]
  /// How the rules stand at each place that examples speak about; a place of a declaration's rule has none.
  package var grades: [PlaceGrade]
  /// What was taken away without a successor, in the driver's words: for the changelog.
  package var deletions: [Deletion]

  package init(
    symbol: SoughtSymbol, rules: [Rule], places: [String: Int], edits: [Edit], flags: [Flag] = [],
    deletions: [Deletion] = [], grades: [PlaceGrade] = []
  ) {
    (self.symbol, self.rules, self.places, self.edits) = (symbol, rules, places, edits)
    (self.flags, self.deletions, self.grades) = (flags, deletions, grades)
  }

  /// A rule at one place of the driver.
  package struct PlaceGrade: Hashable, Sendable {
    /// In the file as it was before this change.
    package var site: Site
    /// `Rule.id`.
    package var rule: String
    package var grade: Grade

    package init(site: Site, rule: String, grade: Grade) { (self.site, self.rule, self.grade) = (site, rule, grade) }
  }

  /// A statement, initialiser or flag that the driver loses.
  package struct Deletion: Hashable, Sendable {
    /// In the file as it was before this change.
    package var site: Site
    /// On one line.
    package var text: String
  }
}

/// How the search ended.
package struct SearchResult: Sendable {
  /// All edits against the original files; each with the rule that asked for it last.
  package var edits: [Edit]
  package var changes: [AdaptationChange]
  /// The rules of the changes with their patterns, by `Rule.id`.
  package var rules: [String: LearnedRule]
  /// Everything that a person should look at, the changes' flags included.
  package var flags: [Flag]
  /// Breaks that no rule removed.
  package var left: [Break]
  /// For symbols that are left: how in-tree code was converted, best first, and why that was not done here.
  package var unsolved: [Unsolved]
  /// Questions asked of the oracle.
  package var attempts: Int

  package struct Unsolved: Sendable {
    package var symbol: SoughtSymbol
    /// One sentence.
    package var reason: String
    package var rules: [Rule]
  }
}
