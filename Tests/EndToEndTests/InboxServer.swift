// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import TestSupport
import Testing

/// A mailing list's archive as kernel people serve it: public-inbox-httpd(1) on this machine, public-inbox-mda(1) for what
/// comes.
final class InboxServer {
  let name = "words"
  private(set) var url = ""
  private let folder: String
  private var process: Process?
  private var inbox: String { folder + "/inbox" }
  private var environment: [String: String] {
    ["HOME": folder, "PI_CONFIG": folder + "/config", "ORIGINAL_RECIPIENT": "words@example.com"]
  }

  /// Without a mail.
  init(in folder: String) async throws {
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data("[user]\n\tname = list\n\temail = list@example.com\n".utf8).write(
      to: URL(fileURLWithPath: folder + "/.gitconfig"))
    try await succeed(
      "public-inbox-init", ["-V2", "-L", "basic", name, inbox, "http://127.0.0.1/words", "words@example.com"])
    try await succeed("git", ["config", "-f", folder + "/config", "publicinboxmda.spamcheck", "none"])
    try await start()
  }

  deinit { stop() }

  func start() async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/public-inbox-httpd")
    let log = folder + "/httpd.log"
    try Data().write(to: URL(fileURLWithPath: log))
    process.arguments = ["-W0", "-l", "127.0.0.1:0"]
    process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { $1 }
    process.standardOutput = FileHandle(forWritingAtPath: log)
    process.standardError = FileHandle(forWritingAtPath: log)
    try process.run()
    self.process = process
    try await EndToEnd.HookTests.until {
      let said = try String(contentsOfFile: log, encoding: .utf8)
      guard let bound = said.firstMatch(of: /bound (http:\/\/127\.0\.0\.1:\d+)/) else { return false }
      self.url = "\(bound.1)/\(self.name)"
      return true
    }
  }

  func stop() {
    guard let process else { return }
    kill(process.processIdentifier, SIGKILL)
    // Foundation's own wait turns in circles where another thread takes the child's end.
    waitpid(process.processIdentifier, nil, 0)
    self.process = nil
  }

  func deliver(_ mail: String) async throws {
    let file = folder + "/mail"
    let recipient = mail.replacing("From: ", with: "To: words@example.com\nFrom: ", maxReplacements: 1)
    try Data(recipient.utf8).write(to: URL(fileURLWithPath: file))
    try await succeed("sh", ["-c", "public-inbox-mda <\(file)"])
  }

  /// Takes a mail out of the archive and its history, public-inbox-purge(1).
  func purge(_ mail: String) async throws {
    let file = folder + "/mail"
    let recipient = mail.replacing("From: ", with: "To: words@example.com\nFrom: ", maxReplacements: 1)
    try Data(recipient.utf8).write(to: URL(fileURLWithPath: file))
    try await succeed("sh", ["-c", "public-inbox-purge \(inbox) <\(file)"])
  }

  private func succeed(_ program: String, _ arguments: [String]) async throws {
    let run = try await Shipped.run(program, arguments, environment: environment)
    #expect(run.code == 0, "\(program): \(run.errors)")
  }
}
