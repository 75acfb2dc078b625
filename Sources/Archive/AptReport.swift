// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What became of each suite in a run of `apt-get update`, read from what it printed.
package struct UpdateReport: Equatable {
  /// Suites whose Release file came, or hadn't changed.
  package var served: Set<String> = []
  /// Suites that the mirror doesn't have.
  package var gone: Set<String> = []
  /// Suites whose signature was not accepted.
  package var refused: Set<String> = []
  /// Suites that could not be asked for.
  package var unreachable: Set<String> = []

  /// Reads the output of `apt-get update`, both streams.
  package init(_ text: String) {
    var failing: String?
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let first = words.first else { continue }
      if line.hasPrefix(" ") {
        if let failing { record(failing, because: line, failed: true) }
        continue
      }
      failing = nil
      // `Get:3 URI SUITE InRelease [2 kB]`, `Err:3 URI SUITE Release`
      let isRelease = words.count >= 4 && ["InRelease", "Release", "Release.gpg"].contains(words[3])
      let isAnswer = first.hasPrefix("Get:") || first.hasPrefix("Hit:")
      if isAnswer, isRelease, words[3] != "Release.gpg" {
        served.insert(String(words[2]))
      } else if first.hasPrefix("Err:"), isRelease {
        failing = String(words[2])
        served.remove(String(words[2]))
      } else if first == "W:" || first == "E:" || first == "N:" {
        for suite in Suite.all where words.contains(where: { $0 == suite.name }) {
          record(suite.name, because: line, failed: false)
        }
      }
    }
    gone.subtract(refused)
    unreachable.subtract(refused.union(gone))
    served.subtract(refused.union(gone).union(unreachable))
  }

  private mutating func record(_ suite: String, because line: some StringProtocol, failed: Bool) {
    let signs = [
      "GPG error", "NO_PUBKEY", "BADSIG", "EXPKEYSIG", "REVKEYSIG", "NODATA", "not signed", "couldn't be verified",
    ]
    if signs.contains(where: { line.contains($0) }) {
      refused.insert(suite)
    } else if ["File not found", "does not have a Release file"].contains(where: { line.contains($0) })
      // As a word: an address may hold any number.
      || line.split(separator: " ").contains("404")
    {
      gone.insert(suite)
    } else if failed {
      unreachable.insert(suite)
    }
  }

  /// What the user should know although it went well enough.
  package var note: String? {
    let parts = [("signature refused", refused), ("not reached", unreachable)]
    let notes = parts.filter { !$0.1.isEmpty }.map { "\($0.0): \($0.1.sorted().joined(separator: ", "))" }
    return notes.isEmpty ? nil : "passing over suites; " + notes.joined(separator: "; ")
  }

  /// The error for a run that brought nothing.
  package func failure(mirror: String, detail: String) -> Failure {
    if !refused.isEmpty {
      return Failure(
        .unavailable, mirror, "apt refuses the signature of its package lists",
        remedy: "check Signed-By in the apt sources and the package debian-archive-keyring", detail: detail)
    }
    if DownloadProblem(detail) == .full {
      return Failure(
        .tryAgain, "package lists", "no space left", remedy: "free some space, e.g. with kmend kernel prune",
        detail: detail)
    }
    return Failure(
      .tryAgain, mirror, "the mirror can't be reached and there are no package lists of an earlier run",
      remedy: "check the network, the proxy settings and the apt sources", detail: detail)
  }
}

/// Why `apt-get download` failed, read from what it printed.
package enum DownloadProblem: Equatable {
  /// The bytes are not those that the signed lists promise.
  case damaged
  /// The mirror doesn't have the file any more.
  case gone
  /// The disk is full.
  case full
  /// Anything else, which is mostly the network.
  case unreachable

  /// Reads the output of `apt-get download`, both streams.
  package init(_ text: String) {
    if ["No space left", "not enough free space", "don't have enough free space"].contains(where: { text.contains($0) })
    {
      self = .full
    } else if ["Hash Sum mismatch", "unexpected size", "Hashes of", "Insufficient information"].contains(where: {
      text.contains($0)
    }) {
      self = .damaged
    } else if ["File not found", "was not found", "Unable to locate"].contains(where: { text.contains($0) })
      || text.split(whereSeparator: \.isWhitespace).contains("404")
    {
      self = .gone
    } else {
      self = .unreachable
    }
  }

  func failure(_ package: DebianPackage, detail: String = "") -> Failure {
    let subject = "\(package.name) \(package.version)"
    return switch self {
    case .damaged:
      Failure(
        .unavailable, subject, "the mirror delivers a package that differs from its signed lists: refused",
        remedy: "try again later or with another mirror", detail: detail)
    case .gone:
      Failure(
        .unavailable, subject, "the mirror doesn't have it any more", remedy: "run the command again", detail: detail)
    case .full:
      Failure(
        .tryAgain, subject, "no space left to download it", remedy: "free some space, e.g. with kmend kernel prune",
        detail: detail)
    case .unreachable:
      Failure(
        .tryAgain, subject, "can't be downloaded",
        remedy: "check the network and run the command again: what is complete is kept",
        detail: detail)
    }
  }
}

/// A package that the lists promise and the mirror no longer has: newer lists may help.
struct PackageGone: Error {
  var package: DebianPackage
  var detail: String
  var failure: Failure { DownloadProblem.gone.failure(package, detail: detail) }
}
