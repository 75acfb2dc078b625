// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Ledger
import Logging
import ServiceLifecycle
import Settings
import Spool
import Synchronization

/// Hears from git hooks of pushes, and answers what they mean.
final class HookService: Service {
  /// So long a hook waits at most, and so long it may take to say what it wants.
  private static let patience = Duration.milliseconds(1700)
  private static let attention = Duration.milliseconds(500)
  /// Hooks that are answered at a time; the others are heard at the next look.
  private static let limit = 32
  private let ledger: LedgerStore
  private let settings: CurrentSettings
  private let hook: Configuration.Hook
  private let logger: Logger
  private let active = Mutex(0)

  init(ledger: LedgerStore, settings: CurrentSettings, hook: Configuration.Hook, logger: Logger) {
    (self.ledger, self.settings, self.hook, self.logger) = (ledger, settings, hook, logger)
  }

  func run() async throws {
    let spool = SpoolFolder(hook.spool)
    for path in [hook.spool, URL(fileURLWithPath: hook.socket).deletingLastPathComponent().path] {
      try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    guard let socket = UnixSocket.listen(at: hook.socket, mode: UInt32(hook.mode, radix: 8) ?? 0o660) else {
      throw Failure(
        .unavailable, hook.socket, "can't be listened at: \(String(cString: strerror(errno)))",
        remedy: "check who owns its folder")
    }
    defer { unlink(hook.socket) }
    await withDiscardingTaskGroup { group in
      var swept = ContinuousClock.now - .seconds(60)
      while !Task.isShuttingDownGracefully, !Task.isCancelled {
        if let connection = socket.accept() {
          if isFree() { group.addTask { await self.serve(connection, spool) } }
          continue
        }
        if swept.duration(to: .now) > .seconds(5) {
          swept = .now
          await sweep(spool)
        }
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .milliseconds(20)) }
      }
    }
  }

  /// One look for each repository, however many messages are about it.
  private func sweep(_ spool: SpoolFolder) async {
    for (repository, messages) in Dictionary(grouping: spool.messages(), by: \.repository) {
      guard await heard(repository) != nil else { continue }
      for message in messages { spool.remove(message.name) }
    }
  }

  private func isFree() -> Bool {
    active.withLock { count in
      guard count < Self.limit else { return false }
      count += 1
      return true
    }
  }

  private func serve(_ connection: UnixSocket, _ spool: SpoolFolder) async {
    defer { active.withLock { $0 -= 1 } }
    let end = ContinuousClock.now + Self.patience
    guard let message = await message(from: connection), let jobs = await heard(message.repository) else { return }
    // Only what is about the same repository is done with.
    if spool.holds(message) { spool.remove(message.name) }
    guard !jobs.isEmpty, let lines = await answer(jobs, until: end) else { return }
    connection.send(Array(lines.map { $0 + "\n" }.joined().utf8))
  }

  private func message(from connection: UnixSocket) async -> HookMessage? {
    let end = ContinuousClock.now + Self.attention
    var bytes: [UInt8] = []
    while bytes.count <= HookMessage.limit, ContinuousClock.now < end {
      switch connection.read() {
      case .bytes(let more): bytes += more
      case .end: return HookMessage(bytes)
      case .none: try? await Task.sleep(for: .milliseconds(5))
      }
    }
    return nil
  }

  /// Looks at the trees that lie in a repository.
  ///
  /// - Returns: the jobs that follow; nil where it can't be read.
  private func heard(_ repository: String) async -> [Int]? {
    let configuration = await settings.value
    let look = TreeLook(ledger: ledger, configuration: configuration)
    var jobs: [Int] = []
    for tree in configuration.tree where Self.real(tree.repository) == Self.real(repository) {
      do {
        let found = try await look.look(at: tree)
        if let words = found.words { logger.info("\(words), as a hook says") }
        jobs += found.jobs
      } catch {
        // The next look tells of it.
        return nil
      }
    }
    return jobs
  }

  /// A repository and its `.git` folder are one.
  private static func real(_ path: String) -> String {
    let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    return real.hasSuffix("/.git") ? String(real.dropLast(5)) : real
  }

  private func answer(_ jobs: [Int], until end: ContinuousClock.Instant) async -> [String]? {
    do {
      while true {
        var found: [Job] = []
        for id in jobs { found.append(try await ledger.job(id)) }
        // What a job found is known before all that follows from it is done.
        let isDone = found.allSatisfy { !$0.isOpen || !$0.result.isEmpty }
        if isDone || ContinuousClock.now >= end { return try await PushAnswer(ledger: ledger).lines(of: found) }
        try await Task.sleep(for: .milliseconds(20))
      }
    } catch {
      return nil
    }
  }
}
