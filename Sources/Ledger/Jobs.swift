// SPDX-License-Identifier: GPL-2.0-or-later

import GRDB
import KernelModel

extension LedgerStore {
  /// Attempts that a job has, and ends of the process while it ran that it survives.
  package static let maximalAttempts = 5
  package static let maximalCrashes = 3
  /// Seconds until the second attempt; each one after it waits twice as long.
  private static let firstDelay = 30

  // MARK: By the daemon

  /// What ran when the last daemon ended waits again; what took it down too often is set aside.
  ///
  /// - Returns: the jobs that ran, as they are now.
  package func recoverJobs() async throws -> [Job] {
    try await write { db in
      let ids = try Int.fetchAll(db, sql: "SELECT id FROM job WHERE state = 'running'")
      try db.execute(
        sql: """
          UPDATE job SET crashes = crashes + 1, updated = ?1, due = ?1,
            state = CASE WHEN crashes + 1 >= ?2 THEN 'set-aside' ELSE 'waiting' END,
            problem = CASE WHEN crashes + 1 >= ?2 THEN 'the daemon ended ' || (crashes + 1) || ' times while it ran'
              ELSE problem END
          WHERE state = 'running'
          """, arguments: [now, Self.maximalCrashes])
      return try Job.fetchAll(
        db, sql: "SELECT * FROM job WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        arguments: [Self.json(ids)])
    }
  }

  /// The next job that is due, which runs from now on; those of one source in their order. Nil where there is none, or the
  /// daemon is paused.
  ///
  /// - Parameters:
  ///   - kind: only such jobs.
  ///   - others: only others.
  package func claimJob(of kind: String? = nil, besides others: String? = nil) async throws -> Job? {
    try await write { db in
      guard try String.fetchOne(db, sql: "SELECT value FROM setting WHERE name = 'paused'") == nil else { return nil }
      return try Job.fetchOne(
        db,
        sql: """
          UPDATE job SET state = 'running', attempts = attempts + 1, updated = ?1, problem = '' WHERE id =
            (SELECT id FROM job WHERE state = 'waiting' AND due <= ?1
              AND (?2 IS NULL OR kind = ?2) AND (?3 IS NULL OR kind <> ?3) AND NOT EXISTS(
              SELECT 1 FROM job AS other WHERE other.source = job.source
                AND (other.state = 'running' OR other.state = 'waiting' AND other.id < job.id))
            ORDER BY due, id LIMIT 1) RETURNING *
          """, arguments: [now, kind, others])
    }
  }

  /// Records what a running job does next, before it does it.
  package func step(_ job: Job, _ step: String) async throws {
    try await write { db in
      try db.execute(
        sql: "UPDATE job SET step = ?, updated = ? WHERE id = ?", arguments: [step, now, job.id])
    }
  }

  package func finish(_ job: Job) async throws { try await end(job, .done, "") }

  /// Records what came of a running job.
  package func conclude(_ job: Job, _ result: String) async throws {
    try await write { db in
      try db.execute(sql: "UPDATE job SET result = ?, updated = ? WHERE id = ?", arguments: [result, now, job.id])
    }
  }

  /// It can't succeed as things are.
  package func fail(_ job: Job, _ problem: String) async throws { try await end(job, .failed, problem) }

  /// It may succeed later; after the last attempt it has failed.
  package func putOff(_ job: Job, _ problem: String) async throws {
    guard job.attempts < Self.maximalAttempts else { return try await fail(job, problem) }
    let due = now + Self.firstDelay << (job.attempts - 1)
    try await write { db in
      try db.execute(
        sql: "UPDATE job SET state = 'waiting', due = ?, updated = ?, problem = ? WHERE id = ?",
        arguments: [due, now, problem, job.id])
    }
  }

  /// The daemon ends: the job goes on with the next one, and this was no attempt.
  package func giveBack(_ job: Job) async throws {
    try await write { db in
      try db.execute(
        sql: "UPDATE job SET state = 'waiting', attempts = attempts - 1, due = ?1, updated = ?1 WHERE id = ?2",
        arguments: [now, job.id])
    }
  }

  private func end(_ job: Job, _ state: Job.State, _ problem: String) async throws {
    try await write { db in
      try db.execute(
        sql: "UPDATE job SET state = ?, problem = ?, updated = ? WHERE id = ?",
        arguments: [state.rawValue, problem, now, job.id])
    }
  }

  /// Adds a job; one of the same kind and key is left as it is.
  ///
  /// - Returns: its number.
  @discardableResult
  func add(_ draft: JobDraft, _ db: Database) throws -> Int {
    try db.execute(
      sql: """
        INSERT INTO job(kind, key, source, title, input, state, due, created, updated)
        VALUES(?1, ?2, ?3, ?4, ?5, 'waiting', ?6, ?6, ?6) ON CONFLICT DO NOTHING
        """, arguments: [draft.kind, draft.key, draft.source, draft.title, draft.input, now])
    return try Int.fetchOne(
      db, sql: "SELECT id FROM job WHERE kind = ? AND key = ?", arguments: [draft.kind, draft.key]) ?? 0
  }

  /// Whether a job of a source waits or runs.
  package func hasOpenJob(about source: String) async throws -> Bool {
    try await read { db in
      try Int.fetchOne(
        db, sql: "SELECT 1 FROM job WHERE source = ? AND state IN ('waiting', 'running') LIMIT 1", arguments: [source])
        != nil
    }
  }

  package func add(_ drafts: [JobDraft]) async throws {
    try await write { db in for draft in drafts { try add(draft, db) } }
  }

  /// What was remembered under a name.
  package func remembered(_ name: String) async throws -> String? {
    try await read { db in try String.fetchOne(db, sql: "SELECT value FROM setting WHERE name = ?", arguments: [name]) }
  }

  /// Remembers something with the jobs that follow from it.
  package func remember(_ value: String, as name: String, with drafts: [JobDraft]) async throws {
    try await write { db in
      for draft in drafts { _ = try add(draft, db) }
      try db.execute(
        sql: "INSERT INTO setting(name, value) VALUES(?1, ?2) ON CONFLICT DO UPDATE SET value = ?2",
        arguments: [name, value])
    }
  }

  /// Forgets jobs that ended so many days ago; those that were set aside stay.
  ///
  /// - Returns: their numbers.
  package func forgetJobs(olderThan days: Int) async throws -> [Int] {
    try await write { db in
      try Int.fetchAll(
        db, sql: "DELETE FROM job WHERE state IN ('done', 'failed') AND updated < ? RETURNING id",
        arguments: [now - days * 86_400])
    }
  }

  // MARK: By people

  /// - Parameter limit: the newest of them.
  package func jobs(in states: [Job.State] = Job.State.allCases, limit: Int) async throws -> [Job] {
    try await read { db in
      try Job.fetchAll(
        db,
        sql: """
          SELECT * FROM job WHERE state IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT ?
          """, arguments: [Self.json(states.map(\.rawValue)), limit]
      ).reversed()
    }
  }

  /// - Throws: `Failure` (`badInput`) if there is no such job.
  package func job(_ id: Int) async throws -> Job {
    let job = try await read { db in try Job.fetchOne(db, sql: "SELECT * FROM job WHERE id = ?", arguments: [id]) }
    guard let job else { throw Failure(.badInput, "job \(id)", "there is none", remedy: "see kmend jobs") }
    return job
  }

  /// How many jobs there are in each state.
  package func jobCounts() async throws -> [Job.State: Int] {
    let rows = try await read { db in
      try Row.fetchAll(db, sql: "SELECT state, count(*) AS count FROM job GROUP BY state").map {
        ($0["state"] as String, $0["count"] as Int)
      }
    }
    return rows.reduce(into: [:]) { counts, row in Job.State(rawValue: row.0).map { counts[$0] = row.1 } }
  }

  /// Lets a job that failed or was set aside wait again, with all its attempts.
  ///
  /// - Throws: `Failure` (`badInput`) for one that does not exist, runs, waits, or is done.
  package func retry(_ id: Int) async throws {
    let job = try await job(id)
    let count = try await write { db in
      try db.execute(
        sql: """
          UPDATE job SET state = 'waiting', attempts = 0, crashes = 0, due = ?1, updated = ?1
          WHERE id = ?2 AND state IN ('failed', 'set-aside')
          """, arguments: [now, id])
      return db.changesCount
    }
    guard count == 1 else {
      throw Failure(.badInput, "job \(id)", "is \(job.state.rawValue)", remedy: "only failed ones can be tried again")
    }
  }

  // MARK: Pause

  package func isPaused() async throws -> Bool {
    try await read { db in
      try String.fetchOne(db, sql: "SELECT value FROM setting WHERE name = 'paused'") != nil
    }
  }

  /// While it is paused no job begins; those that run go on.
  package func pause(_ isPaused: Bool) async throws {
    try await write { db in
      try db.execute(
        sql: isPaused
          ? "INSERT OR IGNORE INTO setting(name, value) VALUES('paused', '1')"
          : "DELETE FROM setting WHERE name = 'paused'")
    }
  }
}
