// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import Foundation
import GitStore
import KernelModel
import Ledger
import Logging
import ServiceLifecycle
import Settings
import Synchronization
import UnixSignals

/// The configuration as it is now: SIGHUP reads it again.
actor CurrentSettings {
  private(set) var value: Configuration

  init(_ value: Configuration) { self.value = value }

  func replace(with value: Configuration) { self.value = value }
}

/// Something that is looked at from time to time.
struct Watched: Sendable {
  var name: String
  var seconds: Int
  /// Records what follows, and says what was found, nil where nothing was, and what could not be read.
  var look: @Sendable () async throws -> (words: String?, problem: Failure?)

  static func all(_ configuration: Configuration, _ ledger: LedgerStore) -> [Watched] {
    let trees = configuration.tree.map { tree in
      Watched(name: tree.name, seconds: tree.seconds) {
        let found = try await TreeLook(ledger: ledger, configuration: configuration).look(at: tree)
        return (found.words, found.problem)
      }
    }
    let lists = configuration.list.map { list in
      Watched(name: list.name, seconds: list.seconds) {
        (try await ListLook(ledger: ledger, configuration: configuration).look(at: list), nil)
      }
    }
    return trees + lists
  }

  /// One look, and a record of how it ended. What goes wrong is told once: the next looks fail as this one did.
  ///
  /// - Returns: false where it could not be read.
  /// - Throws: `Failure` if the ledger can't be written, `CancellationError`.
  func take(_ ledger: LedgerStore, _ logger: Logger) async throws -> Bool {
    do {
      let found = try await look()
      if let words = found.words { logger.info("\(words)") }
      if let problem = found.problem { throw problem }
      if try await ledger.looked(at: name, nil) { logger.info("\(name): can be read again") }
      return true
    } catch let failure as Failure {
      if try await ledger.looked(at: name, "\(failure)") { logger.error("\(name): \(failure)") }
      return false
    }
  }
}

/// Looks at each tree and list whenever its time has come. A server that lets one wait keeps no other waiting.
struct SourceWatcher: Service {
  /// Looks at a time.
  private static let width = 8
  let ledger: LedgerStore
  let settings: CurrentSettings
  let logger: Logger

  func run() async throws {
    let timetable = Timetable()
    await withDiscardingTaskGroup { looks in
      while !Task.isShuttingDownGracefully, !Task.isCancelled {
        for watched in Watched.all(await settings.value, ledger) where timetable.begin(watched, atMost: Self.width) {
          looks.addTask {
            await look(at: watched)
            timetable.end(watched)
          }
        }
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .milliseconds(250)) }
      }
    }
  }

  private func look(at watched: Watched) async {
    do {
      _ = try await cancelWhenGracefulShutdown { try await watched.take(ledger, logger) }
    } catch is CancellationError {
      return
    } catch {
      logger.error("\(watched.name): \(error)")
    }
  }
}

/// Which sources are being looked at, and when each was last.
private final class Timetable: Sendable {
  private struct State {
    var begun: [String: ContinuousClock.Instant] = [:]
    var running: Set<String> = []
  }
  private let state = Mutex(State())

  /// - Returns: whether a source's time has come, it is not being looked at, and there is room for one more.
  func begin(_ watched: Watched, atMost width: Int) -> Bool {
    state.withLock { state in
      let now = ContinuousClock.now
      if let last = state.begun[watched.name], last.duration(to: now) < .seconds(watched.seconds) { return false }
      guard state.running.count < width, state.running.insert(watched.name).inserted else { return false }
      state.begun[watched.name] = now
      return true
    }
  }

  func end(_ watched: Watched) { state.withLock { state in _ = state.running.remove(watched.name) } }
}

/// Looks whether subscribed repositories moved, and whether other kernels are at hand.
struct SubscriptionWatcher: Service {
  private static let pause = Duration.seconds(60)
  /// What the kernels at hand are remembered as.
  private static let kernels = "kernels"
  let workspace: Workspace
  let ledger: LedgerStore
  let logger: Logger

  func run() async throws {
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      do {
        try await look()
      } catch {
        logger.error("subscriptions can't be read", metadata: ["reason": "\(error)"])
      }
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.pause) }
    }
  }

  func look() async throws {
    try await lookAtDrivers()
    try await lookAtKernels()
  }

  /// On other kernels more can be proven, or what could not be tried before.
  private func lookAtKernels() async throws {
    let found = DraftTargets.digest(of: try Kernels(workspace: workspace).all()) ?? ""
    guard try await ledger.remembered(Self.kernels) != found else { return }
    var hits: [(patch: LedgerPatch, subscription: Int, forecasts: [Forecast])] = []
    for entry in try await ledger.forecasts() {
      let forecast = try JSONDecoder().decode(Forecast.self, from: entry.content)
      if let last = hits.last, last.patch.id == entry.patch, last.subscription == entry.subscription {
        hits[hits.count - 1].forecasts.append(forecast)
      } else {
        hits.append((try await ledger.patch(entry.patch), entry.subscription, [forecast]))
      }
    }
    var jobs: [JobDraft] = []
    for (_, own) in Dictionary(grouping: hits, by: \.subscription).sorted(by: { $0.key < $1.key }) {
      jobs += try await DraftedSeries.jobs(own, ledger, workspace)
    }
    try await ledger.remember(found, as: Self.kernels, with: jobs)
  }

  /// Lets those be read that are elsewhere than they were.
  private func lookAtDrivers() async throws {
    for subscription in try await ledger.subscriptions() where !subscription.head.isEmpty {
      guard let head = await Self.head(of: subscription), head != subscription.head else { continue }
      // Not twice at a time; but again where it comes back to what it was.
      guard try await !ledger.hasOpenJob(about: "driver \(subscription.id)") else { continue }
      let reason = "\(head) \(Int(Date().timeIntervalSince1970))"
      try await ledger.add([try IndexedDriver.draft(subscription.id, subscription.place, reason: reason)])
    }
  }

  /// The commit that a repository of this machine is at; nil for all other places.
  private static func head(of subscription: Subscription) async -> String? {
    guard let place = try? DriverPlace(subscription.place) else { return nil }
    let (path, reference): (String, String)
    switch place {
    case .repository(let name, let named, false): (path, reference) = (name, named)
    case .folder(let name, true): (path, reference) = (name, "HEAD")
    default: return nil
    }
    return try? await Repository.open(path).resolve(reference).description
  }
}

/// Reads the configuration again when SIGHUP asks for it.
struct Reloading: Service {
  let file: String
  let settings: CurrentSettings
  let logger: Logger

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
      do {
        let read = try Configuration(file: file)
        guard read.state == (await settings.value).state else {
          logger.error("\(file): state can't change while kmend runs; the configuration stays as it was")
          continue
        }
        await settings.replace(with: read)
        logger.info("\(file): read again")
      } catch {
        logger.error("\(error); the configuration stays as it was")
      }
    }
  }
}

/// Forgets what is old, once an hour.
struct Retention: Service {
  let ledger: LedgerStore
  let settings: CurrentSettings
  let logger: Logger

  func run() async throws {
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      let configuration = await settings.value
      do {
        for job in try await ledger.forgetJobs(olderThan: configuration.limits.days) {
          JobLog(folder: configuration.logs, job: job).remove()
        }
      } catch {
        logger.error("old jobs can't be forgotten", metadata: ["reason": "\(error)"])
      }
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(3600)) }
    }
  }
}
