// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox

/// Modules of image packages as the guest can load them: decompressed once and kept.
struct ModuleStore {
  let containment: Containment
  /// Absolute host path of a folder of our own; made when needed.
  let folder: String

  /// A module of the kernel's own, ready to load.
  struct Entry {
    var name: String
    var bytes: [UInt8]
    var object: ModuleObject
  }

  /// The modules called `names` and all that they need, in an order in which they can be loaded.
  ///
  /// What the tree doesn't have is left out: it may be built into the kernel, and if it isn't, loading will say so.
  func closure(of names: [String], in tree: ModuleTree, kernel: KernelIdentity) async throws -> [Entry] {
    var entries: [String: Entry] = [:]
    var needs: [String: [String]] = [:]
    var order: [String] = []
    var queue = names.map(LoadOrder.folded)
    while let name = queue.popLast() {
      guard entries[name] == nil, let path = tree.files[name] else { continue }
      let bytes = try await module(path, in: tree, kernel: kernel)
      let object = ModuleObject(bytes)
      entries[name] = Entry(name: name, bytes: bytes, object: object)
      needs[name] = object.depends.map(LoadOrder.folded) + object.loadsAfter.flatMap(tree.modules)
      order.append(name)
      queue += needs[name] ?? []
    }
    return LoadOrder.sorted(order.sorted(), needs: needs).compactMap { entries[$0] }
  }

  private func module(_ path: String, in tree: ModuleTree, kernel: KernelIdentity) async throws -> [UInt8] {
    let source = tree.root + "/" + path
    guard let packed = FileManager.default.contents(atPath: source) else {
      throw Failure(.unavailable, source, "can't be read", remedy: "remove the kernel and add it again")
    }
    let unpackers = ["xz": "xz", "zst": "zstd", "gz": "gzip"]
    guard let program = path.split(separator: ".").last.flatMap({ unpackers[String($0)] }) else {
      return [UInt8](packed)
    }
    let key = "\(kernel.release)_\(kernel.sourceVersion)_\(packed.count)".replacing("/", with: "_")
    let kept = "\(folder)/\(key)/\(path.split(separator: "/").last ?? "").raw"
    if let bytes = FileManager.default.contents(atPath: kept) { return [UInt8](bytes) }
    let unpacked = try await containment.run(
      Command(
        program, ["-dc"], place: .contained(View()), limits: Limits(seconds: 30, memory: 1 << 30, output: 256 << 20),
        input: [UInt8](packed)))
    guard unpacked.succeeded, !unpacked.output.isEmpty else {
      throw Failure(
        .badInput, source, "can't be unpacked (\(unpacked.exit))", remedy: "remove the kernel and add it again",
        detail: unpacked.errorText)
    }
    try? FileManager.default.createDirectory(atPath: "\(folder)/\(key)", withIntermediateDirectories: true)
    // A copy that can't be kept costs a second the next time, no more.
    try? Data(unpacked.output).write(to: URL(fileURLWithPath: kept), options: .atomic)
    return unpacked.output
  }
}
