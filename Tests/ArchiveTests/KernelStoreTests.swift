// SPDX-License-Identifier: GPL-2.0-or-later

import Archive
import Foundation
import KernelModel
import Sandbox
import Synchronization
import Testing

/// The whole way of a kernel through apt and dpkg, over an archive on disk; no network.
@Suite struct KernelStoreTests {
  private static let request = KernelRequest.debian(version: "9.1", flavour: nil, exact: nil)

  private static func store(_ archive: LocalArchive) -> KernelStore {
    KernelStore(cache: archive.cache, containment: Containment(), machine: archive.machine)
  }

  private static func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  private static func age(_ archive: LocalArchive) throws {
    let yesterday = [FileAttributeKey.modificationDate: Date(timeIntervalSinceNow: -86_400)]
    try FileManager.default.setAttributes(yesterday, ofItemAtPath: "\(archive.cache)/apt/updated")
  }

  private static func expect(_ code: Failure.Code, _ words: String, _ body: () async throws -> Void) async {
    do {
      try await body()
      Issue.record("no failure")
    } catch let failure as Failure {
      #expect(failure.code == code, "\(failure) \(failure.detail)")
      #expect(failure.description.contains(words), "\(failure) \(failure.detail)")
    } catch {
      Issue.record(error)
    }
  }

  @Test func addFindRemove() async throws {
    try await withLocalArchive { archive in
      try await archive.kernel(abi: "9.1.0-1", version: "9.1.5-1")
      try await archive.publish()
      let store = Self.store(archive)
      let told = Mutex<[String]>([])
      let kernel = try await store.add(Self.request) { line in told.withLock { $0.append(line) } }
      let release = "9.1.0-1-\(LocalArchive.architecture)"
      #expect(kernel.identity.name == "9.1")
      #expect(kernel.identity.release == release)
      #expect(kernel.identity.sourceVersion == "9.1.5-1")
      #expect(kernel.identity.suite == "bookworm")
      #expect(kernel.makeVariables == ["CONFIG_DEBUG_INFO_BTF_MODULES="])
      #expect(kernel.rootFileSystem == nil)
      #expect(told.withLock { $0 }.contains { $0.contains("linux-image-\(release) 9.1.5-1 from bookworm") })
      // One mount shows all that Kbuild needs.
      #expect(kernel.mounts.map(\.inside) == ["/usr/src"])
      let build = try #require(kernel.hostBuildDirectory)
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: "\(build)/scripts") == "../linux-kbuild-9.1/scripts")
      #expect(FileManager.default.fileExists(atPath: "\(build)/scripts/link"))
      #expect(FileManager.default.fileExists(atPath: "\(try #require(kernel.modules))/modules.dep"))
      #expect(FileManager.default.isReadableFile(atPath: try #require(kernel.image)))
      let makefile = try String(contentsOfFile: "\(try #require(kernel.source))/Makefile", encoding: .utf8)
      #expect(makefile == "# 9.1.5-1\n")

      let stored = try #require(try store.kernels().first)
      #expect(stored.proof == .booted)
      #expect(Set(stored.parts.map(\.kind)) == [.headers, .image, .modules, .source])
      #expect(stored.parts.allSatisfy { $0.bytes > 0 })
      #expect(stored.packages.count == 5)
      let lock = try String(contentsOfFile: "\(archive.cache)/kernels.lock.json", encoding: .utf8)
      #expect(stored.packages.allSatisfy { lock.contains($0.sha256) && $0.sha256.count == 64 && $0.size > 0 })
      #expect(Self.names("\(archive.cache)/downloads") == [])

      for name in ["9.1", "debian:9.1", release, "9.1.0-1", "9.1.5", "debian:9.1=9.1.5-1", "9"] {
        #expect(try store.kernel(named: name) == kernel, "\(name)")
      }
      for (name, code) in [("9.2", Failure.Code.unavailable), ("9.1.6", .unavailable), ("!", .unavailable)] {
        await Self.expect(code, "no such kernel") { _ = try store.kernel(named: name) }
      }
      await Self.expect(.unavailable, "run kmend kernel add debian:9.2") { _ = try store.kernel(named: "9.2") }

