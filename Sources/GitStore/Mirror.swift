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
  /// - Throws: `Failure`: `badInput` if it is no repository, or one with SHA-256 objects, `tryAgain` if it can't be
  ///   fetched.
  package static func mirror(_ name: String, at folder: String) async throws -> Repository {
    guard name.hasPrefix("https://") else { return try open(name) }
    let isNew = access(folder + "/HEAD", F_OK) != 0
    if isNew { try await git(["init", "--quiet", "--bare", "--template=", "--", folder], name) }
    try await git(
      [
        "-C", folder, "-c", "protocol.allow=never", "-c", "protocol.https.allow=always", "fetch", "--quiet", "--prune",
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
      let lines = execution.text.split(separator: "\n").suffix(3).joined(separator: "; ")
      throw Failure(
        .tryAgain, name, "can't be fetched (\(execution.exit)): \(lines)", remedy: "check the URL and the network",
        detail: execution.text)
    }
  }
}
