// SPDX-License-Identifier: GPL-2.0-or-later

import CMalloc
import Foundation
import KernelModel
import Ledger
import Logging
import ServiceLifecycle
import Settings

/// Does jobs, one after the other, until the daemon ends.
struct JobWorker: Service {
  /// Between two looks for a job, where none is due.
  private static let pause = Duration.milliseconds(200)
  let workspace: Workspace
  let ledger: LedgerStore
  let settings: CurrentSettings
  let logger: Logger
  /// It does what takes minutes, so that nothing else waits for it.
  var isForDrafts = false

  func run() async throws {
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      do {
        let kind = DraftedSeries.kind
        if let job = try await isForDrafts ? ledger.claimJob(of: kind) : ledger.claimJob(besides: kind) {
          await perform(job)
          // What one large commit took is not needed by a daemon that waits.
          malloc_trim(0)
          continue
        }
      } catch {
        logger.error("the ledger can't be used", metadata: ["reason": "\(error)"])
      }
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.pause) }
    }
  }

  /// Does the jobs that are due, and those that follow, and then ends.
  func runAll() async throws {
    while let job = try await ledger.claimJob() { await perform(job) }
  }

  /// What goes wrong is the job's, never the worker's.
  private func perform(_ job: Job) async {
    let log = JobLog(folder: await settings.value.logs, job: job.id)
    log.add("\(job.kind) \(job.title), attempt \(job.attempts)")
    do {
      do {
        try await cancelWhenGracefulShutdown { try await work(job, log) }
        try await ledger.finish(job)
        log.add("done")
      } catch is CancellationError {
        // This task may be cancelled: the record must be made all the same.
        try await Task.detached { [ledger] in try await ledger.giveBack(job) }.value
        log.add("interrupted, goes on later")
      } catch let failure as Failure where failure.code == .badInput || failure.code == .usage {
        log.add("failed: \(failure)")
        try await ledger.fail(job, "\(failure)")
      } catch {
        log.add("put off: \(error)")
        try await ledger.putOff(job, "\(error)")
      }
    } catch {
      // It still runs, as far as the ledger knows: the next daemon takes it up.
      logger.error("the end of a job can't be recorded", metadata: ["job": "\(job.id)", "reason": "\(error)"])
    }
  }

  private func work(_ job: Job, _ log: JobLog) async throws {
    let configuration = await settings.value
    let say: @Sendable (String) -> Void = { log.add($0) }
    switch job.kind {
    case Push.kind:
      try await PushReading(workspace: workspace, ledger: ledger, configuration: configuration).run(job, say: say)
    case IndexedDriver.kind:
      try await IndexedDriver(workspace: workspace, ledger: ledger).run(job, lines: configuration.lines, say: say)
    case DraftedSeries.kind:
      try await DraftedSeries(workspace: workspace, ledger: ledger, configuration: configuration).run(job, say: say)
    case MailReading.kind:
      try await MailReading(workspace: workspace, ledger: ledger, configuration: configuration).run(job, say: say)
    default:
      throw Failure(.badInput, job.kind, "is no kind of job that this kmend knows", remedy: "install a newer one")
    }
  }
}
