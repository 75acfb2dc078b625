// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox

/// Driver sources that Debian ships as `*-dkms` packages and the like.
package struct DriverPackages: Sendable {
  /// A package in the cache.
  package struct Fetched: Sendable {
    /// Its one folder below `usr/src`, absolute.
    package var folder: String
    package var version: String
    /// SHA-256 of the `.deb`.
    package var sha256: String
    /// What it depends on and recommends, each as its alternatives.
    package var wants: [[String]]
  }
  private let cache: CacheFolder
  private let containment: Containment
  private let apt: Apt

  /// - Parameters:
  ///   - cache: the cache folder, absolute.
  ///   - machine: the folder of the machine's apt sources.
  package init(cache: String, containment: Containment, machine: String = "/etc/apt") {
    self.cache = CacheFolder(cache)
    self.containment = containment
    apt = Apt(cache: self.cache, containment: containment, machine: machine)
  }

  /// Downloads and unpacks a package of any suite, unless the cache has it.
  ///
  /// - Parameters:
  ///   - version: the exact version; nil for the newest.
  ///   - progress: gets a line whenever something that takes long begins.
  /// - Throws: `Failure`: `unavailable` for a package or a version that the archive doesn't have, naming what it has;
  ///   `tryAgain` without network; `badInput` for a package with no driver source or several.
  package func fetch(
    package: String, version: String?, progress: @Sendable (String) -> Void = { _ in }
  ) async throws -> Fetched {
    let isName =
      !package.isEmpty && package.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    guard isName, package.first?.isNumber == true || package.first?.isLetter == true else {
      throw Failure(.usage, package, "not the name of a package")
    }
    if let version, let present = try present(package, version) { return present }
    do {
      try await apt.update(progress: progress)
    } catch let failure as Failure where failure.code == .tryAgain {
      let newest = stored(package).map { DebianVersion($0.version) }.max()
      guard version == nil, let newest, let present = try present(package, newest.description) else { throw failure }
      progress("\(failure.subject): \(failure.problem); staying with \(present.version)")
      return present
    }
    do {
      return try await fetch(try await choose(package, version), progress: progress)
    } catch is PackageGone {
      try await apt.update(anyway: true, progress: progress)
      do {
        return try await fetch(try await choose(package, version), progress: progress)
      } catch let gone as PackageGone { throw gone.failure }
    }
  }

  private func choose(_ name: String, _ version: String?) async throws -> DebianPackage {
    let versions = try await apt.lists(names: [name]).versions(of: name)
    let wanted = versions.filter { version == nil || $0.version == version }
    if let newest = wanted.max(by: { DebianVersion($0.version) < DebianVersion($1.version) }) { return newest }
    let there = Set(versions.map(\.version)).map(DebianVersion.init).sorted().map(\.description)
    guard let version, !there.isEmpty else {
      throw Failure(
        .unavailable, "debian:\(name)", "no suite of the mirror has such a package",
        remedy: "check the name: it is that of a binary package, which often ends in -dkms")
    }
    throw Failure(
      .unavailable, "debian:\(name)=\(version)", "this version has left the archive",
      remedy: "it has \(there.joined(separator: ", "))")
  }

  private func fetch(
    _ package: DebianPackage, progress: @Sendable (String) -> Void
  ) async throws -> Fetched {
    let id = Self.id(package.name, package.version)
    return try await FileLock.hold(id, in: cache, progress: progress) {
      if let present = try present(package.name, package.version) { return present }
      let part = "\(cache.drivers)/.\(id)%part"
      do {
        try cache.reserve(package.size + package.installedSize)
        try CacheFolder.remove(part)
        try CacheFolder.make("\(part)/root")
        for file in try await apt.download([package], into: "\(part)/packages", progress: progress) {
          try await Unpacking(containment: containment).package(file, into: "\(part)/root")
        }
        try CacheFolder.remove("\(part)/packages")
        try await apt.forget([package])
        try CacheFolder.write(try CanonicalJSON.encode(package), to: "\(part)/package.json")
        _ = try Self.driver(in: part, of: package.name)
        try CacheFolder.move(part, to: "\(cache.drivers)/\(id)")
      } catch {
        try? CacheFolder.remove(part)
        throw error
      }
      guard let present = try present(package.name, package.version) else {
        throw Failure(.ourFault, package.name, "is gone from the cache as soon as it was added")
      }
      return present
    }
  }

  /// Every version of a package that the cache has.
  private func stored(_ name: String) -> [DebianPackage] {
    CacheFolder.names(in: cache.drivers).compactMap { folder in
      FileManager.default.contents(atPath: "\(cache.drivers)/\(folder)/package.json")
        .flatMap { try? JSONDecoder().decode(DebianPackage.self, from: $0) }
    }.filter { $0.name == name }
  }

  private func present(_ name: String, _ version: String) throws -> Fetched? {
    guard let package = stored(name).first(where: { $0.version == version }) else { return nil }
    let folder = "\(cache.drivers)/\(Self.id(name, version))"
    return Fetched(
      folder: try Self.driver(in: folder, of: name), version: version, sha256: package.sha256,
      wants: package.wants ?? package.depends.map { [$0] })
  }

  private static func id(_ name: String, _ version: String) -> String {
    CacheFolder.fileName(name) + "@" + CacheFolder.fileName(version)
  }

  /// The one folder below `usr/src`; links count for nothing.
  private static func driver(in folder: String, of name: String) throws -> String {
    let source = CacheFolder.plain("root/usr/src", below: folder) ?? "\(folder)/none"
    let folders = CacheFolder.names(in: source).filter {
      CacheFolder.plain($0, below: source) != nil && CacheFolder.exists("\(source)/\($0)/.")
    }
    guard let first = folders.first else {
      throw Failure(
        .badInput, "debian:\(name)", "the package has no driver source below usr/src",
        remedy: "name the package that has, often \(name)-dkms or \(name)-source")
    }
    guard folders.count == 1 else {
      throw Failure(
        .badInput, "debian:\(name)", "the package has several drivers: \(folders.joined(separator: ", "))",
        remedy: "unpack it and name the folder of one")
    }
    return "\(source)/\(first)"
  }
}
