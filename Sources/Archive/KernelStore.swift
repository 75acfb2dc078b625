// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox

/// The kernels of one cache folder: adding, finding and removing them.
///
/// Any number of processes may use the same cache at once. A kernel appears as a whole or not at all.
package struct KernelStore: Sendable {
  let cache: CacheFolder
  let containment: Containment
  let apt: Apt

  /// - Parameters:
  ///   - cache: the cache folder, absolute; made when something is added.
  ///   - machine: the folder of the machine's apt sources.
  package init(cache: String, containment: Containment, machine: String = "/etc/apt") {
    self.cache = CacheFolder(cache)
    self.containment = containment
    apt = Apt(cache: self.cache, containment: containment, machine: machine)
  }

  /// Brings a kernel into the cache, or up to date.
  ///
  /// - Parameter progress: gets a line whenever something that takes long begins, and what was chosen.
  /// - Throws: `Failure`: `unavailable` if there is no such kernel or it does not build a module, `tryAgain` without network
  ///   or disk space, `badInput` for a tree or a folder that is no kernel's. Nothing half-made is left behind.
  package func add(_ request: KernelRequest, progress: @Sendable (String) -> Void) async throws -> Kernel {
    switch request {
    case .debian(let version, let flavour, let exact):
      let kernel = DebianKernel(store: self, request: request)
      return try await kernel.add(version: version, flavour: flavour, exact: exact, progress: progress)
    case .local(let path):
      return try await LocalKernel(store: self, path: path).add(progress: progress)
    case .git(let repository, let reference, let config):
      let kernel = GitKernel(
        store: self, request: request, repository: repository, reference: reference, config: config)
      return try await kernel.add(progress: progress)
    }
  }

  /// Every kernel of the cache, by version, replaced ones last.
  package func kernels() throws -> [StoredKernel] {
    let stored = CacheFolder.names(in: cache.kernels).compactMap {
      Manifest.read("\(cache.kernels)/\($0)", cache: cache)
    }
    return stored.sorted { one, other in
      if one.isReplaced != other.isReplaced { return other.isReplaced }
      let left = KernelVersion(one.kernel.identity.sourceVersion)?.numbers ?? []
      let right = KernelVersion(other.kernel.identity.sourceVersion)?.numbers ?? []
      if left != right { return left.lexicographicallyPrecedes(right) }
      return (one.kernel.identity.name, one.added) < (other.kernel.identity.name, other.added)
    }
  }

  /// The kernel that `text` means: a name, a release, a request, or the beginning of a version that only one has.
  ///
  /// - Throws: `Failure`: `unavailable` if there is none, `usage` if there are several.
  package func kernel(named text: String) throws -> Kernel { try find(text).kernel }

  /// Removes a kernel, named as for `kernel(named:)`.
  ///
  /// - Throws: `Failure`, as `kernel(named:)`.
  package func remove(_ text: String) async throws {
    let stored: StoredKernel
    do { stored = try find(text) } catch var failure as Failure {
      failure.remedy = "see kmend kernel list"
      throw failure
    }
    try await exclusively { try CacheFolder.remove(stored.folder) }
  }

  /// Removes what no kernel needs: replaced kernels, root file systems, downloads, and what a crash left half-made.
  ///
  /// - Returns: bytes that it took.
  /// - Throws: `Failure` (`unavailable`) if something can't be removed.
  package func prune() async throws -> Int {
    var bytes = 0
    var isBusy = false
    for name in CacheFolder.everyName(in: cache.kernels) {
      let folder = "\(cache.kernels)/\(name)"
      guard name.hasPrefix(".") || Manifest.read(folder, cache: cache)?.isReplaced ?? true else { continue }
      let removed = try await removeUnlessLocked(folder, id: Construction.id(ofFolder: name))
      bytes += removed ?? 0
      isBusy = isBusy || removed == nil
    }
    // A kernel that is being made may be about to use one.
    let used = Set(try kernels().compactMap(\.kernel.rootFileSystem))
    for name in isBusy ? [] : CacheFolder.everyName(in: cache.rootFileSystems) {
      let folder = "\(cache.rootFileSystems)/\(name)"
      if !used.contains(folder) { bytes += try await removeUnlessLocked(folder, id: RootFileSystem.lock) ?? 0 }
    }
    for name in CacheFolder.everyName(in: cache.drivers) where name.hasPrefix(".") {
      bytes += try await removeUnlessLocked("\(cache.drivers)/\(name)", id: Construction.id(ofFolder: name)) ?? 0
    }
    for folder in [cache.downloads, "\(cache.apt)/archives"] where CacheFolder.exists(folder) {
      bytes += try await removeUnlessLocked(folder, id: Apt.lock) ?? 0
    }
    try await exclusively {}
    return bytes
  }

  /// Asks the Debian mirror for one small file.
  ///
  /// - Returns: the mirror's address.
  /// - Throws: `Failure` (`unavailable`) if it doesn't answer, or if the apt sources name none.
  package func mirrorReachable() async throws -> String { try await apt.probe() }

  /// Bytes that are free where the cache lies, and bytes that its kernels take.
  package func diskSpace() throws -> (free: Int, kernels: Int) {
    (cache.freeBytes, try kernels().reduce(0) { $0 + $1.bytes })
  }

  /// Removes a folder; gives the bytes that it took, or nil if somebody is at work on it.
  private func removeUnlessLocked(_ folder: String, id: String) async throws -> Int? {
    guard let lock = try FileLock.take(id, in: cache) else { return nil }
    defer { withExtendedLifetime(lock) {} }
    let counted = try await containment.run(Command("du", ["-s", "-B1", "--", folder], place: .host))
    try CacheFolder.remove(folder)
    return counted.text.split(separator: "\t").first.flatMap { Int($0) } ?? 0
  }

  /// A name that no kernel of another request has: the one given, or the same with a number.
  func freeName(_ name: String, for request: KernelRequest) throws -> String {
    let taken = Set(try kernels().map(\.kernel.identity).filter { $0.request != request.description }.map(\.name))
    return taken.contains(name) ? (2...).lazy.map { "\(name)-\($0)" }.first { !taken.contains($0) } ?? name : name
  }

  /// Changes which kernels there are, and brings the lock file up to date.
  func exclusively(_ body: () throws -> Void) async throws {
    try await FileLock.hold("kernels", in: cache, progress: { _ in }) {
      try body()
      let current = try kernels().filter { !$0.isReplaced }
      try CacheFolder.write(try CanonicalJSON.encode(LockFile(current)), to: cache.lockFile)
    }
  }

  private func find(_ text: String) throws -> StoredKernel {
    let stored = try kernels().filter { !$0.isReplaced }
    let request = try? KernelRequest.parse(text)
    let stages: [(KernelIdentity) -> Bool] = [
      { $0.name == text || $0.request == text || $0.request == request?.description },
      { $0.release == text || $0.release == "\(text)-\($0.flavour)" },
      { Self.means(request, $0) },
    ]
    for isMeant in stages {
      let found = stored.filter { isMeant($0.kernel.identity) }
      if found.count == 1 { return found[0] }
      guard found.isEmpty else {
        throw Failure(
          .usage, text, "can mean several kernels",
          remedy: "write one of \(found.map(\.kernel.identity.name).joined(separator: ", "))")
      }
    }
    throw Failure(
      .unavailable, text, "no such kernel in the cache",
      remedy: request.map { "run kmend kernel add \($0)" } ?? "run kmend kernel list")
  }

  /// Whether a Debian request that was not added under these very words fits a kernel.
  private static func means(_ request: KernelRequest?, _ identity: KernelIdentity) -> Bool {
    guard case .debian(let version, let flavour, let exact) = request,
      let wanted = KernelVersion(version)?.numbers, version.allSatisfy({ $0.isNumber || $0 == "." }),
      let numbers = KernelVersion(identity.sourceVersion)?.numbers
    else { return false }
    return numbers.starts(with: wanted) && (flavour == nil || flavour == identity.flavour)
      && (exact == nil || exact == identity.sourceVersion)
  }
}
