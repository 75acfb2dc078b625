// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Ledger
import Logging
import ServiceLifecycle
import Settings

/// `kmend serve`: watches, and does the jobs that follow, until it is told to end.
package struct Daemon: Sendable {
  private let workspace: Workspace
  private let file: String
  private let logger: Logger
  private let surroundings: LedgerStore.Surroundings

  /// - Parameter file: the configuration.
  package init(
    workspace: Workspace, configuration file: String, logger: Logger,
    in surroundings: LedgerStore.Surroundings = LedgerStore.Surroundings()
  ) {
    (self.workspace, self.file, self.logger, self.surroundings) = (workspace, file, logger, surroundings)
  }

  /// What a daemon has while it is the only one.
  private struct Start {
    let ledger: LedgerStore
    let configuration: Configuration
    let lock: StateLock
  }

  /// - Throws: as `run()`.
  private func start() async throws -> Start {
    let configuration = try Configuration(file: file)
    do {
      try FileManager.default.createDirectory(
        atPath: configuration.logs, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
    } catch {
      throw Failure(.unavailable, configuration.logs, "can't be created", remedy: "check who owns the state folder")
    }
    let lock = try StateLock(configuration.state)
    let ledger = try LedgerStore(configuration.ledger, creating: true, in: surroundings)
    for job in try await ledger.recoverJobs() {
      let log = JobLog(folder: configuration.logs, job: job.id)
      log.add("the daemon ended while it ran, after: \(job.step.isEmpty ? "nothing" : job.step)")
      if job.state == .setAside {
        log.add("set aside")
        logger.error("job \(job.id) (\(job.kind) \(job.title)) is set aside: \(job.problem)")
      }
    }
    return Start(ledger: ledger, configuration: configuration, lock: lock)
  }

  /// Looks at everything once, does the jobs that follow, and ends.
  ///
  /// - Throws: as `run()`; and what can't be read, after everything else was done.
  package func once() async throws {
    let start = try await start()
    defer { withExtendedLifetime(start.lock) {} }
    let settings = CurrentSettings(start.configuration)
    var unread: [String] = []
    for watched in Watched.all(start.configuration, start.ledger) {
      if try await !watched.take(start.ledger, logger) { unread.append(watched.name) }
    }
    try await SubscriptionWatcher(workspace: workspace, ledger: start.ledger, logger: logger).look()
    try await JobWorker(workspace: workspace, ledger: start.ledger, settings: settings, logger: logger).runAll()
    guard unread.isEmpty else {
      let problems = try await start.ledger.troubles()
      let words = unread.compactMap { name in problems[name].map { "\(name): \($0)" } }
      throw Failure(
        .unavailable, unread.joined(separator: ", "), "can't be read", detail: words.joined(separator: "\n"))
    }
  }

  /// Runs until SIGTERM or SIGINT: then jobs are interrupted, and go on when it is started again.
  ///
  /// - Throws: `Failure`: `badInput` for a configuration that can't be understood, `unavailable` if another daemon has
  ///   the ledger, or it can't be written.
  package func run() async throws {
    let start = try await start()
    defer { withExtendedLifetime(start.lock) {} }
    let (ledger, configuration) = (start.ledger, start.configuration)
    let settings = CurrentSettings(configuration)
    let workers = (0...configuration.limits.jobs).map { number in
      JobWorker(
        workspace: workspace, ledger: ledger, settings: settings, logger: logger, isForDrafts: number == 0)
    }
    let services: [any Service] =
      [
        Reloading(file: file, settings: settings, logger: logger),
        Retention(ledger: ledger, settings: settings, logger: logger),
        SourceWatcher(ledger: ledger, settings: settings, logger: logger),
        SubscriptionWatcher(workspace: workspace, ledger: ledger, logger: logger),
      ] + workers
      + [configuration.hook].compactMap { hook in
        hook.map { HookService(ledger: ledger, settings: settings, hook: $0, logger: logger) }
      }
    var group = ServiceGroupConfiguration(services: services, logger: logger)
    group.gracefulShutdownSignals = [.sigterm, .sigint]
    logger.info("watching \(configuration.tree.count) trees, \(configuration.list.count) lists")
    try await ServiceGroup(configuration: group).run()
    logger.info("ended")
  }
}

/// One daemon for a state folder: flock(2), given back at the latest when the process ends.
private final class StateLock: Sendable {
  private let file: Int32

  init(_ state: String) throws {
    let path = state + "/lock"
    file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard file >= 0 else {
      throw Failure(.unavailable, path, "can't be opened: \(String(cString: strerror(errno)))")
    }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      throw Failure(.unavailable, state, "another kmend serve is at work there", remedy: "end that one first")
    }
  }

  deinit { close(file) }
}
