// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox

/// The differences between two source folders, found by git, or between two trees of an object store.
struct TreeDifference {
  let old: Tree
  let new: Tree
  let containment: Containment

  /// Files that both trees have and that differ, by path.
  ///
  /// `scratch` is an empty folder for git's output, which is larger than a pipe should carry. Files of an object store
  /// come without their hunks: their texts are read later.
  ///
  /// - Throws: `Failure` (`unavailable`) if git can't be run, (`badInput`) if it fails.
  func changes(scratch: String) async throws -> [FileChange] {
    if let newObjects = new.objects, let oldObjects = old.objects {
      return try await offload { _ in
        try newObjects.paths(differingFrom: oldObjects, where: isIndexed).sorted().map {
          FileChange(path: $0, hunks: [])
        }
      }
    }
    let view = View(mounts: [
      .readOnly(host: old.root, inside: "/old"), .readOnly(host: new.root, inside: "/new"),
      .writable(host: scratch, inside: "/out"),
    ])
    let command = Command(
      "git",
      [
        "-c", "core.quotePath=false", "diff", "--no-index", "--no-prefix", "--no-renames", "--no-color",
        "--no-ext-diff", "--no-textconv", "--diff-filter=M", "--diff-algorithm=histogram", "-U0",
        "--output=/out/diff", "old", "new",
      ],
      environment: ["GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "LC_ALL": "C"],
      place: .contained(view), limits: Limits(seconds: 600, memory: 2 << 30, output: 1 << 20, fileSize: 4 << 30))
    let execution = try await containment.run(command)
    // With `--no-index` git exits with 1 where there are differences.
    guard execution.exit == .exited(0) || execution.exit == .exited(1), execution.errors.isEmpty else {
      throw Failure(
        .badInput, "\(old.root) and \(new.root)", "git can't compare them (\(execution.exit))",
        remedy: "check that both are complete kernel source trees", detail: execution.errorText)
    }
    let diff = try Data(contentsOf: URL(fileURLWithPath: "\(scratch)/diff"), options: .alwaysMapped)
    return diff.withUnsafeBytes { bytes in
      DiffReader(oldPrefix: "old/").changes(bytes.bindMemory(to: UInt8.self)).sorted { $0.path < $1.path }
    }
  }
}
