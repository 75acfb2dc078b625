// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontendProtocol
import Synchronization

/// A request on its way to a process, and who waits for the answer.
struct Job: Sendable {
  var request: FrontendRequest
  /// How to open the request's unit in a process that does not know it.
  var opening: FrontendRequest
  var reply: Reply
}

/// A caller that waits; what comes after the first answer is dropped.
final class Reply: Sendable {
  private let waiting: Mutex<CheckedContinuation<FrontendAnswer, any Error>?>

  init(_ continuation: CheckedContinuation<FrontendAnswer, any Error>) { waiting = Mutex(continuation) }

  func give(_ result: Result<FrontendAnswer, any Error>) {
    let continuation = waiting.withLock { waiting in
      defer { waiting = nil }
      return waiting
    }
    continuation?.resume(with: result)
  }
}

/// Jobs for one process, in order.
final class JobQueue: Sendable {
  private struct State {
    var jobs: [Job] = []
    var waiting: CheckedContinuation<Job?, Never>?
    var isClosed = false
  }
  private let state = Mutex(State())

  func add(_ job: Job) {
    let waiter = state.withLock { state in
      if !state.isClosed, state.waiting == nil { state.jobs.append(job) }
      defer { state.waiting = nil }
      return (state.waiting, state.isClosed)
    }
    waiter.0?.resume(returning: job)
    if waiter.1 { job.reply.give(.failure(CancellationError())) }
  }

  /// The next job; nil once the queue is closed.
  func next() async -> Job? {
    await withCheckedContinuation { continuation in
      let job: Job?? = state.withLock { state in
        if !state.jobs.isEmpty { return .some(state.jobs.removeFirst()) }
        if state.isClosed { return .some(nil) }
        state.waiting = continuation
        return nil
      }
      if let job { continuation.resume(returning: job) }
    }
  }

  func close() {
    let (waiter, left) = state.withLock { state in
      defer { state = State(isClosed: true) }
      return (state.waiting, state.jobs)
    }
    waiter?.resume(returning: nil)
    for job in left { job.reply.give(.failure(CancellationError())) }
  }
}
