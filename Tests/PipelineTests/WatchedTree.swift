// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import Foundation
import KernelModel
import Ledger
import Logging
import Pipeline
import TestSupport

/// A kernel tree, a driver, and a daemon that watches both, in one folder.
struct WatchedTree {
  let folder: String
  var tree: String { folder + "/tree" }
  var driver: String { folder + "/driver" }
  var configuration: String { folder + "/kmend.toml" }
  var state: String { folder + "/state" }

  init(_ folder: String, trees: [String] = ["tree"]) throws {
    self.folder = folder
    for name in trees {
      try write("\(folder)/\(name)/include/linux/words.h", Self.header("words_open(struct words *w, int how)"))
      try write("\(folder)/\(name)/drivers/a.c", Self.caller("words_open(w, 1)"))
      try git(["init", "-q", "-b", "main", "."], in: "\(folder)/\(name)")
      try commit("words: first", in: name)
    }
    try write("\(driver)/own.c", Self.caller("words_open(w, 2)"))
    try write("\(driver)/Makefile", "obj-m := own.o\n")
    try git(["init", "-q", "-b", "main", "."], in: driver)
    try commit("first", in: "driver")
    let sections = trees.map { name in
      "[[tree]]\nname = \"\(name)\"\nrepository = \"\(folder)/\(name)\"\nseconds = 1\n"
        + "refs = [\"refs/heads/*\", \"refs/tags/v*\"]\n"
    }
    try write(configuration, "state = \"\(state)\"\n\n" + sections.joined(separator: "\n"))
  }

  static func header(_ function: String, _ other: String = "words_close(struct words *w)") -> String {
    "struct words {\n\tint count;\n};\n\nint \(function);\nvoid \(other);\n"
  }

  static func caller(_ call: String) -> String {
    "#include <linux/words.h>\n\nint a_show(struct words *w)\n{\n\treturn \(call);\n}\n"
  }

  func write(_ path: String, _ text: String) throws {
    let url = URL(fileURLWithPath: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  func commit(_ message: String, in name: String = "tree") throws {
    try git(["add", "-A"], in: "\(folder)/\(name)")
    try git(["commit", "-q", "--allow-empty", "-m", message], in: "\(folder)/\(name)")
  }

  /// The function loses an argument, its caller is converted.
  func dropArgument(in name: String = "tree", _ message: String = "words: words_open() needs no how") throws {
    try write("\(folder)/\(name)/include/linux/words.h", Self.header("words_open(struct words *w)"))
    try write("\(folder)/\(name)/drivers/a.c", Self.caller("words_open(w)"))
    try commit(message, in: name)
  }

  @discardableResult
  func git(_ arguments: [String], in place: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/git")
    process.arguments = ["-C", place] + arguments
    process.environment = [
      "GIT_AUTHOR_NAME": "A U Thor", "GIT_AUTHOR_EMAIL": "author@example.com", "GIT_COMMITTER_NAME": "C",
      "GIT_COMMITTER_EMAIL": "c@example.com", "GIT_AUTHOR_DATE": "2024-01-02T03:04:05+0000",
      "GIT_COMMITTER_DATE": "2024-01-02T03:04:05+0000", "GIT_CONFIG_GLOBAL": "/dev/null",
      "GIT_CONFIG_NOSYSTEM": "1", "PATH": "/usr/bin:/bin",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(.ourFault, "git \(arguments.joined(separator: " "))", "failed")
    }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  func workspace() throws -> Workspace {
    try Workspace(environment: [
      "KMEND_CACHE": folder + "/cache", "KMEND_CINDEX": "/bin/true", "KMEND_TEMPLATES": repositoryRoot + "/Templates",
    ])
  }

  /// One look at everything, and the jobs that follow; nobody waits.
  func once(in surroundings: LedgerStore.Surroundings = LedgerStore.Surroundings()) async throws {
    try await Daemon(
      workspace: try workspace(), configuration: configuration,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, in: surroundings
    ).once()
  }

  func control() throws -> Control { try Control(configuration: configuration, creating: true) }

  /// What the ledger says, in lines that do not depend on when or how often things were tried.
  func told() async throws -> [String] {
    let ledger = try LedgerStore(state + "/ledger.sqlite", creating: false)
    var lines: [String] = []
    for patch in try await ledger.patches(limit: 1000) {
      let seen = patch.sightings.map { sighting in
        "\(sighting.tree)\(sighting.isThere ? "" : " withdrawn")\(sighting.release.map { " " + $0 } ?? "")"
      }
      lines.append("\(patch.subject): \(patch.changes.map(\.kind.rawValue)) \(seen.sorted())")
    }
    for forecast in try await ledger.forecasts() {
      let found = try JSONDecoder().decode(Forecast.self, from: forecast.content)
      let patch = try await ledger.patch(forecast.patch)
      lines.append("\(patch.subject) breaks \(found.site) \(found.certainty.rawValue)")
    }
    let jobs = try await ledger.jobs(limit: 1000)
    lines += jobs.filter { $0.state != .done }.map { "job \($0.kind) \($0.title) \($0.state.rawValue): \($0.problem)" }
    return lines
  }
}
