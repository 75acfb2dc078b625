// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox

/// Makes a kernel of a folder on this machine that Kbuild was prepared in; the folder is used where it is.
struct LocalKernel: Sendable {
  let store: KernelStore
  let path: String

  private var request: KernelRequest { .local(path: path) }

  func add(progress: @Sendable (String) -> Void) async throws -> Kernel {
    let build = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let release = Self.text("\(build)/include/config/kernel.release")
    guard CacheFolder.exists("\(build)/Makefile"), CacheFolder.exists("\(build)/.config"), !release.isEmpty else {
      throw Failure(
        .badInput, path, "no folder that Kbuild was prepared in",
        remedy: "run make olddefconfig modules_prepare there, or name /lib/modules/RELEASE/build")
    }
    let folders = try Self.folders(of: build)
    var kernel = Kernel(
      identity: KernelIdentity(
        request: request.description, name: try store.freeName(CacheFolder.fileName(release), for: request),
        release: release, sourceVersion: release, architecture: try await store.apt.architecture()),
      mounts: folders.map { KernelMount(host: $0, inside: $0) }, buildDirectory: build)
    let modules = "/lib/modules/\(release)"
    let images = ["\(build)/arch/x86/boot/bzImage", "\(build)/arch/arm64/boot/Image", "/boot/vmlinuz-\(release)"]
    kernel.image = images.first { FileManager.default.isReadableFile(atPath: $0) }
    kernel.modules = CacheFolder.exists("\(modules)/modules.dep") ? modules : nil
    kernel.source = folders.first { CacheFolder.exists("\($0)/drivers/Kconfig") && CacheFolder.exists("\($0)/kernel") }
    let construction = Construction(store: store, name: kernel.identity.name, version: release)
    let prepared = try await PreparedBuild(containment: store.containment).equip(kernel, progress: progress)
    return try await construction.kernel(renews: true, progress: progress) { _ in
      StoredKernel(kernel: prepared, parts: parts(of: prepared), packages: [])
    }
  }

  /// What is referred to takes no room in the cache.
  private func parts(of kernel: Kernel) -> [StoredKernel.Part] {
    let present: [(StoredKernel.Part.Kind, Bool)] = [
      (.headers, true), (.image, kernel.image != nil), (.modules, kernel.modules != nil),
      (.source, kernel.source != nil),
    ]
    return present.filter(\.1).map { StoredKernel.Part(kind: $0.0, bytes: 0) }
  }

  static func text(_ file: String) -> String {
    String(((try? String(contentsOfFile: file, encoding: .utf8)) ?? "")[...].trimmed)
  }

  /// The folders that a build folder needs to see: itself, and those that its Makefile and its links lead to.
  ///
  /// - Throws: `Failure` (`badInput`) if they lead to the whole file system.
  static func folders(of build: String) throws -> [String] {
    func absolute(_ path: String) -> String {
      URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: build, isDirectory: true)).standardizedFileURL.path
    }
    let includes = text("\(build)/Makefile").split(separator: "\n")
      .filter { $0.hasPrefix("include ") && $0.hasSuffix("/Makefile") && !$0.contains("$") }
      .map { absolute(String($0.dropFirst("include ".count).dropLast("/Makefile".count))) }
    let links = ["source", "scripts", "tools"].compactMap { name in
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(build)/\(name)")).map(absolute)
    }
    var folders = [build]
    for folder in includes + links where !folder.hasPrefix("/usr/lib/") && CacheFolder.exists(folder) {
      guard folder.split(separator: "/").count > 1 else {
        throw Failure(.badInput, build, "its Makefile or its links lead to \(folder)")
      }
      if !folders.contains(where: { folder == $0 || folder.hasPrefix($0 + "/") }) { folders.append(folder) }
    }
    // What holds others comes first: it is mounted before them.
    return folders.sorted { $0.count < $1.count }
  }
}