      // The cache can move.
      let moved = "\(archive.folder)/moved"
      try FileManager.default.moveItem(atPath: archive.cache, toPath: moved)
      let elsewhere = KernelStore(cache: moved, containment: Containment(), machine: archive.machine)
      let found = try elsewhere.kernel(named: "9.1")
      #expect(FileManager.default.fileExists(atPath: try #require(found.image)))
      #expect(found.hostBuildDirectory?.hasPrefix(moved) == true)
      try await elsewhere.remove("9.1")
      #expect(try elsewhere.kernels().isEmpty)
      #expect(Self.names("\(moved)/kernels") == [])
    }
  }

  @Test func imageInSeveralPackages() async throws {
    try await withLocalArchive { archive in
      try await archive.kernel(abi: "9.1.0-1", version: "9.1.5-1", split: true)
      try await archive.publish()
      let store = Self.store(archive)
      let kernel = try await store.add(Self.request) { _ in }
      #expect(try String(contentsOfFile: try #require(kernel.image), encoding: .utf8) == "image\n")
      #expect(Self.names(try #require(kernel.modules)).contains("modules.builtin"))
      let stored = try #require(try store.kernels().first)
      #expect(stored.proof == .booted)
      #expect(stored.packages.count == 7)
    }
  }

  @Test func replacedByANewerOneAndPruned() async throws {
    try await withLocalArchive { archive in
      try await archive.kernel(abi: "9.1.0-1", version: "9.1.5-1")
      try await archive.publish()
      let store = Self.store(archive)
      _ = try await store.add(Self.request) { _ in }
      let pinned = try await store.add(.debian(version: "9.1", flavour: nil, exact: "9.1.5-1")) { _ in }
      try await archive.kernel(abi: "9.1.0-2", version: "9.1.6-1")
      try await archive.publish()
      // Lists are not fetched again within hours.
      #expect(try await store.add(Self.request) { _ in }.identity.sourceVersion == "9.1.5-1")
      try Self.age(archive)
      #expect(try await store.add(Self.request) { _ in }.identity.sourceVersion == "9.1.6-1")
      #expect(try store.kernels().map(\.isReplaced) == [false, false, true])
      #expect(try store.kernel(named: "9.1").identity.sourceVersion == "9.1.6-1")
      #expect(try store.kernel(named: "9.1.5") == pinned)
      try FileManager.default.createDirectory(
        atPath: "\(archive.cache)/kernels/.7.0@7.0.1-1%part/root", withIntermediateDirectories: true)
      #expect(try await store.prune() > 0)
      #expect(Self.names("\(archive.cache)/kernels") == ["9.1=9.1.5-1@9.1.5-1", "9.1@9.1.6-1"])
      #expect(Self.names("\(archive.cache)/downloads") == [])
    }
  }

  @Test func twoAtOnce() async throws {
    try await withLocalArchive { archive in
      try await archive.kernel(abi: "9.1.0-1", version: "9.1.5-1")
      try await archive.publish()
      let kernels = try await withThrowingTaskGroup(of: Kernel.self) { group in
        for _ in 0..<3 { group.addTask { try await Self.store(archive).add(Self.request) { _ in } } }
        return try await group.reduce(into: Set<Kernel>()) { $0.insert($1) }
      }
      #expect(kernels.count == 1)
      #expect(Self.names("\(archive.cache)/kernels") == ["9.1@9.1.5-1"])
    }
  }

  @Test func foreignSignatureIsRefused() async throws {
    try await withLocalArchive { archive in
      try await archive.kernel(abi: "9.1.0-1", version: "9.1.5-1")
      try await archive.publish(key: "theirs")
      await Self.expect(.unavailable, "signature") { _ = try await Self.store(archive).add(Self.request) { _ in } }
      #expect(try Self.store(archive).kernels().isEmpty)
    }
  }

  @Test func damagedPackageIsRefused() async throws {
    try await withLocalArchive { archive in
      try await archive.kernel(abi: "9.1.0-1", version: "9.1.5-1")
      try await archive.publish()
      // The same size, other bytes.
      try await archive.sh(
        "printf X | dd of=$(echo archive/pool/linux-image-*.deb) bs=1 seek=900 conv=notrunc status=none")
      await Self.expect(.unavailable, "refused") { _ = try await Self.store(archive).add(Self.request) { _ in } }
      #expect(Self.names("\(archive.cache)/kernels") == [])
      #expect(!Self.names("\(archive.cache)/downloads").contains { $0.hasPrefix("linux-image") })
    }
  }

  @Test func damageInTheDownloadFolderIsNoticed() async throws {
    try await withLocalArchive { archive in
      try await archive.kernel(abi: "9.1.0-1", version: "9.1.5-1")
      try await archive.publish()
      try await archive.sh(
        "mkdir -p cache/downloads; for deb in archive/pool/*.deb; do echo cut >cache/downloads/${deb##*/}; done")
      #expect(try await Self.store(archive).add(Self.request) { _ in }.identity.name == "9.1")
    }
  }

  @Test func suiteAndPackageGone() async throws {
    try await withLocalArchive { archive in
      try await archive.kernel(abi: "9.1.0-1", version: "9.1.5-1")
      try await archive.publish()
      try await archive.publish(suite: "trixie")
      let store = Self.store(archive)
      await Self.expect(.unavailable, "it serves 9.1") {
        _ = try await store.add(.debian(version: "9.3", flavour: nil, exact: nil)) { _ in }
      }
      // A suite leaves the mirror, and the lists are not known to be old yet.
      try await archive.sh("rm -r archive/dists/trixie archive/pool/linux-headers-*-common_*")
      await Self.expect(.unavailable, "doesn't have it any more") { _ = try await store.add(Self.request) { _ in } }
      #expect(Self.names("\(archive.cache)/kernels") == [])
      try await archive.kernel(abi: "9.1.0-1", version: "9.1.5-1")
      try await archive.publish()
      try Self.age(archive)
      #expect(try await store.add(Self.request) { _ in }.identity.suite == "bookworm")
    }
  }

  @Test func noNetwork() async throws {
    try await withLocalArchive { archive in
      try await archive.kernel(abi: "9.1.0-1", version: "9.1.5-1")
      try await archive.publish()
      try archive.point(to: "http://127.0.0.1:9/debian")
      let store = Self.store(archive)
      await Self.expect(.tryAgain, "can't be reached") { _ = try await store.add(Self.request) { _ in } }
      await Self.expect(.unavailable, "can't be reached") { _ = try await store.mirrorReachable() }
      try archive.point(to: "file:\(archive.folder)/archive")
      #expect(try await store.mirrorReachable() == "file:\(archive.folder)/archive")
      let kernel = try await store.add(Self.request) { _ in }
      // What is there stays of use.
      try archive.point(to: "http://127.0.0.1:9/debian")
      #expect(try await store.add(Self.request) { _ in } == kernel)
    }
  }

  @Test func fullDisk() async throws {
    try await withLocalArchive { archive in
      try await archive.kernel(abi: "9.1.0-1", version: "9.1.5-1")
      try await archive.publish(extra: "Installed-Size: 99999999999")
      await Self.expect(.tryAgain, "are needed") { _ = try await Self.store(archive).add(Self.request) { _ in } }
      #expect(Self.names("\(archive.cache)/kernels") == [])
    }
  }

  @Test func kernelThatBuildsNothing() async throws {
    try await withLocalArchive { archive in
      try await archive.kernel(abi: "9.1.0-1", version: "9.1.5-1")
      try await archive.package(
        "linux-kbuild-9.1", "9.1.5-1", architecture: LocalArchive.architecture,
        script: "mkdir -p usr/lib/linux-kbuild-9.1/scripts")
      // No release of this name exists: no root file system can be made of it either.
      try await archive.sh("mkdir -p tmp")
      try await archive.publish()
      await Self.expect(.unavailable, "bookworm") { _ = try await Self.store(archive).add(Self.request) { _ in } }
      #expect(Self.names("\(archive.cache)/kernels") == [])
      #expect(Self.names("\(archive.cache)/rootfs") == [])
    }
  }
}
