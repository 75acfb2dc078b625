// SPDX-License-Identifier: GPL-2.0-or-later

import GRDB
import KernelModel
import Ledger
import Synchronization
import TestSupport
import Testing

/// The states of jobs in the ledger.
@Suite struct JobTests {
  private final class Clock: Sendable {
    private let seconds = Mutex(1_000_000)
    var now: Int { seconds.withLock { $0 } }
    func advance(_ by: Int) { seconds.withLock { $0 += by } }
  }

  private func withLedger(_ body: (LedgerStore, Clock) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let clock = Clock()
      try await body(
        try LedgerStore(folder + "/ledger.sqlite", creating: true, in: .init(clock: { clock.now })), clock)
    }
  }

  private func draft(_ key: String) -> JobDraft {
    JobDraft(kind: "test", key: key, source: key, title: key, input: "{}")
  }

  @Test func oneKeyIsOneJob() async throws {
    try await withLedger { ledger, _ in
      try await ledger.add([draft("a"), draft("b"), draft("a")])
      #expect(try await ledger.claimJob()?.key == "a")
      #expect(try await ledger.claimJob()?.key == "b")
      #expect(try await ledger.claimJob() == nil)
      #expect(try await ledger.jobCounts() == [.running: 2])
    }
  }

  @Test func jobsOfOneSourceAreInOrder() async throws {
    try await withLedger { ledger, clock in
      let drafts = ["a1", "b1", "a2"].map { key in
        JobDraft(kind: "test", key: key, source: String(key.prefix(1)), title: key, input: "{}")
      }
      try await ledger.add(drafts)
      let first = try #require(try await ledger.claimJob())
      #expect(first.key == "a1")
      #expect(try await ledger.claimJob()?.key == "b1")
      #expect(try await ledger.claimJob() == nil)
      // Put off, it goes first all the same.
      try await ledger.putOff(first, "no network")
      #expect(try await ledger.claimJob() == nil)
      clock.advance(30)
      let again = try #require(try await ledger.claimJob())
      #expect(again.key == "a1")
      try await ledger.finish(again)
      #expect(try await ledger.claimJob()?.key == "a2")
    }
  }

  @Test func whatFailsIsTriedLaterAndLater() async throws {
    try await withLedger { ledger, clock in
      try await ledger.add([draft("a")])
      var waits: [Int] = []
      while let job = try await ledger.claimJob() {
        try await ledger.putOff(job, "no network")
        let now = try await ledger.job(job.id)
        guard now.state == .waiting else { break }
        #expect(try await ledger.claimJob() == nil)
        waits.append(now.due - clock.now)
        clock.advance(now.due - clock.now)
      }
      #expect(waits == [30, 60, 120, 240])
      let job = try await ledger.job(1)
      #expect((job.state, job.problem, job.attempts) == (.failed, "no network", 5))
      try await ledger.retry(1)
      #expect(try await ledger.claimJob()?.attempts == 1)
      await #expect(throws: Failure.self) { try await ledger.retry(1) }
      await #expect(throws: Failure.self) { try await ledger.retry(2) }
    }
  }

  @Test func whatTakesTheDaemonDownIsSetAside() async throws {
    try await withLedger { ledger, _ in
      try await ledger.add([draft("bad"), draft("good")])
      for crash in 1...3 {
        let job = try #require(try await ledger.claimJob())
        #expect(job.key == "bad")
        try await ledger.step(job, "step \(crash)")
        let found = try await ledger.recoverJobs()
        #expect(found.map(\.state) == [crash < 3 ? .waiting : .setAside])
        #expect(found.map(\.step) == ["step \(crash)"])
      }
      #expect(try await ledger.claimJob()?.key == "good")
      #expect(try await ledger.job(1).problem == "the daemon ended 3 times while it ran")
      try await ledger.retry(1)
      #expect(try await ledger.claimJob()?.crashes == 0)
    }
  }

  @Test func anInterruptionIsNoAttempt() async throws {
    try await withLedger { ledger, _ in
      try await ledger.add([draft("a")])
      for _ in 0..<10 { try await ledger.giveBack(try #require(try await ledger.claimJob())) }
      #expect(try await ledger.claimJob()?.attempts == 1)
    }
  }

  @Test func pausedNothingBegins() async throws {
    try await withLedger { ledger, _ in
      try await ledger.add([draft("a")])
      try await ledger.pause(true)
      try await ledger.pause(true)
      #expect(try await ledger.claimJob() == nil)
      try await ledger.pause(false)
      #expect(try await ledger.claimJob() != nil)
    }
  }

  @Test func oldJobsAreForgotten() async throws {
    try await withLedger { ledger, clock in
      try await ledger.add(["done", "failed", "aside", "waiting"].map(draft))
      try await ledger.finish(try #require(try await ledger.claimJob()))
      try await ledger.fail(try #require(try await ledger.claimJob()), "no")
      for _ in 0..<3 {
        _ = try await ledger.claimJob()
        _ = try await ledger.recoverJobs()
      }
      clock.advance(40 * 86_400)
      #expect(try await ledger.forgetJobs(olderThan: 30) == [1, 2])
      #expect(try await ledger.jobs(limit: 10).map(\.title) == ["aside", "waiting"])
    }
  }

  @Test func anotherKmendsLedgerIsRefused() async throws {
    try await withTemporaryFolder { folder in
      #expect(throws: Failure.self) { _ = try LedgerStore(folder + "/none/ledger.sqlite", creating: false) }
      let path = folder + "/ledger.sqlite"
      do {
        _ = try LedgerStore(path, creating: true)
        let database = try DatabaseQueue(path: path)
        try await database.write { db in
          try db.execute(sql: "INSERT INTO grdb_migrations(identifier) VALUES('999')")
        }
      }
      let failure = #expect(throws: Failure.self) { _ = try LedgerStore(path, creating: true) }
      #expect(failure?.problem == "was written by a newer kmend")
    }
  }
}
