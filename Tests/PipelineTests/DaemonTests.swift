// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Ledger
import Synchronization
import TestSupport
import Testing

/// What a daemon makes of pushes.
@Suite struct DaemonTests {
  private func withTree(
    _ trees: [String] = ["tree"], _ body: (WatchedTree) async throws -> Void
  ) async throws {
    try await withTemporaryFolder { folder in
      let watched = try WatchedTree(folder, trees: trees)
      _ = try await watched.control().subscribe(watched.driver, lines: [], keep: [], compat: nil)
      try await watched.once()
      try await body(watched)
    }
  }
  private static let dropped = "words: words_open() needs no how: [\"arguments\"]"
  private static let breaks = "words: words_open() needs no how breaks own.c:5 likely"

  @Test func aPushIsHeldAgainstTheDrivers() async throws {
    try await withTree { watched in
      #expect(try await watched.told() == [])
      try watched.dropArgument()
      try await watched.once()
      #expect(try await watched.told() == ["\(Self.dropped) [\"tree\"]", Self.breaks])
      // Nothing moved: nothing is done.
      try await watched.once()
      #expect(try await watched.told() == ["\(Self.dropped) [\"tree\"]", Self.breaks])
      // A driver that is subscribed later is held against what was seen.
      _ = try await watched.control().unsubscribe(watched.driver)
      #expect(try await watched.told() == ["\(Self.dropped) [\"tree\"]"])
      _ = try await watched.control().subscribe(watched.driver, lines: ["tree"], keep: [], compat: nil)
      try await watched.once()
      #expect(try await watched.told() == ["\(Self.dropped) [\"tree\"]", Self.breaks])
    }
  }

  @Test func whatADriverDoesNowCounts() async throws {
    try await withTree { watched in
      try watched.dropArgument()
      try await watched.once()
      try watched.write("\(watched.driver)/own.c", WatchedTree.caller("words_open(w)"))
      try watched.commit("own: follow the kernel", in: "driver")
      try await watched.once()
      #expect(try await watched.told() == ["\(Self.dropped) [\"tree\"]"])
    }
  }

  @Test func aNewBranchDoesNotTellHistoryAgain() async throws {
    try await withTree { watched in
      try watched.git(["branch", "topic"], in: watched.tree)
      try await watched.once()
      #expect(try await watched.told() == [])
      try watched.git(["checkout", "-q", "topic"], in: watched.tree)
      try watched.dropArgument()
      try await watched.once()
      let told = try await watched.told()
      #expect(told == ["\(Self.dropped) [\"tree\"]", Self.breaks])
      // Merged, it is the same commit; the merge itself changes nothing.
      try watched.git(["checkout", "-q", "main"], in: watched.tree)
      try watched.git(["merge", "-q", "--no-ff", "-m", "merge topic", "topic"], in: watched.tree)
      try await watched.once()
      #expect(try await watched.told() == told)
      try watched.git(["branch", "-D", "topic"], in: watched.tree)
      try await watched.once()
      #expect(try await watched.told() == told)
    }
  }

  @Test func aRenamedBranchIsNoNews() async throws {
    try await withTemporaryFolder { folder in
      let watched = try WatchedTree(folder)
      try watched.dropArgument()
      try await watched.once()
      for name in [["-m", "main", "trunk"], ["-m", "trunk", "main"]] {
        try watched.git(["branch"] + name, in: watched.tree)
        try await watched.once()
      }
      // Gone for one look.
      let tip = try watched.git(["rev-parse", "HEAD"], in: watched.tree)
      try watched.git(["update-ref", "-d", "refs/heads/main"], in: watched.tree)
      try await watched.once()
      try watched.git(["update-ref", "refs/heads/main", tip], in: watched.tree)
      try await watched.once()
      #expect(try await watched.told() == [])
    }
  }

  /// As `git push origin v2` before `git push origin main`, and two releases at once.
  @Test func aTagMayComeBeforeItsBranch() async throws {
    try await withTree { watched in
      try watched.git(["checkout", "-q", "--detach"], in: watched.tree)
      try watched.dropArgument()
      try watched.git(["tag", "v2"], in: watched.tree)
      try watched.git(["tag", "vfs-1"], in: watched.tree)
      try await watched.once()
      try watched.git(["branch", "-f", "main", "HEAD"], in: watched.tree)
      try await watched.once()
      #expect(try await watched.told() == ["\(Self.dropped) [\"tree v2\"]", Self.breaks])
    }
  }

  @Test func aForcePushWithdrawsWhatItDrops() async throws {
    try await withTree { watched in
      try watched.dropArgument()
      try await watched.once()
      try watched.git(["branch", "kept"], in: watched.tree)
      try watched.git(["reset", "-q", "--hard", "HEAD~1"], in: watched.tree)
      try await watched.once()
      // Another branch has it.
      #expect(try await watched.told().count == 2)
      try watched.git(["branch", "-D", "kept"], in: watched.tree)
      try await watched.once()
      #expect(try await watched.told() == ["\(Self.dropped) [\"tree withdrawn\"]"])
      try watched.git(["reset", "-q", "--hard", "HEAD@{1}"], in: watched.tree)
      try await watched.once()
      #expect(try await watched.told() == ["\(Self.dropped) [\"tree\"]", Self.breaks])
    }
  }

