// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Sandbox

extension Repository {
  /// Opens a repository that is named as users name it: a folder on this machine, or a URL, which is cloned into `folder` first (bare, whole history, no submodules).
  ///
  /// - Throws: `Failure` (`badInput`) for URLs that `RemotePlace` does not take, `tryAgain` if the clone fails.
  package static func open(_ name: String, cloningInto folder: String) async throws -> Repository {
    guard RemotePlace.isRemote(name) || name.hasPrefix("-") else { return try open(name) }
    let place = try RemotePlace(name)
    try await GitProgram.transfer(
      ["clone", "--quiet", "--bare", "--template=", "--", name, folder], with: place, seconds: 900)
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
  /// Redirections of a server on this machine are not followed: they could lead anywhere.
  private static let redirections = ["https": "true", "http": "false"]

  /// Runs a git command that talks to a server.
  ///
  /// - Throws: `Failure` (`tryAgain`, git's words as detail) if it fails.
  static func transfer(_ arguments: [String], with place: RemotePlace, seconds: Double) async throws {
    let protocols = [
      "-c", "protocol.allow=never", "-c", "protocol.\(place.scheme).allow=always",
      "-c", "http.followRedirects=\(redirections[place.scheme, default: "false"])",
      // A server that says nothing for a minute is left.
      "-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=60",
      // What many small fetches leave is packed now and then.
      "-c", "gc.auto=5000", "-c", "gc.autoDetach=false",
    ]
    try await run(options + protocols + arguments, about: place.url, seconds: seconds)
  }

  static func run(_ arguments: [String], about name: String, seconds: Double) async throws {
    let execution = try await Containment().run(
      Command(
        "git", arguments, environment: environment, place: .host,
        limits: Limits(seconds: seconds, output: 1 << 20, fileSize: 16 << 30), mergesErrors: true))
    guard execution.succeeded else {
      let text = String(execution.text.unicodeScalars.map { $0.value < 0x20 && $0 != "\n" ? " " : Character($0) })
      let lines = text.split(separator: "\n").suffix(3).joined(separator: "; ").prefix(500)
      throw Failure(
        .tryAgain, name, "can't be fetched (\(execution.exit)): \(lines)", remedy: "check the URL and the network",
        detail: execution.text)
    }
  }
}
