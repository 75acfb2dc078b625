// SPDX-License-Identifier: GPL-2.0-or-later

/// Seconds of one step of a run.
package struct StepSeconds: Codable, Hashable, Sendable {
  package var step: String
  package var seconds: Double

  package init(step: String, seconds: Double) {
    self.step = step
    self.seconds = seconds
  }
}

/// What a run does at the moment, and how long each step took.
package actor Steps {
  private nonisolated let announce: @Sendable (String?) -> Void
  private let clock = ContinuousClock()
  private var order: [String] = []
  private var totals: [String: Double] = [:]
  private var running: [String] = []

  /// - Parameter announce: is told what runs whenever that changes; nil when nothing does.
  package init(announce: @escaping @Sendable (String?) -> Void) { self.announce = announce }

  /// Seconds per step, in the order in which the steps first began. Steps that ran side by side overlap.
  package var seconds: [StepSeconds] { order.map { StepSeconds(step: $0, seconds: totals[$0] ?? 0) } }

  /// Runs `body` as a step; a step of the same name adds to its seconds.
  package nonisolated func measure<Value: Sendable>(
    _ step: String, _ what: String, _ body: () async throws -> Value
  ) async rethrows -> Value {
    let start = clock.now
    await begin(step, what)
    do {
      let value = try await body()
      await end(step, what, (clock.now - start) / .seconds(1))
      return value
    } catch {
      await end(step, what, (clock.now - start) / .seconds(1))
      throw error
    }
  }

  /// Says what the running step does at the moment.
  package nonisolated func say(_ what: String) { announce(what) }

  private func begin(_ step: String, _ what: String) {
    if totals[step] == nil {
      order.append(step)
      totals[step] = 0
    }
    running.append(what)
    announce(what)
  }

  private func end(_ step: String, _ what: String, _ seconds: Double) {
    totals[step, default: 0] += seconds
    if let index = running.firstIndex(of: what) { running.remove(at: index) }
    announce(running.last)
  }
}
