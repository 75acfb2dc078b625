// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import Pipeline
import TestSupport
import Testing

/// Subscribed drivers and watched lists, as people ask for them.
extension EndToEnd {
  @Suite struct SubscriptionTests {
    private func withList(_ body: (WatchedTree, @Sendable ([String]) async throws -> Shipped.Run) async throws -> Void)
      async throws
    {
      try await withTemporaryFolder { folder in
        let watched = try WatchedTree(folder)
        let archive = try MailArchive(watched)
        try archive.add(MailArchive.patch("1"))
        let options = ["--config", watched.configuration]
        try await body(watched) {
          try await Shipped.kmend($0 + options, environment: ["KMEND_CACHE": folder + "/cache"])
        }
      }
    }

    @Test func aPostedSeriesIsForecast() async throws {
      try await withList { watched, kmend in
        #expect(try await kmend(["forecast", "--change", "<1@x>"]).code == 69)
        #expect(try await kmend(["subscribe", watched.driver]).output == "subscription 1\n")
        let again = try await kmend(["subscribe", watched.driver])
        #expect(again.code == 65 && again.errors.contains("is subscribed already"))
        let once = try await kmend(["serve", "--once"])
        #expect(once.code == 0, "\(once.errors)")
        let run = try await kmend(["forecast", "--change", "<1@x>", "--json"])
        let report = try JSONDecoder().decode(ForecastReport.self, from: Data(run.output.utf8))
        #expect(
          report.entries.map { "\($0.driver) \($0.file):\($0.line) \($0.symbol)" } == ["driver own.c:5 words_open"])
        #expect(report.entries.first?.change.origin?.author == "author@example.com")
        // A file says the same.
        let mail = watched.folder + "/1.eml"
        try watched.write(mail, MailArchive.patch("1"))
        let other = try await kmend(["forecast", "--change", mail, "--json"])
        #expect(try JSONDecoder().decode(ForecastReport.self, from: Data(other.output.utf8)).entries.map(\.line) == [5])
        let explained = try await kmend(["explain", mail])
        #expect(explained.output.contains("breaks  driver own.c:5  words_open()"), "\(explained.output)")
        let sarif = try await kmend(["forecast", "--change", mail, "--sarif"])
        let log = try #require(
          try JSONSerialization.jsonObject(with: Data(sarif.output.utf8)) as? [String: Any])
        let runs = try #require(log["runs"] as? [[String: Any]])
        let results = try #require(runs.first?["results"] as? [[String: Any]])
        #expect(log["version"] as? String == "2.1.0")
        #expect(results.map { $0["ruleId"] as? String } == ["arguments"])
        #expect(results.map { $0["level"] as? String } == ["warning"])
        #expect(try await kmend(["unsubscribe", "1"]).code == 0)
        let none = try await kmend(["forecast", "--change", mail])
        #expect(none.output.contains("no subscribed driver uses what changes"))
      }
    }

    @Test func jobsAreToldOf() async throws {
      try await withList { watched, kmend in
        let path = watched.folder + "/gone"
        try FileManager.default.copyItem(atPath: watched.driver, toPath: path)
        #expect(try await kmend(["subscribe", path]).code == 0)
        try FileManager.default.removeItem(atPath: path)
        #expect(try await kmend(["pause"]).code == 0)
        #expect(try await kmend(["serve", "--once"]).code == 0)
        let waiting = try await kmend(["status"])
        #expect(waiting.output.contains("2 waiting") && waiting.output.contains("kmend resume"))
        #expect(try await kmend(["resume"]).code == 0)
        #expect(try await kmend(["serve", "--once"]).code == 0)
        let jobs = try await kmend(["jobs"])
        #expect(jobs.output.contains("no such driver"))
        #expect(try await kmend(["log", "1"]).output.contains("failed: \(path): no such driver"))
        #expect(try await kmend(["log", "99"]).code == 65)
        try FileManager.default.copyItem(atPath: watched.driver, toPath: path)
        #expect(try await kmend(["retry", "1"]).code == 0)
        #expect(try await kmend(["retry", "1"]).code == 65)
        #expect(try await kmend(["serve", "--once"]).code == 0)
        #expect(try await kmend(["status"]).output.contains("0 waiting, 0 running, 2 done, 0 failed"))
      }
    }
  }
}
