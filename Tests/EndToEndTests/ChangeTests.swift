// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import Pipeline
import TestSupport
import Testing

/// API changes and forecasts, as a user asks for them.
extension EndToEnd {
  @Suite struct ChangeTests {
    private static let patch = """
      From: A Maintainer <a@example.org>
      Date: Sat, 21 Nov 2026 10:00:00 +0000
      Subject: [PATCH] words: let words_copy() say how
      Message-ID: <1@example.org>

      Callers have to know.

      ---
      diff --git a/include/linux/words.h b/include/linux/words.h
      --- a/include/linux/words.h
      +++ b/include/linux/words.h
      @@ -10,3 +10,3 @@ struct words {
       /* Copies. */
      -int words_copy(char *to, const char *from);
      +int words_copy(char *to, const char *from, int how);
       
      diff --git a/drivers/words/a.c b/drivers/words/a.c
      --- a/drivers/words/a.c
      +++ b/drivers/words/a.c
      @@ -5,3 +5,3 @@ static int a(char *to)
       {
      -	return words_copy(to, "a");
      +	return words_copy(to, "a", 0);
       }

      """
    private static let driver = "#include <linux/words.h>\n\nint b(char *to)\n{\n\treturn words_copy(to, \"b\");\n}\n"

    private func withPatch(_ body: (String, String) async throws -> Void) async throws {
      try await withTemporaryFolder { folder in
        let (patch, driver) = ("\(folder)/words.patch", "\(folder)/words-1.0")
        try FileManager.default.createDirectory(atPath: driver, withIntermediateDirectories: true)
        try Data(Self.patch.utf8).write(to: URL(fileURLWithPath: patch))
        try Data(Self.driver.utf8).write(to: URL(fileURLWithPath: driver + "/b.c"))
        try Data("obj-m := b.o\n".utf8).write(to: URL(fileURLWithPath: driver + "/Makefile"))
        try await body(patch, driver)
      }
    }

    @Test func explainsAPatch() async throws {
      try await withPatch { patch, _ in
        let run = try await Shipped.kmend(["explain", patch])
        #expect(run.code == 0, "\(run.errors)")
        let expected = """
          <1@example.org> ("words: let words_copy() say how")
            A Maintainer <a@example.org>, 2026-11-21

            arguments  words_copy  include/linux/words.h:11
              - int words_copy(char *to, const char *from)
              + int words_copy(char *to, const char *from, int how)
              converted with it: 1 in-tree file
                `words_copy(E0, E1)` → `words_copy(E0, E1, 0)`  (1)

          """
        #expect(run.output == expected)
      }
    }

    @Test func forecastsWhatAPatchBreaks() async throws {
      try await withPatch { patch, driver in
        let run = try await Shipped.kmend(["forecast", "--change", patch, "--driver", driver, "--json"])
        #expect(run.code == 0, "\(run.errors)")
        let report = try JSONDecoder().decode(ForecastReport.self, from: Data(run.output.utf8))
        #expect(
          report.entries.map { "\($0.driver) \($0.file):\($0.line) \($0.symbol) \($0.kind.rawValue) \($0.certainty)" }
            == ["words b.c:5 words_copy arguments likely"])
        #expect(report.entries.first?.change.origin?.name.id == "<1@example.org>")
      }
    }

    /// Every place that the compiler complains about is told beforehand.
    @Test func forecastsBetweenKernels() async throws {
      let driver = "debian:v4l2loopback-dkms=0.12.7-2"
      let run = try await Shipped.kmend(
        ["forecast", "--driver", driver, "--from", "6.1", "--to", "6.12", "--likely", "--json"])
      #expect(run.code == 0, "\(run.errors)")
      let report = try JSONDecoder().decode(ForecastReport.self, from: Data(run.output.utf8))
      let diagnosis = try await Shipped.kmend(["diagnose", driver, "--from", "6.1", "--to", "6.12", "--json"])
      let found = try JSONDecoder().decode(DiagnosisReport.self, from: Data(diagnosis.output.utf8))
      #expect(!found.breaks.isEmpty)
      #expect(Set(report.entries.map(\.line)) == Set(found.breaks.map(\.line)))
    }

    @Test(arguments: [
      (["explain", "nothing", "--tree", "/nonexistent"], 69, "/nonexistent"),
      (["explain", "no_such_file"], 64, "--tree"),
      (["forecast", "--driver", "x"], 64, "--change"), (["forecast", "--change", "v1"], 64, "--tree"),
    ])
    func badQuestions(arguments: [String], code: Int32, says: String) async throws {
      let run = try await Shipped.kmend(arguments)
      #expect(run.code == code && run.errors.contains(says), "\(run.errors)")
    }
  }
}
