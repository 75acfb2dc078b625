// SPDX-License-Identifier: GPL-2.0-or-later

/// A suite of Debian's archive: a release and the pocket of it that a mirror serves under a name of its own.
package struct Suite: Hashable, Comparable {
  /// Codename of the release, e.g. `bookworm`.
  package let release: String
  /// What follows it in the suite's name, e.g. `-security`; empty for the release itself.
  package let pocket: String

  /// The suite in the words of an apt source, e.g. `bookworm-security`.
  package var name: String { release + pocket }
  var isSecurity: Bool { pocket == "-security" }
  /// Backports bring the kernels of later releases.
  var isBackports: Bool { pocket.hasPrefix("-backports") }

  /// Codenames in the order of their releases; a mirror that lacks one just doesn't serve it.
  static let releases = ["bullseye", "bookworm", "trixie", "forky", "duke"]
  /// Suites that never become a release.
  static let rolling = ["sid", "experimental"]
  private static let pockets = ["", "-updates", "-security", "-backports", "-backports-sloppy"]

  /// Every suite that a mirror may serve, lowest first.
  package static let all: [Suite] =
    releases.flatMap { release in pockets.map { Suite(release: release, pocket: $0) } }
    + rolling.map { Suite(release: $0, pocket: "") }

  /// What apt sources call a suite by its age.
  private static let aliases = ["oldoldstable", "oldstable", "stable", "testing", "unstable"]

  init(release: String, pocket: String) {
    self.release = release
    self.pocket = pocket
  }

  /// Reads `trixie-backports`; any release will do.
  package init(named name: String) {
    let dash = name.firstIndex(of: "-") ?? name.endIndex
    self.init(release: String(name[..<dash]), pocket: String(name[dash...]))
  }

  /// Whether a word of an apt source names a suite of Debian's main archive.
  static func isArchive(_ word: String) -> Bool {
    let suite = Suite(named: word)
    return (releases + rolling + aliases).contains(suite.release) && pockets.contains(suite.pocket)
      && !suite.isSecurity
  }

  /// Whether a word of an apt source names a suite of Debian's security archive.
  static func isSecurity(_ word: String) -> Bool {
    let suite = Suite(named: word.hasSuffix("/updates") ? word.dropLast(8) + "-security" : word)
    return (releases + aliases).contains(suite.release) && suite.isSecurity
  }

  private var rank: Int { Suite.all.firstIndex(of: self) ?? Suite.all.count }

  package static func < (left: Suite, right: Suite) -> Bool { (left.rank, left.name) < (right.rank, right.name) }
}
