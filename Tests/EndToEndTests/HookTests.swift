// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import Pipeline
import Spool
import TestSupport
import Testing

/// Pushes to a tree that a daemon watches, with the programs and the hook as they are shipped.
extension EndToEnd {
  @Suite struct HookTests {
    /// A daemon that runs until it is ended.
    final class Daemon {
      private let process = Process()
      private let log: String

      /// - Parameter hasKernels: it works with the cache of this machine.
      init(_ watched: WatchedTree, hasKernels: Bool = false) async throws {
        log = watched.folder + "/serve.log"
        try Data().write(to: URL(fileURLWithPath: log))
        process.executableURL = URL(fileURLWithPath: Shipped.kmend)
        process.arguments = ["serve", "--config", watched.configuration]
        if !hasKernels {
          process.environment = ProcessInfo.processInfo.environment.merging(
            ["KMEND_CACHE": watched.folder + "/cache"]
          ) { $1 }
        }
        process.standardError = FileHandle(forWritingAtPath: log)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        try await until {
          self.said.contains("watching") && FileManager.default.fileExists(atPath: watched.folder + "/socket")
        }
      }

      var said: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

      func end(_ signal: Int32 = SIGTERM) {
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
      }

      var status: Int32 { process.terminationStatus }
    }

    /// Waits for something that has to happen.
    static func until(seconds: Int = 30, _ isDone: () async throws -> Bool) async throws {
      for _ in 0..<20 * seconds {
        if try await isDone() { return }
        try await Task.sleep(for: .milliseconds(50))
      }
      Issue.record("it did not happen in \(seconds) s")
    }

    private static let told = """
      remote: kmend: 1 API change: words_open() lost an argument
      remote: kmend: 1 subscribed driver breaks: driver (own.c:5)
      """

    /// The watched tree is bare, as on a server; who works on it has a clone.
    static func withServer(_ body: (WatchedTree) async throws -> Void) async throws {
      try await withTemporaryFolder { folder in
        let watched = try WatchedTree(folder)
        try watched.git(["clone", "-q", "--bare", watched.tree, folder + "/bare"], in: folder)
        try watched.git(["remote", "add", "origin", folder + "/bare"], in: watched.tree)
        let text = try String(contentsOfFile: watched.configuration, encoding: .utf8)
        try watched.write(
          watched.configuration,
          text.replacing("\(folder)/tree\"", with: "\(folder)/bare\"").replacing(
            "seconds = 1\n", with: "seconds = 3600\n"))
        let run = try await Shipped.kmend(["subscribe", watched.driver, "--config", watched.configuration])
        #expect(run.code == 0, "\(run.errors)")
        #expect(try await Shipped.run("\(repositoryRoot)/Hooks/install", [folder + "/bare"]).code == 0)
        try await body(watched)
      }
    }

    /// What a push prints for whoever pushes, without git's own lines and the blanks at the end.
    static func push(_ watched: WatchedTree, _ arguments: [String] = ["origin", "HEAD"]) async throws -> String {
      let run = try await Shipped.run(
        "git", ["-C", watched.tree, "push", "-q"] + arguments,
        environment: [
          "KMEND_HOOK": "\(repositoryRoot)/.build/release/kmend-hook", "KMEND_SOCKET": watched.folder + "/socket",
          "KMEND_SPOOL": watched.folder + "/spool",
        ])
      #expect(run.code == 0, "\(run.errors)")
      return run.errors.split(separator: "\n").map { $0.replacing(/\s+$/, with: "") }.joined(separator: "\n")
    }

    static func jobs(_ watched: WatchedTree) async throws -> [String] {
      let run = try await Shipped.kmend(["jobs", "--config", watched.configuration])
      return run.output.split(separator: "\n").map { line in
        line.split(separator: " ", omittingEmptySubsequences: true).dropFirst().prefix(2).joined(separator: " ")
      }
    }

    @Test func whoPushesIsToldAtOnce() async throws {
      try await Self.withServer { watched in
        let daemon = try await Daemon(watched)
        defer { daemon.end() }
        try await Self.until { try await Self.jobs(watched) == ["done index"] }
        try watched.dropArgument()
        #expect(try await Self.push(watched) == Self.told)
        // What changes nothing of the API says nothing.
        try watched.commit("nothing")
        #expect(try await Self.push(watched) == "")
        #expect(SpoolFolder(watched.folder + "/spool").messages().isEmpty)
        daemon.end()
        #expect(daemon.status == 0)
        #expect(daemon.said.contains("ended"))
      }
    }

