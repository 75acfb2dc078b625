// SPDX-License-Identifier: GPL-2.0-or-later

import FixComparison
import Foundation
import KernelBuild
import KernelModel

/// Compares a finished adaptation with the maintainer's own later version. Nothing of that version is fetched before the
/// adaptation has ended, and nothing of it goes back.
struct Equality: Sendable {
  let workspace: Workspace

  /// - Parameters:
  ///   - driver: as `kmend adapt` took it.
  ///   - files: the adapted files, whole.
  ///   - later: the maintainer's version, as `kmend adapt` would take it.
  ///   - kernel: name of the kernel for which both are read.
  /// - Returns: a report that says why if the later version can't be had or read.
  /// - Throws: `CancellationError`.
  func compare(
    _ driver: String, adapted files: [String: SourceText], with later: String, on kernel: String
  ) async throws -> EqualityReport {
    do {
      let sites: [SiteComparison] = try await workspace.withScratch { scratch in
        try await self.sites(driver, files, later, on: try Kernels(workspace: workspace).kernel(named: kernel), scratch)
      }
      return EqualityReport(against: later, kernel: kernel, sites: sites)
    } catch let failure as Failure {
      return EqualityReport(against: later, kernel: kernel, problem: "\(failure.subject): \(failure.problem)")
    }
  }

  private func sites(
    _ driver: String, _ files: [String: SourceText], _ later: String, on kernel: Kernel, _ scratch: String
  ) async throws -> [SiteComparison] {
    let loaded = try await load(driver, "\(scratch)/ours")
    let original = try DriverTexts.all(of: loaded)
    let theirs = try await load(later, "\(scratch)/theirs")
    let builder = try Builder(workspace: workspace, scratch: scratch, logs: "\(scratch)/logs")
    async let ourBuild = builder.build(loaded, with: files, on: kernel, label: "ours")
    async let theirBuild = builder.build(theirs, on: kernel, label: "theirs")
    let (ourTexts, theirTexts) = (
      original.merging(files) { $1 }, try DriverTexts.staged(try await theirBuild, of: theirs)
    )
    let changed = DriverComparison.changedNames(original: original, adapted: ourTexts)
    // The parse needs the flags of the build: which macros a Makefile or a probe defines decides what is active.
    let ours = ActiveDriver(build: try await ourBuild, workspace: workspace)
    let (after, before) = try await ours.texts(
      of: Set(changed.keys), in: ourTexts, and: original.filter { files[$0.key] != nil })
    let candidates = Self.candidates(changed, in: theirTexts)
    let (other, _) = try await ActiveDriver(build: try await theirBuild, workspace: workspace)
      .texts(of: candidates, in: theirTexts, and: nil)
    return DriverComparison.sites(
      original: before, adapted: after.filter { files[$0.key] != nil || $0.key.hasSuffix(".h") }, theirs: other)
  }

  private func load(_ text: String, _ scratch: String) async throws -> Driver {
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    return try await DriverLoader(workspace: workspace, scratch: scratch).load(text, asCommit: false).driver
  }

  /// The files of the later version that may hold what was changed: of the same name, else those that speak of it.
  private static func candidates(
    _ changed: [String: Set<String>], in texts: [String: SourceText]
  ) -> Set<String> {
    func name(_ path: String) -> Substring { path.split(separator: "/").last ?? "" }
    var found: Set<String> = []
    for (path, names) in changed {
      let same = texts[path] != nil ? [path] : texts.keys.filter { name($0) == name(path) }
      found.formUnion(same)
      for moved in names where !same.contains(where: { texts[$0]?.contains(moved.utf8) ?? false }) {
        let holders = texts.keys.filter { DriverComparison.isSource($0) && texts[$0]?.contains(moved.utf8) ?? false }
        // A name that stands everywhere leads nowhere.
        if holders.count <= 4 { found.formUnion(holders) }
      }
    }
    return found
  }
}
