// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Pipeline
import TestSupport
import Testing

@Suite struct RuleOriginTests {
  /// A tree in which four commits, one of them merged, convert callers of `words_copy`, one a Makefile, and one a header.
  struct History {
    let folder: String
    let cache: String
    var tree: String { folder + "/tree" }

    init(_ folder: String) throws {
      (self.folder, cache) = (folder, folder + "/cache")
      try FileManager.default.createDirectory(atPath: folder + "/tree", withIntermediateDirectories: true)
      try git(["init", "-q", "-b", "main", "."])
      try write("include/linux/words.h", "size_t words_copy(char *to, const char *from, size_t size);\n")
      for number in 0..<4 { try write("drivers/d\(number).c", driver(number, "words_copy(to, from, \(number))")) }
      try write("drivers/Makefile", "EXTRA_WORDS += -DX\nobj-m += d0.o\n")
      try commit("words: first", "v1")
      for number in 0..<2 {
        try write("drivers/d\(number).c", driver(number, "words_scopy(to, from, \(number), 0)"))
        try commit("drivers/d\(number): use words_scopy()\n\nIt is better.", "c\(number)")
      }
      try git(["checkout", "-q", "-b", "side", "v1"])
      try write("drivers/d2.c", driver(2, "words_scopy(to, from, 2, 0)"))
      try commit("drivers/d2: use words_scopy()", "c2")
      try git(["checkout", "-q", "main"])
      try git(["merge", "-q", "--no-ff", "-m", "merge", "side"])
      try write("drivers/Makefile", "words-y += -DX\nobj-m += d0.o\n")
      try commit("drivers: use words-y", "v2")
      try write("drivers/d3.c", driver(3, "words_scopy(to, from, 3, 0)"))
      try write("include/linux/words.h", "int words_scopy(char *to, const char *from, size_t size, int how);\n")
      try commit("words: remove words_copy()", "v3")
    }

    private func driver(_ number: Int, _ call: String) -> String {
      let filler = (0..<20).map { "int unused_\(number)_\($0);\n" }.joined()
      return "#include <linux/words.h>\n\n\(filler)\nint d\(number)_show(char *to, const char *from)\n{\n"
        + "\tint count = \(number);\n\n\tif (!to)\n\t\treturn -EINVAL;\n\n\tcount++;\n\tcount++;\n\t\(call);\n\tcount--;\n"
        + "\treturn count;\n}\n"
    }

    private func write(_ path: String, _ text: String) throws {
      let url = URL(fileURLWithPath: "\(tree)/\(path)")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }

    private func commit(_ message: String, _ tag: String) throws {
      try git(["add", "-A"])
      try git(["commit", "-q", "-m", message])
      try git(["tag", tag])
    }

    @discardableResult
    func git(_ arguments: [String], in place: String? = nil) throws -> String {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/git")
      process.arguments = ["-c", "safe.directory=*"] + arguments
      process.currentDirectoryURL = URL(fileURLWithPath: place ?? tree)
      process.environment = [
        "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@example.org", "GIT_COMMITTER_NAME": "Test",
        "GIT_COMMITTER_EMAIL": "test@example.org", "LC_ALL": "C.UTF-8",
      ]
      let output = Pipe()
      process.standardOutput = output
      try process.run()
      let bytes = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0, "git \(arguments)")
      return String(decoding: bytes, as: UTF8.self)
    }

    func workspace() throws -> Workspace {
      try Workspace(environment: [
        "KMEND_CACHE": cache, "KMEND_CINDEX": "/bin/true", "KMEND_TEMPLATES": "\(repositoryRoot)/Templates",
      ])
    }

    func rules(_ symbol: String, _ origin: RuleOrigin) async throws -> RulesReport {
      try await RuleListing(workspace: try workspace(), steps: Steps { _ in }).rules(for: symbol, from: origin)
    }

