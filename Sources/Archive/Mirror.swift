// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel

/// Where this machine gets Debian from: its own apt sources, whatever suites and components they name.
package struct Mirror: Hashable {
  /// Serves the releases, their updates and backports.
  package var archive: AptSource
  /// Serves the security suites.
  package var security: AptSource

  /// The keys of all Debian releases, as the package debian-archive-keyring installs them.
  private static let keyrings = [
    "/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp",
  ]
  private static let components = ["main", "contrib", "non-free", "non-free-firmware"]

  /// Picks Debian's entries among the machine's; other vendors name their suites after Debian's releases too.
  ///
  /// - Throws: `Failure` (`unavailable`) if no entry serves Debian.
  package init(sources: [AptSource], folder: String = "/etc/apt") throws {
    func best(_ belongs: (String) -> Bool) -> AptSource? {
      let entries = sources.filter { source in
        !source.uris.isEmpty && source.components.contains("main") && source.suites.contains(where: belongs)
      }
      return entries.first { Mirror.looksOfficial($0) } ?? entries.first
    }
    guard let archive = best(Suite.isArchive) else {
      throw Failure(
        .unavailable, folder, "none of the apt sources serves Debian",
        remedy: "add an entry for a Debian mirror, see sources.list(5)")
    }
    self.archive = archive
    if let security = best(Suite.isSecurity) {
      self.security = security
    } else {
      // Mirrors of both archives serve them side by side, under these two names.
      self.security = archive
      self.security.uris = archive.uris.map { ($0.hasSuffix("/") ? String($0.dropLast()) : $0) + "-security" }
    }
  }

  private static func looksOfficial(_ source: AptSource) -> Bool {
    source.signedBy?.contains("debian-archive") == true
      || source.uris.contains { uri in
        ["debian", "debian-security"].contains(uri.split(separator: "/").last.map(String.init) ?? "")
      }
  }

  /// The mirror in words.
  package var description: String { archive.uris.joined(separator: " ") }

  /// Sources in deb822 style with one entry per suite, so that a suite that is gone takes none with it.
  ///
  /// Options that weaken the check of signatures are not taken over.
  package func sources(suites: [Suite], architecture: String) -> String {
    suites.map { suite in
      let source = suite.isSecurity ? security : archive
      let keyring = Mirror.keyrings.first { FileManager.default.fileExists(atPath: $0) }
      return """
        Types: deb
        URIs: \(source.uris.joined(separator: " "))
        Suites: \(suite.name)
        Components: \(Mirror.components.joined(separator: " "))
        Architectures: \(architecture)

        """ + ((source.signedBy ?? keyring).map { "Signed-By: \($0)\n" } ?? "")
    }.joined(separator: "\n")
  }
}
