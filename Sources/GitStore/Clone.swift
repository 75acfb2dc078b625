// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Sandbox

extension Repository {
  /// Opens a repository that is named as users name it: a folder on this machine, or an `https://` URL, which is cloned
  /// into `folder` first (bare, whole history, no submodules).
  ///
  /// - Throws: `Failure` (`badInput`) for other kinds of URLs, `tryAgain` if the clone fails.
  package static func open(_ name: String, cloningInto folder: String) async throws -> Repository {
    guard name.contains("://") || name.hasPrefix("-") else { return try open(name) }
    guard name.hasPrefix("https://"), !name.contains(where: { $0.isWhitespace || $0.isNewline }) else {
      throw Failure(
        .badInput, name, "is no repository that kmend can fetch", remedy: "give a folder or an https:// URL")
    }
    let execution = try await Containment().run(
      Command(
        "git",
        GitProgram.options + ["-c", "protocol.allow=never", "-c", "protocol.https.allow=always"]
          + ["clone", "--quiet", "--bare", "--template=", "--", name, folder],
        environment: GitProgram.environment, place: .host,
        limits: Limits(seconds: 900, output: 1 << 20, fileSize: 8 << 30), mergesErrors: true))
    guard execution.succeeded else {
      let lines = execution.text.split(separator: "\n").suffix(3).joined(separator: "; ")
      throw Failure(
        .tryAgain, name, "can't be cloned (\(execution.exit)): \(lines)", remedy: "check the URL and the network",
        detail: execution.text)
    }
    return try open(folder)
  }
}

/// How the git program is run: without anybody's configuration, hooks, prompts or credentials.
enum GitProgram {
  static let environment = [
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_ATTR_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "/bin/false", "SSH_ASKPASS": "/bin/false", "GIT_LFS_SKIP_SMUDGE": "1", "LC_ALL": "C.UTF-8",
  ]
  static let options = [
    "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.autocrlf=false", "-c",
    "core.attributesFile=/dev/null", "-c", "credential.helper=", "-c", "commit.gpgSign=false", "-c", "gc.auto=0",
    "-c", "safe.directory=*",
  ]
}
