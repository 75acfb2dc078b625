// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GitStore
import KernelModel

/// The headers that a commit changes, as they would be on a kernel at hand.
struct LaidHeaders {
  /// A header larger than this was made by a program.
  private static let limit = 4 << 20
  /// By absolute path, as a sandbox shows the kernel.
  private(set) var texts: [String: SourceText] = [:]
  /// Those that the commit takes away; the same.
  private(set) var gone: Set<String> = []
  /// Those that the kernel has otherwise than the commit says: relative to the tree.
  private(set) var left: Set<String> = []

  /// - Parameters:
  ///   - roots: the kernel's header trees, as a sandbox shows them.
  /// - Throws: `Failure` (`badInput`) if the commit can't be read.
  init(
    of commit: ObjectID, in repository: Repository, over kernel: Kernel, roots: [String]
  ) async throws {
    let change = try await repository.change(by: commit, in: .all) { path in
      path.hasSuffix(".h") && ChangedFiles.isWanted(path) && (path.hasPrefix("include/") || path.contains("/include/"))
    }
    for file in change.files {
      let places = roots.map { "\($0)/\(file.path)" }
      let found = places.lazy.compactMap { place in
        kernel.hostPath(of: place).flatMap { FileManager.default.contents(atPath: $0) }.map { (place, [UInt8]($0)) }
      }.first
      guard file.new != .zero else {
        if let found { gone.insert(found.0) }
        continue
      }
      guard let text = await repository.texts(of: [file], limit: Self.limit)[0] else {
        left.insert(file.path)
        continue
      }
      if let (place, own) = found, let merged = try Merging.merged(base: text.old, ours: own, theirs: text.new) {
        texts[place] = merged
      } else if found == nil, file.old == .zero, let place = places.first {
        texts[place] = text.new
      } else {
        left.insert(file.path)
      }
    }
  }
}
