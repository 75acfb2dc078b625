// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelBuild
import KernelModel
import Testing

/// Writes the files of a driver, by relative path, and returns its root.
func write(_ files: [String: String], below root: String) throws -> String {
  for (path, text) in files {
    let file = URL(fileURLWithPath: "\(root)/\(path)")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }
  return root
}

/// Stages the driver below `root` in a fresh folder and builds it on a cached kernel.
func build(_ root: String, _ kernel: String, _ options: BuildOptions = BuildOptions()) async throws -> BuildRecord {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kmend-test-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  let driver = Driver(
    name: "fixture", version: "1.2", origin: .directory(path: root), root: root, recipe: try .detect(root))
  let stage = try DriverStage(of: root, into: "\(folder)/stage")
  let target = try #require(CachedKernels.all[kernel])
  return try await Kbuild().build(driver, in: stage, for: target, options, log: "\(folder)/build.log")
}
