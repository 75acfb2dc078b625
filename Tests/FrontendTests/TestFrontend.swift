// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontend
import CFrontendProtocol
import Foundation
import KernelModel
import Sandbox
import TestSupport

/// `kmend-cindex` beside the test's own executable.
let cindex: String = {
  let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
    .map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
  let folders = [bundle, Bundle.main.bundlePath, "\(repositoryRoot)/.build/release", "\(repositoryRoot)/.build/debug"]
  let candidates = folders.compactMap { $0 }.map { "\($0)/kmend-cindex" }
  return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? candidates[0]
}()

/// Runs `body` with a front end that sees `files` below `/driver`, and the host's path of that folder.
func withFiles<Value: Sendable>(
  _ files: [String: String], patience: Patience = Patience(), processes: Int = 1,
  body: @escaping @Sendable (Frontend, String) async throws -> Value
) async throws -> Value {
  try await withTemporaryFolder { folder in
    for (name, text) in files {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
    return try await withFrontend(
      containment: Containment(), executable: cindex, mounts: [.readOnly(host: folder, inside: "/driver")],
      processes: processes, patience: patience
    ) { try await body($0, folder) }
  }
}

extension Frontend {
  /// Opens a file of the driver's folder as Kbuild would; the unit bears the file's name.
  func open(_ file: String, _ arguments: [String] = [], overlays: [String: SourceText] = [:]) async throws
    -> [FrontendDiagnostic]
  {
    try await open(
      unit: file, file: "/driver/\(file)", directory: "/driver",
      arguments: ClangArguments.translate(["-std=gnu11"] + arguments), overlays: overlays)
  }
}
