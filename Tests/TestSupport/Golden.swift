// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import Testing

/// The root of the checkout that the tests run from.
package let repositoryRoot: String = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().path

/// Absolute path of a file or folder below `Tests/Golden`.
package func golden(_ path: String) -> String { "\(repositoryRoot)/Tests/Golden/\(path)" }

/// Bytes of a file below `Tests/Golden`.
package func goldenBytes(_ path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(fileURLWithPath: golden(path))))
}

/// Text of a file below `Tests/Golden`, UTF-8.
package func goldenText(_ path: String) throws -> String { String(decoding: try goldenBytes(path), as: UTF8.self) }

/// Holds `actual` against the golden file; `UPDATE_GOLDEN=1` writes the file instead.
package func expectGolden(
  _ actual: String, _ path: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = URL(fileURLWithPath: golden(path))
  if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(actual.utf8).write(to: file)
    return
  }
  let expected = (try? goldenText(path)) ?? "(no golden file \(path))"
  #expect(actual == expected, "differs from Tests/Golden/\(path)", sourceLocation: sourceLocation)
}

/// Runs `body` with a fresh folder that is deleted afterwards; returns what `body` returns.
package func withTemporaryFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kmend-test-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try await body(folder)
}
