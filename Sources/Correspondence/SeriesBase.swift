// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import PatchFormat

extension Series.Base {
  /// What a series for a driver from there applies to; nil where there is no name that means anything to others.
  ///
  /// Only a commit that was fetched from a public place is called one; no path of this machine is told.
  package init?(_ origin: Driver.Origin) {
    switch origin {
    case .git(let repository, let commit):
      let isPublic = repository.hasPrefix("https://")
      self = isPublic ? .publicCommit(commit) : .words("commit \(commit) of the repository \(Self.name(repository))")
    case .debian(let package, let version, let sha256):
      self = .words("\(package) \(version) (Debian package, SHA-256 \(sha256))")
    case .tarball(let path, let sha256): self = .words("\(Self.name(path)) (SHA-256 \(sha256))")
    case .directory: return nil
    }
  }

  private static func name(_ path: String) -> String {
    PlainText.line(String(path.split(separator: "/").last ?? ""), limit: 80)
  }
}
