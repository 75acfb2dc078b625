// SPDX-License-Identifier: GPL-2.0-or-later

/// What `kmend adapt` was asked for.
package struct AdaptRequest: Sendable {
  /// As `DriverLoader.load` takes it.
  package var driver: String
  /// Name of the kernel that the driver builds on; it is kept.
  package var from: String
  /// Name of the kernel that it shall build on; with `tree` a commit, whose headers are laid over those of `from`.
  package var to: String
  /// In place of a commit of `tree`.
  package var proposal: Proposal?
  /// Folder of a git repository of the kernel.
  package var tree: String?
  /// Names of further kernels that it has to keep building on.
  package var keep: [String]
  package var compat: CompatChoice
  /// Author of the commits, `Name <address>`.
  package var author: String
  /// Folder for the results; nil: nothing is written.
  package var out: String?
  package var format: SeriesFormat
  /// Write the adapted files over the driver's own.
  package var inPlace: Bool
  /// Commit the series to a new branch of this name.
  package var branch: String?
  package var boots: Bool

  /// A series that was posted, and that no tree has.
  package struct Proposal: Sendable {
    /// An mbox, a mail or a patch; or the URL of a mail in a public-inbox archive.
    package var place: String
    /// Where it was posted; nil if unknown.
    package var link: String?
    /// Commits of the tree that it may be for.
    package var bases: [String]

    package init(_ place: String, link: String? = nil, bases: [String] = ["HEAD"]) {
      (self.place, self.link, self.bases) = (place, link, bases)
    }
  }

  package init(
    driver: String, from: String, to: String, tree: String? = nil, keep: [String] = [], compat: CompatChoice = .auto,
    author: String = "kmend <kmend@localhost>", out: String? = nil, format: SeriesFormat = .mbox, inPlace: Bool = false,
    branch: String? = nil, boots: Bool = true
  ) {
    (self.driver, self.from, self.to, self.tree, self.keep) = (driver, from, to, tree, keep)
    (self.compat, self.author, self.out, self.format) = (compat, author, out, format)
    (self.inPlace, self.branch, self.boots) = (inPlace, branch, boots)
  }
}

/// How older kernels are kept working.
package enum CompatChoice: String, Codable, Sendable, CaseIterable {
  case auto, replace, probe, version
}

/// What a series is written as.
package enum SeriesFormat: String, Codable, Sendable, CaseIterable {
  case mbox, maildir
  /// `patches/` with a file `series`, for quilt(1) and dpkg-source(1).
  case quilt
  /// `patches/`, and what is to be added to `dkms.conf`.
  case dkms

  /// Whether it is several files, so that it needs a folder.
  var isForPackagers: Bool { self == .quilt || self == .dkms }

  /// Where the series lies below the folder of results.
  package var place: String {
    switch self {
    case .mbox: "series.mbox"
    case .maildir: "series"
    case .quilt: "patches/series"
    case .dkms: "dkms.conf.patches"
    }
  }
}
