// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Sandbox

/// Runs a kernel tree's own `scripts/checkpatch.pl`, contained: it is a perl script from a tree that others write.
package struct Checkpatch: Sendable {
  private let containment: Containment
  /// Host path of the tree's `scripts` folder.
  private let scripts: String

  /// - Parameter source: host path of an unpacked kernel source tree.
  /// - Throws: `Failure` (`unavailable`) if the tree has no checkpatch.
  package init(source: String, _ containment: Containment = Containment()) throws {
    scripts = "\(source)/scripts"
    self.containment = containment
    guard FileEntry("\(scripts)/checkpatch.pl")?.kind == .file else {
      throw Failure(
        .unavailable, source, "has no scripts/checkpatch.pl", remedy: "add the kernel again with its source package")
    }
  }

  /// Checks a patch, with its mail headers; the output has one line per finding (`LogTriage.CheckpatchLog` reads it).
  ///
  /// - Throws: `Failure` (`unavailable`) if the sandbox can't be set up.
  package func check(patch: [UInt8]) async throws -> Execution {
    try await run(Self.options + ["-"], mounts: [], input: patch)
  }

  /// Checks files by themselves, or parts of them, as they stood before a patch; paths are relative to the driver's root.
  ///
  /// - Throws: `Failure` (`unavailable`) if the sandbox can't be set up.
  package func check(files: [String: SourceText]) async throws -> Execution {
    let paths = files.keys.sorted()
    let mounts = paths.map { View.Mount.file(inside: "/driver/\($0)", bytes: files[$0] ?? [], executable: false) }
    return try await run(Self.options + ["-f", "--"] + paths.map { "./\($0)" }, mounts: mounts, input: nil)
  }

  private static let options = ["--no-tree", "--no-signoff", "--strict", "--show-types", "--terse", "--no-summary"]

  private func run(_ arguments: [String], mounts: [View.Mount], input: [UInt8]?) async throws -> Execution {
    let isPatch = input != nil
    let command = Command(
      "/usr/bin/perl", ["/scripts/checkpatch.pl"] + (isPatch ? ["--showfile"] : []) + arguments,
      environment: ["LC_ALL": "C.UTF-8", "HOME": "/nonexistent"], directory: isPatch ? "/tmp" : "/driver",
      place: .contained(View(mounts: [.readOnly(host: scripts, inside: "/scripts")] + mounts)),
      limits: Limits(seconds: 120, memory: 1 << 30, processes: 64, output: 8 << 20, fileSize: 16 << 20), input: input)
    return try await containment.run(command)
  }
}
