// SPDX-License-Identifier: GPL-2.0-or-later

import Archive
import KernelModel

/// The kernels of the cache, as the command line works with them.
package struct Kernels: Sendable {
  /// A kernel for a table or for JSON.
  package struct Entry: Codable, Sendable {
    package var identity: KernelIdentity
    /// Bytes on disk.
    package var bytes: Int
    /// Which parts are there: `headers`, `image`, `modules`, `source`.
    package var present: [String]
  }
  private let store: KernelStore

  package init(workspace: Workspace) {
    store = KernelStore(cache: workspace.cache, containment: workspace.containment)
  }

  /// Fetches or prepares a kernel; `text` is what `KernelRequest` reads.
  ///
  /// - Throws: `Failure`: `usage` for a request that can't be read, `unavailable` for a kernel that nobody serves,
  ///   `tryAgain` for a network that is down.
  package func add(_ text: String, progress: @escaping @Sendable (String) -> Void) async throws -> Entry {
    let kernel = try await store.add(try KernelRequest.parse(text), progress: progress)
    let all = try store.kernels()
    guard let stored = all.first(where: { $0.kernel.identity == kernel.identity }) else {
      throw Failure(.ourFault, text, "was added and is not there")
    }
    return entry(stored)
  }

  /// All kernels of the cache, by version.
  package func list() throws -> [Entry] { try store.kernels().filter { !$0.isReplaced }.map(entry) }

  /// - Throws: `Failure` (`unavailable`) if there is no such kernel.
  package func remove(_ name: String) async throws { try await store.remove(name) }

  /// Deletes what no kernel needs; returns the bytes that it freed.
  package func prune() async throws -> Int { try await store.prune() }

  /// All kernels themselves.
  func all() throws -> [Kernel] { try store.kernels().filter { !$0.isReplaced }.map(\.kernel) }

  /// The kernel of that name.
  ///
  /// - Throws: `Failure` (`unavailable`), with the command that adds it as the remedy.
  package func kernel(named name: String) throws -> Kernel { try store.kernel(named: name) }

  private func entry(_ stored: StoredKernel) -> Entry {
    Entry(
      identity: stored.kernel.identity, bytes: stored.bytes, present: stored.parts.map(\.kind.rawValue))
  }
}
