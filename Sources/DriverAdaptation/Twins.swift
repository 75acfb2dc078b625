// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Finds out whether in-tree files are near-copies of a driver's files, by their text alone.
package struct Twins: Sendable {
  /// Likeness from which on a file is a near-copy. Measured on two dozen driver packages against the in-tree files
  /// of their subsystems: copies 0.79 to 0.98, all others up to 0.35. In-tree files against themselves four years later:
  /// nine of ten above 0.7; against other files of their folder: one pair of 19,000 above 0.5, at 0.58.
  private static let limit = 0.6
  /// Files with fewer runs of tokens are made of what all drivers have.
  private static let leastRuns = 100
  private let driver: [(path: String, runs: Shingles)]

  /// - Parameter driver: its sources and headers by path; files of other kinds are left out.
  package init(driver: [String: SourceText]) {
    self.driver = driver.sorted { $0.key < $1.key }.compactMap { path, text in
      guard Self.kind(path) != nil else { return nil }
      let runs = Shingles(text)
      return runs.count < Self.leastRuns ? nil : (path, runs)
    }
  }

  /// The driver's file that an in-tree file is a near-copy of, the likest; nil if there is none.
  ///
  /// - Parameter versions: the in-tree file's text in each of the trees that has it. A driver may have been forked from
  ///   the older one or be a backport of the newer one.
  package func twin(of path: String, versions: [SourceText]) -> Twin? {
    let kind = Self.kind(path)
    let inTree = versions.map { Shingles($0) }.filter { $0.count >= Self.leastRuns }
    let found = driver.filter { Self.kind($0.path) == kind }.compactMap { own -> Twin? in
      guard let likeness = inTree.map({ own.runs.likeness(to: $0) }).max(), likeness >= Self.limit else { return nil }
      return Twin(file: own.path, inTree: path, likeness: (likeness * 100).rounded() / 100)
    }
    return found.max { ($0.likeness, $1.file) < ($1.likeness, $0.file) }
  }

  private static func kind(_ path: String) -> Substring? {
    ["c", "h"].first { path.hasSuffix(".\($0)") }
  }
}
