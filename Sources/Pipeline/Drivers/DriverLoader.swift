// SPDX-License-Identifier: GPL-2.0-or-later

import Archive
import Foundation
import GitStore
import KernelBuild
import KernelModel
import Sandbox

/// A driver, and the repository that it came from if there is one.
struct LoadedDriver: Sendable {
  var driver: Driver
  /// Where `--branch` commits to; nil for drivers that are no git repository.
  var repository: Repository?
  var commit: ObjectID?
  /// Packages that the driver's package asks for and that are not installed here: a build may need them.
  var missingPackages: [String] = []
}

/// Makes a private, pristine copy of a driver, whatever the user named.
struct DriverLoader: Sendable {
  let workspace: Workspace
  /// A folder of this run.
  let scratch: String

  /// Loads what `DriverPlace` reads.
  ///
  /// - Parameter asCommit: take a directory that is a git repository as its HEAD instead of its working tree.
  /// - Throws: `Failure`: `badInput` for what is no driver, `unavailable` for a package that has left the archive.
  func load(_ text: String, asCommit: Bool) async throws -> LoadedDriver {
    switch try DriverPlace(text) {
    case .package(let name): return try await package(name)
    case .repository(let name, let reference, _): return try await repository(name, reference: reference)
    case .tarball(let path): return try await tarball(path)
    case .folder(let path, let isRepository):
      if asCommit, isRepository { return try await repository(path, reference: "HEAD") }
      return LoadedDriver(driver: try driver(.directory(path: path), copying: path, named: name(of: path)))
    }
  }

  private func package(_ text: String) async throws -> LoadedDriver {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard let name = parts.first, !name.isEmpty else {
      throw Failure(
        .usage, "debian:\(text)", "names no package", remedy: "write debian:PACKAGE or debian:PACKAGE=VERSION")
    }
    let found = try await DriverPackages(cache: workspace.cache, containment: workspace.containment)
      .fetch(package: name, version: parts.count > 1 ? parts[1] : nil)
    let origin = Driver.Origin.debian(package: name, version: found.version, sha256: found.sha256)
    var loaded = LoadedDriver(driver: try driver(origin, copying: found.folder, named: self.name(of: found.folder)))
    loaded.missingPackages = try await InstalledPackages.read(workspace.containment).missing(of: found.wants)
    return loaded
  }

  private func repository(_ name: String, reference: String) async throws -> LoadedDriver {
    let repository = try await Repository.open(name, cloningInto: "\(scratch)/clone.git")
    let commit = try await repository.resolve(reference)
    let tree = "\(scratch)/export"
    _ = try await repository.export(commit, into: tree)
    let origin = Driver.Origin.git(repository: name, commit: commit.description)
    var loaded = LoadedDriver(driver: try driver(origin, copying: tree, named: self.name(of: name)))
    loaded.repository = repository
    loaded.commit = commit
    return loaded
  }

  private func tarball(_ path: String) async throws -> LoadedDriver {
    let folder = "\(scratch)/unpacked"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let view = View(mounts: [
      .readOnly(host: path, inside: "/archive"), .writable(host: folder, inside: "/unpacked"),
    ])
    let unpack = try await workspace.containment.run(
      Command(
        "tar", ["-xf", "/archive", "--no-same-owner", "--no-same-permissions"], directory: "/unpacked",
        place: .contained(view), limits: Limits(seconds: 120, fileSize: 1 << 30)))
    guard unpack.succeeded else {
      throw Failure(
        .badInput, path, "is no archive that tar can read (\(unpack.exit))",
        remedy: "give a tar archive or a directory",
        detail: unpack.errorText)
    }
    let sum = try await workspace.containment.run(
      Command("sha256sum", ["/archive"], place: .contained(View(mounts: [.readOnly(host: path, inside: "/archive")]))))
    let entries = try FileManager.default.contentsOfDirectory(atPath: folder)
    let root = entries.count == 1 && isRealFolder("\(folder)/\(entries[0])") ? "\(folder)/\(entries[0])" : folder
    let origin = Driver.Origin.tarball(path: path, sha256: String(sum.text.prefix { $0.isHexDigit }))
    return LoadedDriver(driver: try driver(origin, copying: root, named: name(of: root == folder ? path : root)))
  }

  private func driver(_ origin: Driver.Origin, copying folder: String, named name: (String, String)) throws -> Driver {
    let stage = try DriverStage(of: folder, into: "\(scratch)/pristine")
    let recipe: Driver.Recipe
    do {
      recipe = try Driver.Recipe.detect(stage.folder)
    } catch var failure as Failure {
      // The user named the original, not our copy of it.
      failure.subject = origin.text
      throw failure
    }
    return Driver(name: name.0, version: name.1, origin: origin, root: stage.folder, recipe: recipe)
  }

  /// `foo-1.2` is `foo`, `1.2`; suffixes of archives and repositories are dropped.
  private func name(of path: String) -> (String, String) {
    var base = path.split(separator: "/").last.map(String.init) ?? path
    for suffix in [".git", ".gz", ".xz", ".bz2", ".zst", ".tar", ".tgz"] where base.hasSuffix(suffix) {
      base.removeLast(suffix.count)
    }
    guard let dash = base.lastIndex(where: { $0 == "-" || $0 == "_" }),
      base[base.index(after: dash)...].first?.isNumber == true, dash > base.startIndex
    else { return (base, "") }
    return (String(base[..<dash]), String(base[base.index(after: dash)...]))
  }

  private func isRealFolder(_ path: String) -> Bool {
    (try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType) == .typeDirectory
  }
}