    /// Whoever forgot a caller is told where it is.
    @Test func whoForgetsACallerIsTold() async throws {
      try await Self.withServer { watched in
        try watched.write("\(watched.tree)/drivers/b.c", WatchedTree.caller("words_open(w, 3)"))
        try watched.commit("b")
        let daemon = try await Daemon(watched)
        defer { daemon.end() }
        try await Self.until { try await Self.jobs(watched) == ["done index"] }
        _ = try await Self.push(watched)
        try watched.dropArgument()
        #expect(
          try await Self.push(watched) == Self.told
            + "\nremote: kmend: 1 in-tree caller not converted: drivers/b.c:5 (words_open)")
        let run = try await Shipped.kmend(
          ["forecast", "--change", "HEAD", "--tree", watched.tree, "--callers", "--config", watched.configuration])
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output.contains("likely  drivers/b.c:5  arguments  words_open() takes 1 argument, 2 are passed"))
      }
    }

    @Test func aPushWithoutADaemonIsSeenLater() async throws {
      try await Self.withServer { watched in
        var daemon = try await Daemon(watched)
        try await Self.until { try await Self.jobs(watched) == ["done index"] }
        daemon.end()
        try watched.dropArgument()
        #expect(try await Self.push(watched) == "")
        #expect(SpoolFolder(watched.folder + "/spool").messages().map(\.repository) == [watched.folder + "/bare"])
        daemon = try await Daemon(watched)
        defer { daemon.end() }
        try await Self.until { try await Self.jobs(watched) == ["done index", "done push"] }
        try await Self.until { SpoolFolder(watched.folder + "/spool").messages().isEmpty }
      }
    }

    /// A daemon that hears and does not answer, and one that answers what is no answer.
    @Test func aPushDoesNotHangOnTheDaemon() async throws {
      try await Self.withServer { watched in
        let socket = try #require(UnixSocket.listen(at: watched.folder + "/socket", mode: 0o666))
        try watched.dropArgument()
        #expect(try await Self.push(watched) == "")
        withExtendedLifetime(socket) {}
      }
    }

    @Test func aHookThatWasThereGoesOn() async throws {
      try await Self.withServer { watched in
        let (bare, install) = (watched.folder + "/bare", "\(repositoryRoot)/Hooks/install")
        let hook = bare + "/hooks/post-receive"
        #expect(try await Shipped.run(install, ["--remove", bare]).code == 0)
        #expect(!FileManager.default.fileExists(atPath: hook))
        try watched.write(hook, "#!/bin/sh\nread old new ref\necho \"own: $ref\"\nexit 3\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook)
        let own = try String(contentsOfFile: hook, encoding: .utf8)
        for _ in 0..<2 { #expect(try await Shipped.run(install, [bare]).code == 0) }
        let daemon = try await Daemon(watched)
        defer { daemon.end() }
        try await Self.until { try await Self.jobs(watched) == ["done index"] }
        try watched.dropArgument()
        #expect(try await Self.push(watched) == "remote: own: refs/heads/main\n" + Self.told)
        #expect(try await Shipped.run(install, ["--remove", bare]).code == 0)
        #expect(try String(contentsOfFile: hook, encoding: .utf8) == own)
        #expect(try await Shipped.run(install, ["--remove", bare]).code == 1)
        // Where it leads is not ours to say.
        try FileManager.default.moveItem(atPath: hook, toPath: watched.folder + "/common")
        try FileManager.default.createSymbolicLink(atPath: hook, withDestinationPath: watched.folder + "/common")
        let refused = try await Shipped.run(install, [bare])
        #expect(refused.code == 1)
        #expect(refused.errors.contains("gitolite"))
        #expect(try String(contentsOfFile: watched.folder + "/common", encoding: .utf8) == own)
      }
    }

    /// As with gitolite: the repository and whoever pushes are another user's than the daemon.
    @Test(.enabled(if: geteuid() == 0, "only root can be two users")) func repositoriesOfOthersAreRead() async throws {
      try await Self.withServer { watched in
        let (spool, hook) = (watched.folder + "/spool", watched.folder + "/kmend-hook")
        try FileManager.default.createDirectory(
          atPath: spool, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o1777])
        try FileManager.default.copyItem(atPath: "\(repositoryRoot)/.build/release/kmend-hook", toPath: hook)
        let daemon = try await Daemon(watched)
        defer { daemon.end() }
        try await Self.until { try await Self.jobs(watched) == ["done index"] }
        try watched.dropArgument()
        for place in [watched.folder + "/bare", watched.tree] {
          #expect(try await Shipped.run("chown", ["-R", "65534:65534", place]).code == 0)
        }
        let run = try await Shipped.run(
          "setpriv",
          [
            "--reuid=65534", "--regid=65534", "--clear-groups", "git", "-C", watched.tree, "push", "-q", "origin",
            "HEAD",
          ],
          environment: [
            "KMEND_HOOK": hook, "KMEND_SOCKET": watched.folder + "/socket", "KMEND_SPOOL": spool,
            "HOME": "/nonexistent",
          ])
        #expect(run.code == 0, "\(run.errors)")
        let lines = run.errors.split(separator: "\n").map { $0.replacing(/\s+$/, with: "") }
        #expect(lines.joined(separator: "\n") == Self.told)
        // The message was the other user's, and is gone.
        #expect(SpoolFolder(spool).messages().isEmpty)
      }
    }

    /// Killed again and again while pushes come: in the end everything was read once.
    @Test func whatIsKilledGoesOn() async throws {
      try await Self.withServer { watched in
        for number in 0..<6 {
          let daemon = try await Daemon(watched)
          try watched.write("\(watched.tree)/include/linux/w\(number).h", "int w\(number)(int a);\n")
          try watched.commit("w\(number): first")
          try watched.write("\(watched.tree)/include/linux/w\(number).h", "int w\(number)(int a, int b);\n")
          try watched.commit("w\(number): second")
          _ = try await Self.push(watched)
          try await Task.sleep(for: .milliseconds(number * 15))
          daemon.end(SIGKILL)
        }
        let daemon = try await Daemon(watched)
        defer { daemon.end() }
        try await Self.until {
          let states = try await Self.jobs(watched)
          return states.allSatisfy { $0.hasPrefix("done") }
        }
        let run = try await Shipped.kmend(["status", "--config", watched.configuration, "--json"])
        #expect(run.output.contains("\"set-aside\" : 0"))
        #expect(run.output.contains("\"changes\" : 6"))
      }
    }
  }
}
