// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox

/// The making of one kernel: in a folder of its own under a lock, given its final name only when it is whole.
struct Construction: Sendable {
  let store: KernelStore
  let name: String
  let version: String

  /// The name of a kernel's folder.
  static func id(name: String, version: String) -> String {
    CacheFolder.fileName(name) + (version.isEmpty ? "" : "@" + CacheFolder.fileName(version))
  }

  /// The lock that guards a folder, finished or under construction.
  static func id(ofFolder name: String) -> String {
    name.hasPrefix(".") ? String(name.dropFirst().prefix { $0 != "%" }) : name
  }

  /// The kernel of this name and version; made by `body` in the folder that it is given, unless it is there already.
  ///
  /// `renews`: it is made anew even then.
  func kernel(
    renews: Bool = false, progress: @Sendable (String) -> Void, _ body: (String) async throws -> StoredKernel
  ) async throws -> Kernel {
    let id = Self.id(name: name, version: version)
    let final = "\(store.cache.kernels)/\(id)"
    let part = "\(store.cache.kernels)/.\(id)%part"
    return try await FileLock.hold(id, in: store.cache, progress: progress) {
      if !renews, var present = Manifest.read(final, cache: store.cache) {
        if present.isReplaced {
          present.isReplaced = false
          try await publish(present, at: final, from: final)
        }
        return present.kernel
      }
      do {
        try CacheFolder.remove(part)
        try CacheFolder.make(part)
        var stored = try await body(part)
        stored.kernel.movePaths { $0.hasPrefix(part + "/") ? final + $0.dropFirst(part.count) : $0 }
        try await publish(stored, at: final, from: part)
        return stored.kernel
      } catch {
        try? CacheFolder.remove(part)
        throw error
      }
    }
  }

  private func publish(_ stored: StoredKernel, at final: String, from part: String) async throws {
    try await store.exclusively {
      let others = try store.kernels().filter { $0.kernel.identity.name == name && !$0.isReplaced }
      try Manifest.write(stored, to: part, cache: store.cache)
      if part != final { try CacheFolder.move(part, to: final) }
      for var other in others where other.folder != final {
        other.isReplaced = true
        try Manifest.write(other, to: other.folder, cache: store.cache)
      }
    }
  }
}
