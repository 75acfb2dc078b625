// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Ledger
import TestSupport
import Testing

/// What a daemon makes of a mailing list.
@Suite struct ListTests {
  private func withList(_ body: (WatchedTree, MailArchive) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let watched = try WatchedTree(folder)
      let archive = try MailArchive(watched)
      _ = try await watched.control().subscribe(watched.driver, lines: [], keep: [], compat: nil)
      try await watched.once()
      try await body(watched, archive)
    }
  }
  private static let title = "words: words_open() needs no how"
  private static let proposed = ["\(title): [\"arguments\"] [\"inbox\"]", "\(title) breaks own.c:5 likely"]
  private static let gone = ["\(title): [\"arguments\"] [\"inbox withdrawn\"]"]

  private func state(_ watched: WatchedTree, _ id: String) async throws -> LedgerSeries.State? {
    let ledger = try LedgerStore(watched.state + "/ledger.sqlite", creating: false)
    return try await ledger.series("<\(id)@x>")?.state
  }

  @Test func aPostedPatchIsHeldAgainstTheDrivers() async throws {
    try await withList { watched, archive in
      #expect(try await watched.told() == [])
      try archive.add(MailArchive.patch("1"))
      try archive.add(MailArchive.patch("2", "Re: [PATCH] words: words_open() needs no how", answering: "1"))
      try archive.add(MailArchive.patch("3", "words: no patch"))
      try await watched.once()
      #expect(try await watched.told() == Self.proposed)
      try await watched.once()
      #expect(try await watched.told() == Self.proposed)
    }
  }

  /// What the first patch takes away the second one brings again, whichever comes first.
  @Test(arguments: [["0", "1", "2"], ["2", "1", "0"], ["1", "2"]])
  func aSeriesIsReadAsAWhole(order: [String]) async throws {
    try await withList { watched, archive in
      let mails = [
        "0": MailArchive.patch("0", "[PATCH v3 0/2] words", body: "What it is about.\n"),
        "1": MailArchive.patch("1", "[PATCH v3 1/2] words: one", answering: "0"),
        "2": MailArchive.patch(
          "2", "[PATCH v3 2/2] words: two", answering: "0",
          body: "---\ndiff --git a/include/linux/more.h b/include/linux/more.h\n--- a/include/linux/more.h\n"
            + "+++ b/include/linux/more.h\n@@ -8,3 +8,2 @@\n #define MORE 1\n-void words_more(struct words *w);\n \n"),
      ]
      for number in order { try archive.add(try #require(mails[number])) }
      try await watched.once()
      let told = try await watched.told()
      let title = order.contains("0") ? "words" : "words: one"
      #expect(told.first == "\(title): [\"function-gone\", \"arguments\"] [\"inbox\"]")
      #expect(told.count == 2)
    }
  }

  @Test func aLaterVersionTakesThePlace() async throws {
    try await withList { watched, archive in
      try archive.add(MailArchive.patch("1"))
      try archive.add(
        MailArchive.patch("2", "[PATCH v2] \(Self.title)", after: "words_open(struct words *w, long how)"))
      try await watched.once()
      #expect(try await state(watched, "1") == .superseded)
      #expect(try await state(watched, "2") == .proposed)
      #expect(try await watched.told().filter { $0.contains("breaks") } == ["\(Self.title) breaks own.c:5 possible"])
    }
  }

  @Test func theSameOnceMoreIsNotTwice() async throws {
    try await withList { watched, archive in
      for id in ["1", "2"] {
        try archive.add(MailArchive.patch("\(id)a", "[PATCH 1/2] \(Self.title)"))
        try archive.add(
          MailArchive.patch("\(id)b", "[PATCH 2/2] words: other", answering: "\(id)a", body: "Nothing.\n"))
      }
      try await watched.once()
      #expect(try await state(watched, "1b") == .superseded)
      #expect(try await state(watched, "2b") == .proposed)
      #expect(try await watched.told().filter { $0.contains("breaks") }.count == 1)
    }
  }

  @Test func whatATreeHasIsNoProposalAnyMore() async throws {
    try await withList { watched, archive in
      try archive.add(MailArchive.patch("1"))
      try await watched.once()
      try watched.dropArgument()
      try await watched.once()
      #expect(try await state(watched, "1") == .merged)
      #expect(
        try await watched.told() == [
          "\(Self.title): [\"arguments\"] [\"inbox withdrawn\"]", "\(Self.title): [\"arguments\"] [\"tree\"]",
          "\(Self.title) breaks own.c:5 likely",
        ])
    }
  }

  @Test func aMailInTwoListsIsOne() async throws {
    try await withList { watched, archive in
      let other = try MailArchive(watched, "other")
      for archive in [archive, other] { try archive.add(MailArchive.patch("1")) }
      try await watched.once()
      #expect(
        try await watched.told() == [
          "\(Self.title): [\"arguments\"] [\"inbox\", \"other\"]", "\(Self.title) breaks own.c:5 likely",
        ])
      // One archive drops it, the other one has it.
      try archive.add(MailArchive.patch("1"), as: "d")
      try await watched.once()
      #expect(
        try await watched.told() == [
          "\(Self.title): [\"arguments\"] [\"other\"]", "\(Self.title) breaks own.c:5 likely",
        ])
    }
  }

  @Test func whatTheArchiveDropsIsWithdrawn() async throws {
    try await withList { watched, archive in
      try archive.add(MailArchive.patch("1"))
      try await watched.once()
      try archive.add(MailArchive.patch("1"), as: "d")
      try await watched.once()
      #expect(try await watched.told() == [])
      #expect(try await state(watched, "1") == .withdrawn)
      // It comes again, and goes and comes at once.
      try archive.add(MailArchive.patch("1"))
      try await watched.once()
      #expect(try await watched.told() == Self.proposed)
      try archive.add(MailArchive.patch("1"), as: "d")
      try archive.add(MailArchive.patch("1"))
      try await watched.once()
      #expect(try await watched.told() == Self.proposed)
    }
  }

  @Test func aRewrittenHistoryIsReadOn() async throws {
    try await withList { watched, archive in
      try archive.add(MailArchive.patch("1"))
      try await watched.once()
      try archive.rewrite()
      try archive.add(MailArchive.patch("2", "[PATCH] words: other", after: "words_open(long w, int how)"))
      try await watched.once()
      #expect(try await watched.told().filter { $0.contains("[\"inbox\"]") }.count == 2)
    }
  }

  /// Whoever names another's mail takes neither its place nor its series.
  @Test func aSeriesIsItsAuthors() async throws {
    try await withList { watched, archive in
      let other = { (id: String, subject: String, answering: String?) in
        MailArchive.patch(id, subject, answering: answering, body: "Nothing.\n")
          .replacing("author@example.com", with: "other@example.com")
      }
      try archive.add(other("e", "[PATCH 1/2] other", "0"))
      try archive.add(MailArchive.patch("0", "[PATCH 0/2] words", body: "What it is about.\n"))
      try archive.add(other("f", "[PATCH 2/2] other", "0"))
      try archive.add(MailArchive.patch("1", "[PATCH 1/2] words: one", answering: "0"))
      try archive.add(MailArchive.patch("2", "[PATCH 2/2] words: two", answering: "0", body: "Nothing.\n"))
      try archive.add(MailArchive.patch("0", "[PATCH 0/2] words", body: "The same once more.\n"))
      try await watched.once()
      #expect(try await watched.told() == ["words: [\"arguments\"] [\"inbox\"]", "words breaks own.c:5 likely"])
    }
  }

  /// Mails that nobody should have sent: those behind them are read.
  @Test func whatIsBrokenStopsNothing() async throws {
    let good = Array(MailArchive.patch("good").utf8)
    let hostile: [[UInt8]] = [
      [], [0, 1, 2, 0], Array("Subject: [PATCH] x\n".utf8), Array("\n\n\n".utf8),
      Array(MailArchive.patch("h1", "[PATCH 7/3] x").utf8),
      Array(MailArchive.patch("h2", "[PATCH v99999999999 1/1] x").utf8),
      Array(MailArchive.patch("h3", header: "Content-Type: text/plain; charset=\"no-such\"\n").utf8),
      Array(MailArchive.patch("h4", header: "X-Long: \(String(repeating: "x", count: 2 << 20))\n").utf8),
      Array(MailArchive.patch("h5", header: "References: \(String(repeating: "<a@b> ", count: 100_000))\n").utf8),
      Array(
        MailArchive.patch(
          "h6", body: "---\ndiff --git a/../../x b/../../x\n--- a/../../x\n+++ b/../../x\n@@ -1 +1 @@\n-a\n+b\n"
        ).utf8),
      Array(
        MailArchive.patch(
          "h7", body: "---\n--- a/include/linux/words.h\n+++ b/include/linux/words.h\n@@ -1,9999999 +1 @@\n-a\n"
        ).utf8),
      Array(
        MailArchive.patch(
          "h8", header: "Content-Type: multipart/mixed; boundary=\"b\"\n",
          body: String(repeating: "--b\nContent-Type: multipart/mixed; boundary=\"b\"\n\n", count: 5000)
        ).utf8),
      good.map { $0 == 0x20 ? 0 : $0 }, good + [0xFF, 0xFE, 0],
    ]
    try await withList { watched, archive in
      for mail in hostile { try archive.add(mail) }
      try archive.add(MailArchive.patch("last", "[PATCH] words: the last one"))
      try await watched.once()
      let told = try await watched.told()
      #expect(told.contains("words: the last one breaks own.c:5 likely"))
      #expect(!told.contains { $0.hasPrefix("job") })
    }
  }

  /// An attached patch, and one whose line ends are those of the wire.
  @Test(arguments: [false, true]) func attachedPatchesAreRead(isWire: Bool) async throws {
    try await withList { watched, archive in
      let plain = MailArchive.patch("1").components(separatedBy: "\n\n").dropFirst().joined(separator: "\n\n")
      let body =
        "This is MIME.\n--xyz\nContent-Type: text/plain; charset=utf-8\n\nSee the patch.\n--xyz\n"
        + "Content-Type: text/html\n\n<p>See the patch.\n--xyz\nContent-Type: text/x-patch; name=\"a.patch\"\n"
        + "Content-Transfer-Encoding: base64\n\n\(Data(plain.utf8).base64EncodedString())\n--xyz--\n"
      let mail = MailArchive.patch(
        "1", header: "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"xyz\"\n", body: body)
      try archive.add(isWire ? mail.replacing("\n", with: "\r\n") : mail)
      try await watched.once()
      #expect(try await watched.told() == Self.proposed)
    }
  }
}
