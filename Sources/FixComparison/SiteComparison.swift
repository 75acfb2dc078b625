// SPDX-License-Identifier: GPL-2.0-or-later

/// How one changed place compares with what the maintainer wrote there. The order is from better to worse.
package enum SiteVerdict: String, Codable, Sendable, CaseIterable, Comparable {
  /// The same tokens.
  case same
  /// Other tokens that say the same: see `NormalForm`, and where order does not count.
  case equivalent
  case different
  /// The maintainer's version has no such place any more.
  case notComparable = "not-comparable"

  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// One place that was changed, with both texts as the new kernel's preprocessor reads them.
package struct SiteComparison: Codable, Hashable, Sendable {
  /// Path relative to the driver's root.
  package var file: String
  /// Line in the adapted file, from 1.
  package var line: Int
  /// The function or object that it lies in; empty at file level.
  package var within: String
  package var verdict: SiteVerdict
  /// Why it is not `same`, one sentence; empty where it is.
  package var reason: String
  /// What stood there, one statement a line.
  package var before: [String]
  /// What stands there now.
  package var after: [String]
  /// What the maintainer's version has between the same neighbours.
  package var theirs: [String]

  package init(
    file: String, line: Int, within: String, verdict: SiteVerdict, reason: String = "", before: [String],
    after: [String], theirs: [String] = []
  ) {
    (self.file, self.line, self.within) = (file, line, within)
    (self.verdict, self.reason) = (verdict, reason)
    (self.before, self.after, self.theirs) = (before, after, theirs)
  }
}
