// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import Pipeline
import TestSupport
import Testing

/// A daemon that watches a list on a server.
extension EndToEnd {
  @Suite struct InboxServerTests {
    private struct Setting {
      let watched: WatchedTree
      let server: InboxServer
      private let environment: [String: String]

      init(_ folder: String) async throws {
        watched = try WatchedTree(folder)
        server = try await InboxServer(in: folder + "/server")
        environment = ["KMEND_CACHE": folder + "/cache"]
        let text = try String(contentsOfFile: watched.configuration, encoding: .utf8)
        try watched.write(
          watched.configuration, text + "\n[[list]]\nname = \"words\"\ninbox = \"\(server.url)\"\nseconds = 1\n")
        #expect(try await kmend(["subscribe", watched.driver]).code == 0)
      }

      func kmend(_ arguments: [String]) async throws -> Shipped.Run {
        try await Shipped.kmend(arguments + ["--config", watched.configuration], environment: environment)
      }

      func once() async throws {
        let run = try await kmend(["serve", "--once"])
        #expect(run.code == 0, "\(run.errors)")
      }

      /// `file:line` of what a change breaks.
      func places(_ change: String) async throws -> [String] {
        let run = try await kmend(["forecast", "--change", change, "--json"])
        guard run.code == 0 else { return ["\(run.code) \(run.errors)"] }
        return try JSONDecoder().decode(ForecastReport.self, from: Data(run.output.utf8)).entries.map {
          "\($0.file):\($0.line)"
        }
      }

      var copy: String { watched.state + "/lists/words/git/0.git" }
    }

    private func withServer(_ body: (Setting) async throws -> Void) async throws {
      try await withTemporaryFolder { try await body(try await Setting($0)) }
    }

    @Test func aPostedSeriesIsForecast() async throws {
      try await withServer { setting in
        // A list without a mail, then with what is no news.
        try await setting.once()
        try await setting.server.deliver(MailArchive.patch("0", "[PATCH] words: what was before"))
        try await setting.once()
        #expect(try await setting.places("<0@x>") == ["own.c:5"], "asked for at the server")
        try await setting.server.deliver(MailArchive.patch("c", "[PATCH 0/2] words: changes", body: "Why.\n"))
        try await setting.server.deliver(
          MailArchive.patch("a", "[PATCH 1/2] words: nothing", answering: "c", body: "No.\n"))
        try await setting.server.deliver(MailArchive.patch("b", "[PATCH 2/2] words: open", answering: "c"))
        try await setting.once()
        #expect(try await setting.places("<c@x>") == ["own.c:5"])
        let jobs = try await setting.kmend(["jobs"])
        #expect(jobs.output.contains("done  mails"), "\(jobs.output)")
        // The copy holds no mail of before.
        #expect(try setting.watched.git(["rev-list", "--count", "HEAD"], in: setting.copy) == "4")
        #expect(try setting.watched.git(["rev-parse", "--is-shallow-repository"], in: setting.copy) == "true")
      }
    }

    /// By the URL that a browser shows, without a daemon.
    @Test func aThreadIsFetched() async throws {
      try await withServer { setting in
        let server = setting.server
        try await server.deliver(
          MailArchive.patch("o", "[PATCH 1/2] words: open", after: "words_open(long w, int how)"))
        try await server.deliver(MailArchive.patch("p", "[PATCH 2/2] words: more", answering: "o", body: "No.\n"))
        try await server.deliver(MailArchive.patch("q", "Re: [PATCH 2/2] words: more", answering: "p", body: "Why?\n"))
        try await server.deliver(MailArchive.patch("r", "[PATCH v2] words: open", answering: "o"))
        let (first, second) = ("int words_open(long w, int how)", "int words_open(struct words *w)")
        for (url, after) in [("/q@x/T/#u", first), ("/o@x/", first), ("/p@x/raw", first), ("/r@x", second)] {
          let run = try await Shipped.kmend(["explain", server.url + url, "--json"])
          #expect(run.code == 0, "\(run.errors)")
          let report = try JSONDecoder().decode(ExplainReport.self, from: Data(run.output.utf8))
          #expect(report.commits.flatMap(\.changes).map(\.change.after?.text) == [after], "\(url)")
        }
        let other = try await Shipped.kmend([
          "forecast", "--change", server.url + "/r@x/", "--driver", setting.watched.driver,
        ])
        #expect(other.output.contains("own.c:5"), "\(other.errors)")
        for (url, words) in [("/none@x/", "is not there"), ("/", "names no mail")] {
          let run = try await Shipped.kmend(["explain", server.url + url])
          #expect(run.code == 65 && run.errors.contains(words), "\(run.errors)")
        }
      }
    }

    @Test func aServerThatIsAwayIsAskedAgain() async throws {
      try await withServer { setting in
        try await setting.server.deliver(MailArchive.patch("0", "[PATCH] words: what was before"))
        try await setting.once()
        setting.server.stop()
        let run = try await setting.kmend(["serve", "--once"])
        #expect(run.code == 69, "\(run.errors)")
        let status = try await setting.kmend(["status"])
        #expect(status.output.contains("manifest.js.gz: can't be read"), "\(status.output)")
      }
    }

    /// What an archive takes out of its history is no news, and what came with it is not lost.
    @Test func aPurgedArchiveGoesOn() async throws {
      try await withServer { setting in
        try await setting.server.deliver(MailArchive.patch("0", "[PATCH] words: what was before", body: "No.\n"))
        try await setting.once()
        let purged = MailArchive.patch("1", "[PATCH] words: not for all", body: "No.\n")
        try await setting.server.deliver(purged)
        try await setting.once()
        try await setting.server.purge(purged)
        try await setting.server.deliver(MailArchive.patch("2", "[PATCH] words: open"))
        try await setting.once()
        #expect(try await setting.places("<2@x>") == ["own.c:5"])
        let jobs = try await setting.kmend(["jobs", "--json"])
        #expect(!jobs.output.contains("failed"), "\(jobs.output)")
      }
    }
  }
}
