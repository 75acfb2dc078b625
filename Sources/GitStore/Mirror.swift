// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel
import Sandbox

extension Repository {
  /// Hours that the first fetch of a whole kernel may take.
  private static let patience = 6.0

  /// Opens a tree that is watched: a folder of this machine as it is, or a bare copy of an `https://` URL, in `folder`,
  /// which is brought up to date first.
  ///
  /// - Parameter updating: whether a copy is brought up to date.
  /// - Throws: `Failure`: `badInput` if it is no repository, or one with SHA-256 objects, `tryAgain` if it can't be
  ///   fetched.
  package static func mirror(_ name: String, at folder: String, updating: Bool) async throws -> Repository {
    guard name.hasPrefix("https://") else { return try open(name) }
    guard updating else { return try open(folder) }
    let isNew = access(folder + "/HEAD", F_OK) != 0
    if isNew { try await git(["init", "--quiet", "--bare", "--template=", "--", folder], name) }
    try await git(
      [
        "-C", folder, "-c", "protocol.allow=never", "-c", "protocol.https.allow=always",
        // A server that says nothing for a minute is left.
        "-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=60", "fetch", "--quiet", "--prune",
        "--no-write-fetch-head", "--", name, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*",
      ], name)
    return try open(folder)
  }

  private static func git(_ arguments: [String], _ name: String) async throws {
    let execution = try await Containment().run(
      Command(
        "git", GitProgram.options + arguments, environment: GitProgram.environment, place: .host,
        limits: Limits(seconds: patience * 3600, output: 1 << 20, fileSize: 16 << 30), mergesErrors: true))
    guard execution.succeeded else {
      let text = String(execution.text.unicodeScalars.map { $0.value < 0x20 && $0 != "\n" ? " " : Character($0) })
      let lines = text.split(separator: "\n").suffix(3).joined(separator: "; ").prefix(500)
      throw Failure(
        .tryAgain, name, "can't be fetched (\(execution.exit)): \(lines)", remedy: "check the URL and the network",
        detail: execution.text)
    }
  }
}