    /// The commits that rules are to come from.
    func commits(_ tags: [String]) throws -> Set<String> {
      Set(try tags.map { String(try git(["rev-parse", "\($0)^{commit}"]).prefix(40)) })
    }
  }

  private func withHistory(_ body: (History) async throws -> Void) async throws {
    try await withTemporaryFolder { try await body(try History($0)) }
  }

  private let best = "`words_copy(E0, E1, E2);` → `words_scopy(E0, E1, E2, 0);`"

  @Test func twoTrees() async throws {
    try await withHistory { history in
      let report = try await history.rules("words_copy", .trees(repository: history.tree, from: "v1", to: "v3"))
      #expect(report.rules.first?.rule.summary == best)
      #expect(report.rules.first?.rule.support == 4)
      #expect(report.rules.first?.rule.commits == [])
      #expect(report.before == "size_t words_copy(char *to, const char *from, size_t size)")
      #expect(report.after == nil)
      #expect(report.converted == 5)
      #expect(report.source.kind == .trees)
      let line = try await history.rules("EXTRA_WORDS", .trees(repository: history.tree, from: "v1", to: "v3"))
      #expect(line.buildLines.map(\.before) == ["EXTRA_WORDS += -DX"])
      #expect(line.buildLines.map(\.after) == ["words-y += -DX"])
    }
  }

  @Test func rangeOfCommits() async throws {
    try await withHistory { history in
      let report = try await history.rules("words_copy", .range(repository: history.tree, "v1..v3"))
      let rule = try #require(report.rules.first).rule
      #expect(rule.summary == best)
      #expect(rule.support == 4)
      #expect(Set(rule.commits.map(\.id)) == (try history.commits(["c0", "c1", "c2", "v3"])))
      #expect(rule.commits.first?.subject == "drivers/d0: use words_scopy()")
      #expect(report.source.commits == 5)
      #expect(report.source.unreadable == 0)
      #expect(report.before?.contains("words_copy") == true)
      let line = try await history.rules("EXTRA_WORDS", .range(repository: history.tree, "v1.."))
      #expect(line.buildLines.map(\.after) == ["words-y += -DX"])
    }
  }

  @Test func commitsAreReadOnce() async throws {
    try await withHistory { history in
      let first = try await history.rules("words_copy", .range(repository: history.tree, "v1..v2"))
      #expect(first.rules.first?.rule.support == 3)
      #expect(first.source.commits == 4)
      // What the first commits changed is gone: nobody may need it again.
      for path in ["v1:drivers/d0.c", "c0:drivers/d0.c", "c2:drivers/d2.c"] {
        let blob = try history.git(["rev-parse", path]).prefix(40)
        try FileManager.default.removeItem(
          atPath: "\(history.tree)/.git/objects/\(blob.prefix(2))/\(blob.dropFirst(2))")
      }
      let second = try await history.rules("words_copy", .range(repository: history.tree, "v1..v3"))
      #expect(second.rules.first?.rule.support == 4)
      #expect(second.source.unreadable == 0)
      let again = try await history.rules("words_copy", .range(repository: history.tree, "v1..v2"))
      #expect(again.rules.first?.rule.commits == first.rules.first?.rule.commits)
      // A cache that never saw them says what is missing.
      try FileManager.default.removeItem(atPath: history.cache)
      let blind = try await history.rules("words_copy", .range(repository: history.tree, "v1..v3"))
      #expect(blind.source.unreadable == 2)
      #expect(blind.rules.first?.rule.support == 2)
    }
  }

  @Test(arguments: ["mbox", "folder", "inbox", "epochs"])
  func patches(form: String) async throws {
    try await withHistory { history in
      let place = "\(history.folder)/\(form)"
      switch form {
      case "mbox":
        let mails = try history.git(["format-patch", "--stdout", "v1..v3"])
        // One that breaks off within a hunk, and one that is none.
        let broken =
          "From x\nSubject: [PATCH] broken\nMessage-ID: <b@x>\n\n--- a/lib/x.c\n+++ b/lib/x.c\n@@ -1,3 +1,3 @@\n a\n"
        try Data((mails + "\n" + broken + "\nFrom x\nSubject: Re: hello\n\nhello\n").utf8)
          .write(to: URL(fileURLWithPath: place))
      case "folder":
        try history.git(["format-patch", "-q", "-o", place, "v1..v3"])
      default:
        let repository = form == "inbox" ? place : "\(place)/git/0.git"
        try FileManager.default.createDirectory(atPath: repository, withIntermediateDirectories: true)
        try history.git(["init", "-q", "-b", "master", "."], in: repository)
        for commit in try history.git(["rev-list", "--no-merges", "--reverse", "v1..v3"]).split(separator: "\n") {
          let mail = try history.git([
            "format-patch", "--stdout", "--add-header=Message-ID: <\(commit)@x>", "-1", "\(commit)",
          ])
          let text = mail.drop { $0 != "\n" }.dropFirst()
          try Data(text.utf8).write(to: URL(fileURLWithPath: "\(repository)/m"))
          try history.git(["add", "m"], in: repository)
          try history.git(["commit", "-q", "-m", "mail"], in: repository)
        }
        if form == "epochs" {
          for name in try FileManager.default.contentsOfDirectory(atPath: "\(repository)/.git") {
            try FileManager.default.moveItem(atPath: "\(repository)/.git/\(name)", toPath: "\(repository)/\(name)")
          }
          try FileManager.default.removeItem(atPath: "\(repository)/.git")
        }
      }
      for _ in 0..<2 {
        let report = try await history.rules("words_copy", .patches(place))
        let rule = try #require(report.rules.first).rule
        #expect(rule.summary == best)
        #expect(rule.support == 4)
        #expect(rule.commits.first?.subject == "drivers/d0: use words_scopy()")
        #expect(rule.examples.first?.site == Site(file: "drivers/d0.c", line: 33))
        let ids = try history.commits(["c0", "c1", "c2", "v3"])
        #expect(
          Set(rule.commits.map(\.id)) == (["mbox", "folder"].contains(form) ? ids : Set(ids.map { "<\($0)@x>" })))
        #expect(report.source.unreadable == (form == "mbox" ? 1 : 0))
        #expect(report.source.commits == (form == "mbox" ? 7 : 5))
        #expect(report.before == nil)
      }
    }
  }

  /// Mails with holes, noise and lies in them: what can be read is, the rest is counted.
  @Test func brokenMailsStopNothing() async throws {
    try await withHistory { history in
      let mail = Array(try history.git(["format-patch", "--stdout", "-1", "c0"]).utf8)
      let noise = [
        "@@ -1,3 +999999999,7 @@ int f(", "\n{", "}}}\n", "\n@@ -0,0 +1,9999999 @@", "\n--- a/x.c\n+++ b/x.c\n", "\\\n",
      ]
      var seed: UInt64 = 1
      func random(_ limit: Int) -> Int {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(seed >> 33) % max(1, limit)
      }
      var mailbox: [UInt8] = []
      for number in 0..<300 {
        var broken = mail
        for _ in 0...random(8) {
          let place = random(broken.count)
          switch random(4) {
          case 0: broken[place] = UInt8(random(256))
          case 1: broken.removeSubrange(place..<min(broken.count, place + 1 + random(60)))
          case 2: broken.insert(contentsOf: Array(noise[random(noise.count)].utf8), at: place)
          default: broken.insert(contentsOf: broken[place..<min(broken.count, place + random(90))], at: place)
          }
          if broken.isEmpty { broken = mail }
        }
        mailbox +=
          Array("From x\nMessage-ID: <\(number)@x>\n".utf8) + broken.drop { $0 != 0x0A }.dropFirst() + [0x0A, 0x0A]
      }
      let place = "\(history.folder)/mbox"
      try Data(mailbox + mail).write(to: URL(fileURLWithPath: place))
      let report = try await history.rules("words_copy", .patches(place))
      #expect(report.rules.first?.rule.commits.isEmpty == false)
      #expect((1..<300).contains(report.source.unreadable ?? 0))
    }
  }

  @Test(arguments: [
    (RuleOrigin.range(repository: "tree", "v1"), Failure.Code.usage),
    (.range(repository: "tree", "v1...v3"), .usage), (.range(repository: "tree", "v1..v9"), .badInput),
    (.range(repository: "nowhere", "v1..v3"), .badInput), (.trees(repository: "tree", from: "v0", to: "v1"), .badInput),
    (.patches("nowhere"), .badInput),
  ])
  func badOrigins(origin: RuleOrigin, code: Failure.Code) async throws {
    try await withHistory { history in
      func below(_ path: String) -> String { "\(history.folder)/\(path)" }
      let origin: RuleOrigin =
        switch origin {
        case .kernels: origin
        case .trees(let repository, let from, let to): .trees(repository: below(repository), from: from, to: to)
        case .range(let repository, let range): .range(repository: below(repository), range)
        case .patches(let path): .patches(below(path))
        }
      let failure = await #expect(throws: Failure.self) { try await history.rules("words_copy", origin) }
      #expect(failure?.code == code)
    }
  }

  @Test func unknownSymbolsAreRefused() async throws {
    try await withHistory { history in
      let failure = await #expect(throws: Failure.self) {
        try await history.rules("nobody", .range(repository: history.tree, "v1..v3"))
      }
      #expect(failure?.code == .badInput)
    }
  }
}
