// SPDX-License-Identifier: GPL-2.0-or-later

import FixComparison

/// How an adaptation compares with the maintainer's own later version (schema `kmend-equality-1`, described in
/// README.md).
package struct EqualityReport: Codable, Sendable {
  package var schema = "kmend-equality-1"
  /// The later version, as `kmend adapt` takes a driver.
  package var against: String
  /// The kernel for which both were read.
  package var kernel: String
  /// Why nothing could be compared; empty if it could.
  package var problem = ""
  package var sites: [SiteComparison] = []

  package init(against: String, kernel: String, problem: String = "", sites: [SiteComparison] = []) {
    (self.against, self.kernel, self.problem, self.sites) = (against, kernel, problem, sites)
  }

  private func count(_ verdict: SiteVerdict) -> Int { sites.count { $0.verdict == verdict } }

  /// For the column `equal`: the worst verdict of the places that can be compared, and how many of them are equal, e.g.
  /// `different 6/8`. Empty where nothing was changed.
  package var cell: String {
    guard problem.isEmpty else { return SiteVerdict.notComparable.rawValue }
    guard !sites.isEmpty else { return "" }
    let comparable = sites.map(\.verdict).filter { $0 != .notComparable }
    guard let worst = comparable.max() else { return SiteVerdict.notComparable.rawValue }
    return "\(worst.rawValue) \(count(.same) + count(.equivalent))/\(comparable.count)"
  }

  /// For the column `equal_sites`: `same 5, equivalent 1, different 2`.
  package var counts: String {
    SiteVerdict.allCases.filter { count($0) > 0 }.map { "\($0.rawValue) \(count($0))" }.joined(separator: ", ")
  }
}