  @Test func onePatchInTwoTreesIsOneChange() async throws {
    try await withTree(["tree", "stable"]) { watched in
      try watched.dropArgument()
      let id = try watched.git(["rev-parse", "HEAD"], in: watched.tree)
      try await watched.once()
      // The same lines.
      try watched.dropArgument(in: "stable")
      try await watched.once()
      #expect(try await watched.told() == ["\(Self.dropped) [\"stable\", \"tree\"]", Self.breaks])
      // Other lines, and it says what it is a copy of.
      try watched.git(["reset", "-q", "--hard", "HEAD~1"], in: watched.folder + "/stable")
      let path = "\(watched.folder)/stable/include/linux/words.h"
      try watched.write(path, "/* Words. */\n" + WatchedTree.header("words_open(struct words *w)"))
      try watched.commit("words: words_open() needs no how\n\ncommit \(id) upstream.\n\nBackported.", in: "stable")
      try await watched.once()
      #expect(
        try await watched.told() == ["\(Self.dropped) [\"stable\", \"stable withdrawn\", \"tree\"]", Self.breaks])
      // It says so, and changes something else.
      try watched.write(path, WatchedTree.header("words_open(struct words *w)", "words_close(long w)"))
      try watched.commit("words: words_close()\n\n[ Upstream commit \(id) ]", in: "stable")
      try await watched.once()
      #expect(try await watched.told().contains("words: words_close(): [\"arguments\"] [\"stable\"]"))
    }
  }

  @Test func aReleaseHasWhatWasOnItsWay() async throws {
    try await withTree { watched in
      try watched.dropArgument()
      try await watched.once()
      try watched.git(["tag", "v2"], in: watched.tree)
      try watched.commit("later")
      try await watched.once()
      #expect(try await watched.told().first == "\(Self.dropped) [\"tree v2\"]")
    }
  }

  @Test func aTreeThatVanishesStopsNothing() async throws {
    try await withTree(["tree", "stable"]) { watched in
      try FileManager.default.moveItem(atPath: watched.folder + "/stable", toPath: watched.folder + "/away")
      try watched.dropArgument()
      await #expect(throws: Failure.self) { try await watched.once() }
      #expect(try await watched.told().count == 2)
      let status = try await watched.control().status()
      #expect(status.trees.map { $0.problem == nil } == [true, false])
      try FileManager.default.moveItem(atPath: watched.folder + "/away", toPath: watched.folder + "/stable")
      try watched.dropArgument(in: "stable")
      try await watched.once()
      #expect(try await watched.told() == ["\(Self.dropped) [\"stable\", \"tree\"]", Self.breaks])
      #expect(try await watched.control().status().trees.allSatisfy { $0.problem == nil })
    }
  }

  @Test func objectsOfSHA256AreRefused() async throws {
    try await withTree { watched in
      try FileManager.default.removeItem(atPath: watched.tree)
      try watched.git(["init", "-q", "--object-format=sha256", watched.tree], in: watched.folder)
      let failure = await #expect(throws: Failure.self) { try await watched.once() }
      #expect(failure?.subject == "tree")
      #expect(failure?.detail.contains("names its objects by SHA-256, which libgit2 can't read") ?? false)
    }
  }

  @Test func onlyOneDaemonHasALedger() async throws {
    try await withTree { watched in
      let file = open(watched.state + "/lock", O_RDWR)
      defer { close(file) }
      #expect(flock(file, LOCK_EX | LOCK_NB) == 0)
      let failure = await #expect(throws: Failure.self) { try await watched.once() }
      #expect(failure?.problem == "another kmend serve is at work there")
    }
  }

  // MARK: Faults

  private struct Fault: Error {}

  /// Each change of the ledger in its turn fails, before it is made or after it: the next look does what was not done, and
  /// nothing twice.
  @Test func theLedgerFailsAtEachStep() async throws {
    let count = Mutex(0)
    let expected = try await outcome { _ in .init(probe: { count.withLock { $0 += 1 } }) }
    let steps = count.withLock { $0 }
    #expect(expected.count == 4)
    #expect(steps > 30)
    print("the ledger fails at each of \(steps) steps")
    for step in 1...steps {
      let passed = Mutex(0)
      let told = try await outcome { isFaulty in
        .init(
          clock: { Int(Date().timeIntervalSince1970) + (isFaulty ? 0 : 1_000_000) },
          probe: {
            let number = passed.withLock { number in
              number += 1
              return number
            }
            if isFaulty, number == step { throw Fault() }
          })
      }
      #expect(told == expected, "step \(step) of \(steps)")
    }
  }

  /// A push and a mail, looked at with faults, and then without.
  private func outcome(_ surroundings: (Bool) -> LedgerStore.Surroundings) async throws -> [String] {
    try await withTemporaryFolder { folder in
      let watched = try WatchedTree(folder)
      _ = try await watched.control().subscribe(watched.driver, lines: [], keep: [], compat: nil)
      try await watched.once()
      try watched.dropArgument()
      let archive = try MailArchive(watched)
      try archive.add(MailArchive.patch("1", "[PATCH] words: another one"))
      try? await watched.once(in: surroundings(true))
      try await watched.once(in: surroundings(false))
      return try await watched.told()
    }
  }
}
