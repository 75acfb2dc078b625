// SPDX-License-Identifier: GPL-2.0-or-later

import Dispatch

/// A thread of its own for a repository's blocking calls, so that they never hold Swift's cooperative pool.
final class GitExecutor: SerialExecutor {
  private let queue = DispatchQueue(label: "kmend.git")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}
