// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import Synchronization

/// A started program as its guards see it: how it is doing, and how to end it.
final class Program: Sendable {
  private struct State {
    var process: pid_t?
    var cause: Execution.Exit?
    var isEnded = false
    var isOutputEnded = false
    var leftAlone: ContinuousClock.Instant?
  }
  private let state = Mutex(State())
  private let isContained: Bool

  init(isContained: Bool) { self.isContained = isContained }

  func started(_ process: pid_t) {
    state.withLock {
      $0.process = process
      if $0.isEnded { kill($0) }
    }
  }

  /// From here on the process id may be another's.
  func reaped() { state.withLock { $0.process = nil } }

  /// The limit that ended it, if one did.
  var cause: Execution.Exit? { state.withLock { $0.cause } }

  /// Standard output is closed; the program may still be running.
  func outputEnded() { state.withLock { $0.isOutputEnded = true } }

  /// When nobody talked with it any more, though it may end by itself.
  var leftAlone: ContinuousClock.Instant? { state.withLock { $0.leftAlone } }

  /// Nobody talks with it any more: it is ended, at once if it doesn't seem to be ending by itself.
  func leave() {
    let isEnding = state.withLock {
      if $0.isOutputEnded { $0.leftAlone = .now }
      return $0.isOutputEnded
    }
    if !isEnding { end() }
  }

  /// Ends the program and all its descendants; the first cause is kept.
  func end(because cause: Execution.Exit? = nil) {
    state.withLock {
      if $0.cause == nil && !$0.isEnded { $0.cause = cause }
      $0.isEnded = true
      kill($0)
    }
  }

  private func kill(_ state: State) {
    guard let process = state.process else { return }
    guard isContained else {
      Glibc.kill(-process, SIGKILL)
      return
    }
    // The first process of a pid namespace takes all others with it, and bubblewrap ends when they are gone.
    let children = (contents(of: "/proc/\(process)/task/\(process)/children") ?? "").split(separator: " ")
      .compactMap { pid_t($0) }
    for child in children { Glibc.kill(child, SIGKILL) }
    if children.isEmpty { Glibc.kill(process, SIGKILL) }
  }
}
