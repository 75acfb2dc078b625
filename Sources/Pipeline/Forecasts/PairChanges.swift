// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import Foundation
import KernelModel

/// The API changes between two kernels at hand: read once, and kept.
struct PairChanges {
  /// Raise it whenever the taxonomy or its detection changes.
  private static let format = 3
  let workspace: Workspace
  let steps: Steps

  /// - Throws: `Failure` (`unavailable`) for a kernel without source, or where nothing can be kept.
  func changes(from old: Kernel, to new: Kernel) async throws -> [APIChange] {
    guard let before = old.source, let after = new.source else {
      throw Failure(
        .unavailable, "\(old.identity.name), \(new.identity.name)", "have no source to compare",
        remedy: "add both as debian:VERSION")
    }
    let versions = "\(old.identity.sourceVersion)_\(new.identity.sourceVersion)"
    let path = try IndexFolder(workspace).path(
      named: versions, digest: ContentDigest(Array("\(before) \(after)".utf8)), kind: "changes-\(Self.format)")
    if let kept = FileManager.default.contents(atPath: path),
      let changes = try? JSONDecoder().decode([APIChange].self, from: kept)
    {
      return changes
    }
    let pair = "\(old.identity.name) → \(new.identity.name)"
    let changes = try await steps.measure("compare", "comparing what \(pair) declare, once per pair of kernels") {
      let trees = (
        Tree(root: before, version: old.identity.sourceVersion), Tree(root: after, version: new.identity.sourceVersion)
      )
      return try await difference(
        of: trees.0, and: trees.1, from: ChangedFiles(), where: { ChangedFiles.isWanted($0) }
      ) { files, path, before, after in
        files.add(path, before: before, after: after)
      }.changes(message: "")
    }
    // Without room for it the next question takes as long again.
    try? JSONEncoder().encode(changes).write(to: URL(fileURLWithPath: path), options: .atomic)
    return changes
  }
}
