// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GitStore

/// The git program as an independent judge, on the host and without anybody's configuration.
@discardableResult
func git(_ arguments: [String], in folder: String, input: [UInt8]? = nil) throws -> String {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/git")
  process.arguments = ["-c", "safe.directory=*", "-c", "core.abbrev=12"] + arguments
  process.currentDirectoryURL = URL(fileURLWithPath: folder)
  process.environment = [
    "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@example.org", "GIT_COMMITTER_NAME": "Test",
    "GIT_COMMITTER_EMAIL": "test@example.org", "LC_ALL": "C.UTF-8",
  ]
  let output = Pipe()
  let stdin = Pipe()
  process.standardOutput = output
  process.standardInput = stdin
  try process.run()
  try stdin.fileHandleForWriting.write(contentsOf: Data(input ?? []))
  try stdin.fileHandleForWriting.close()
  let bytes = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { throw GitFailed(arguments: arguments, status: process.terminationStatus) }
  return String(decoding: bytes, as: UTF8.self)
}

struct GitFailed: Error {
  var arguments: [String]
  var status: Int32
}

let author = Signature(name: "kmend", address: "kmend@example.org", seconds: 1_795_168_800)

func write(_ bytes: [UInt8], _ path: String) throws {
  let url = URL(fileURLWithPath: path)
  try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
  try Data(bytes).write(to: url)
}

func write(_ text: String, _ path: String) throws { try write(Array(text.utf8), path) }
