// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import Glibc
import KernelModel
import Sandbox

/// A release's own toolchain in a folder: for kernels whose build tools don't run on this machine's release.
struct RootFileSystem: Sendable {
  static let lock = "rootfs"
  /// What Kbuild may want for building modules, beside the compiler.
  private static let packages = [
    "build-essential", "make", "bc", "kmod", "libelf-dev", "libssl-dev", "pahole", "ccache",
  ]
  /// What it takes on disk while it is made.
  private static let needed = 2_000_000_000

  let cache: CacheFolder
  let containment: Containment
  let apt: Apt

  /// The root file system of a release, made by mmdebstrap(1) the first time that one is asked for.
  ///
  /// - Throws: `Failure` (`unavailable`, `tryAgain`).
  func folder(release: String, progress: @Sendable (String) -> Void) async throws -> String {
    let final = "\(cache.rootFileSystems)/\(release)"
    return try await FileLock.hold(Self.lock, in: cache, progress: progress) {
      if CacheFolder.exists(final) { return final }
      let part = "\(cache.rootFileSystems)/.\(release)%part"
      do {
        try cache.reserve(Self.needed)
        try CacheFolder.remove(part)
        try CacheFolder.make("\(part)/root")
        progress("making a root file system of \(release) for its compiler and build tools")
        try await bootstrap(release, in: part)
        try CacheFolder.move("\(part)/root", to: final)
        try CacheFolder.remove(part)
        return final
      } catch {
        try? CacheFolder.remove(part)
        throw error
      }
    }
  }

  private func bootstrap(_ release: String, in part: String) async throws {
    let sources = "\(part)/apt.sources"
    let archive = "\(part)/root.tar"
    let suite = Suite(release: release, pocket: "")
    let text = try apt.mirror().sources(suites: [suite], architecture: try await apt.architecture())
    try CacheFolder.write(Data(text.utf8), to: sources)
    let options = try await apt.machineOptions()
    // As an archive even a plain user can have it: unpacked by that user it holds no foreign uids.
    let made = try await containment.run(
      Command(
        "mmdebstrap",
        ["--variant=apt", "--mode=\(geteuid() == 0 ? "root" : "unshare")", "--format=tar"]
          + ["--include=\(Self.packages.joined(separator: ","))"] + options.map { "--aptopt=\($0)" }
          + [release, archive, sources],
        environment: ["LC_ALL": "C.UTF-8"], place: .host, limits: Limits(seconds: 1800, fileSize: 8 << 30),
        mergesErrors: true))
    guard made.succeeded else {
      if DownloadProblem(made.text) == .full {
        throw Failure(
          .tryAgain, release, "no space left for its root file system",
          remedy: "free some space in the cache and in /tmp",
          detail: made.text)
      }
      throw Failure(
        .unavailable, release, "mmdebstrap can't make its root file system (\(made.exit))",
        remedy: "check that mmdebstrap and uidmap are installed and the mirror serves \(release)", detail: made.text)
    }
    try CacheFolder.makeReadable(archive)
    let view = View(mounts: [
      .readOnly(host: archive, inside: "/root.tar"), .writable(host: "\(part)/root", inside: "/out"),
    ])
    let unpacked = try await containment.run(
      Command(
        "sh",
        [
          "-ec",
          "tar -x --no-same-owner -f /root.tar -C /out --exclude='./dev/*'; rm -rf /out/var/cache/apt /out/var/lib/apt/lists; chmod -R u+rwX,go+rX /out",
        ],
        place: .contained(view), limits: Limits(seconds: 600), mergesErrors: true))
    guard unpacked.succeeded else {
      throw Failure(
        .tryAgain, release, "its root file system can't be unpacked (\(unpacked.exit))", remedy: "free some space",
        detail: unpacked.text)
    }
  }
}
