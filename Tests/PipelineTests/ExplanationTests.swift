// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Pipeline
import TestSupport
import Testing

@Suite struct ExplanationTests {
  private func withHistory(_ body: (RuleOriginTests.History, Explanation) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let history = try RuleOriginTests.History(folder)
      let steps = Steps { _ in }
      try await body(history, Explanation(workspace: try history.workspace(), steps: steps))
    }
  }

  private func told(_ report: ExplainReport) -> [String] {
    report.commits.flatMap { commit in
      commit.changes.map { "\(commit.origin.name.subject): \($0.change.kind.rawValue) \($0.change.name)" }
    }
  }

  @Test func aCommitWithItsConversions() async throws {
    try await withHistory { history, explanation in
      let report = try await explanation.commit("v3", in: history.tree)
      #expect(told(report) == ["words: remove words_copy(): function-gone words_copy"])
      let commit = try #require(report.commits.first)
      #expect(commit.origin.author == "Test <test@example.org>")
      #expect(commit.changes[0].change.site == Site(file: "include/linux/words.h", line: 1))
      #expect(commit.changes[0].converted == 1)
      #expect(commit.changes[0].rules.first?.summary.contains("words_scopy(") == true, "\(commit.changes[0].rules)")
      let merge = try await explanation.commit("v2~1", in: history.tree)
      #expect(merge.commits.map(\.isMerge) == [true])
      #expect(told(merge).isEmpty)
      #expect(told(try await explanation.commit("c0", in: history.tree)).isEmpty)
    }
  }

  /// What a mail shows is what the commit shows.
  @Test(arguments: [false, true])
  func aPatch(hasCarriageReturns: Bool) async throws {
    try await withHistory { history, explanation in
      let patch = try history.git(["format-patch", "--stdout", "-1", "v3"])
      let path = history.folder + "/series.mbox"
      try Data((hasCarriageReturns ? patch.replacing("\n", with: "\r\n") : patch).utf8).write(
        to: URL(fileURLWithPath: path))
      let report = try await explanation.patches(path)
      #expect(told(report) == ["words: remove words_copy(): function-gone words_copy"])
      #expect(report.commits.first?.changes.first?.converted == 1)
    }
  }

  @Test func aFileWithoutADiff() async throws {
    try await withHistory { history, explanation in
      let path = history.folder + "/words"
      try Data("From: a\n\nNothing.\n".utf8).write(to: URL(fileURLWithPath: path))
      let failure = await #expect(throws: Failure.self) { try await explanation.patches(path) }
      #expect(failure?.code == .badInput && failure?.problem == "holds no diff")
    }
  }

  /// The history is read once; later only what is new.
  @Test func aSymbolsHistory() async throws {
    try await withHistory { history, explanation in
      func commits(_ symbol: String, tip: String = "main") async throws -> [String] {
        told(try await explanation.symbol(symbol, in: history.tree, tip: tip))
      }
      #expect(try await commits("words_copy", tip: "v2") == [])
      #expect(try await commits("words_copy") == ["words: remove words_copy(): function-gone words_copy"])
      #expect(try await commits("EXTRA_WORDS") == [])
      try Data("int words_scopy(char *to);\n".utf8).write(
        to: URL(fileURLWithPath: history.tree + "/include/linux/words.h"))
      try history.git(["commit", "-q", "-a", "-m", "words: fewer arguments"])
      #expect(try await commits("words_scopy") == ["words: fewer arguments: arguments words_scopy"])
      #expect(try await commits("linux/words.h") == [])
    }
  }
}
