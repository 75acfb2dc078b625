// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// The packages that make up one Debian kernel, all of one source version, and why it was this one.
package struct KernelChoice: Equatable {
  /// What `uname -r` prints on it, e.g. `6.12.117+deb12-amd64`.
  package var release: String
  /// The flavour of its configuration, e.g. `amd64` or `cloud-amd64`.
  package var flavour: String
  /// The suite that its headers come from.
  package var suite: Suite
  /// Version of all its packages.
  package var sourceVersion: String
  /// Headers of the flavour, headers common to all flavours, kbuild tools.
  package var headers: [DebianPackage]
  /// The bootable image and the modules, in one package or two; empty if the archive has none of this version.
  package var image: [DebianPackage]
  /// The kernel's source, if the archive has that of this version.
  package var source: DebianPackage?
  /// Why it was this one, for the user.
  package var reason: String

  /// All of them, the source last.
  package var packages: [DebianPackage] { headers + image + (source.map { [$0] } ?? []) }

  /// What is chosen, for the user.
  package var description: String { "linux-image-\(release) \(sourceVersion) from \(suite.name): \(reason)" }
}

/// Finds the kernel that a request means among all that the archive serves.
package struct KernelResolution {
  private let lists: PackageLists
  /// Releases that are out: a suite that still changes is nobody's "own kernel".
  private let released: Set<String>
  /// Codename of the release that this machine runs, e.g. `bookworm`.
  private let host: String
  /// Debian's name of this machine's architecture, which is the name of the plain flavour too.
  private let architecture: String

  /// Resolves among what the lists hold.
  package init(lists: PackageLists, released: Set<String>, host: String, architecture: String) {
    self.lists = lists
    self.released = released
    self.host = host
    self.architecture = architecture
  }

  /// The kernel for `debian:VERSION[/FLAVOUR][=EXACT]`.
  ///
  /// A build for the host's own release wins, then the release whose own kernel it is, then the lowest suite; the newest
  /// there. The newest that has all its parts is preferred to one that lacks some.
  ///
  /// - Throws: `Failure` (`unavailable`) if no suite serves it, naming what there is.
  package func choose(version: String, flavour: String?, exact: String?) throws -> KernelChoice {
    let builds = lists.packages.compactMap(build).filter { $0.flavour == flavour ?? architecture }
    let matching = builds.filter { Self.matches($0, version) && (exact == nil || exact == $0.sourceVersion) }
    let (wanted, reason) = preferred(among: matching)
    let newest = wanted.map { complete($0, reason: reason) }.filter { $0.headers.count == 3 }.max { one, other in
      let left = (DebianVersion(one.sourceVersion), other.suite)
      let right = (DebianVersion(other.sourceVersion), one.suite)
      let leftParts = Self.parts(one)
      let rightParts = Self.parts(other)
      return leftParts != rightParts ? leftParts < rightParts : left < right
    }
    guard let newest else {
      let subject = KernelRequest.debian(version: version, flavour: flavour, exact: exact).description
      throw missing(
        subject, exact == nil ? builds : builds.filter { Self.matches($0, version) }, byVersion: exact == nil)
    }
    return newest
  }

  /// A package of kernel headers, taken apart by what it depends on.
  private func build(_ package: DebianPackage) -> KernelChoice? {
    let prefix = "linux-headers-"
    guard package.name.hasPrefix(prefix), package.depends.contains(where: { $0.hasPrefix("linux-kbuild-") }) else {
      return nil
    }
    let release = package.name.dropFirst(prefix.count)
    for name in package.depends where name.hasPrefix(prefix) {
      guard let common = name.dropFirst(prefix.count).firstRange(of: "-common") else { continue }
      let stem = name.dropFirst(prefix.count)[..<common.lowerBound]
      guard release.hasPrefix("\(stem)-") else { continue }
      return KernelChoice(
        release: String(release), flavour: String(release.dropFirst(stem.count + 1)),
        suite: Suite(named: package.suite), sourceVersion: package.version, headers: [package], image: [], reason: "")
    }
    return nil
  }

  private static func matches(_ build: KernelChoice, _ version: String) -> Bool {
    if version == build.release || build.release == "\(version)-\(build.flavour)" { return true }
    guard version.allSatisfy({ $0.isNumber || $0 == "." }), let wanted = KernelVersion(version)?.numbers,
      let numbers = KernelVersion(build.sourceVersion)?.numbers
    else { return false }
    return numbers.starts(with: wanted)
  }

  private func preferred(among builds: [KernelChoice]) -> ([KernelChoice], String) {
    let own = builds.filter { $0.suite.release == host }
    if !own.isEmpty { return (own, "built for \(host), which this machine runs") }
    let native = builds.filter {
      released.contains($0.suite.release) && !$0.suite.isBackports && $0.headers[0].source == "linux"
    }
    if let lowest = native.map(\.suite).min() {
      return (native.filter { $0.suite.release == lowest.release }, "the own kernel of \(lowest.release)")
    }
    guard let lowest = builds.map(\.suite).min() else { return ([], "") }
    return (builds.filter { $0.suite.name == lowest.name }, "the lowest suite that has it")
  }

  private static func parts(_ choice: KernelChoice) -> Int {
    (choice.image.isEmpty ? 0 : 1) + (choice.source == nil ? 0 : 1)
  }

  /// Adds the other packages of the same source version.
  private func complete(_ build: KernelChoice, reason: String) -> KernelChoice {
    var choice = build
    choice.reason = reason
    func companion(_ name: String) -> DebianPackage? { lists.package(name, version: build.sourceVersion) }
    choice.headers += build.headers[0].depends
      .filter { $0.hasPrefix("linux-kbuild-") || ($0.hasPrefix("linux-headers-") && $0.contains("-common")) }
      .compactMap(companion)
    let images = ["linux-image-", "linux-image-unsigned-", "linux-binary-", "linux-binary-unsigned-"]
    let names = images.map { $0 + build.release } + ["linux-image-\(build.release)-unsigned"]
    if let image = names.lazy.compactMap(companion).first {
      // Where the image is split, what holds the files is named after the same release.
      let split = ["linux-binary-", "linux-modules-", "linux-base-"].map { $0 + build.release }.filter {
        $0 != image.name
      }
      choice.image = [image] + split.compactMap(companion)
    }
    let upstream = (KernelVersion(build.sourceVersion)?.numbers ?? []).prefix(2).map(String.init)
    choice.source = companion("linux-source-" + upstream.joined(separator: "."))
    return choice
  }

  private func missing(_ subject: String, _ builds: [KernelChoice], byVersion: Bool) -> Failure {
    let there =
      byVersion
      ? Set(builds.compactMap { KernelVersion($0.sourceVersion)?.numbers.prefix(2).map(String.init) })
        .map { $0.joined(separator: ".") }.sorted {
          (KernelVersion($0)?.numbers ?? []).lexicographicallyPrecedes(KernelVersion($1)?.numbers ?? [])
        }
      : Set(builds.map(\.sourceVersion)).map(DebianVersion.init).sorted().map(\.description)
    return Failure(
      .unavailable, subject, "no suite of the mirror serves it",
      remedy: there.isEmpty ? "" : "it serves \(there.joined(separator: ", "))")
  }
}
