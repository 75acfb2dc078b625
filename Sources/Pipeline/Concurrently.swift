// SPDX-License-Identifier: GPL-2.0-or-later

/// Runs jobs side by side, at most `limit` at a time, and returns their values in the jobs' order.
///
/// - Throws: the first error; the other jobs are cancelled.
func concurrently<Value: Sendable>(
  _ limit: Int, _ jobs: [@Sendable () async throws -> Value]
) async throws -> [Value] {
  try await withThrowingTaskGroup(of: (Int, Value).self) { group in
    var values = [Value?](repeating: nil, count: jobs.count)
    var next = 0
    func start() {
      guard next < jobs.count else { return }
      let (index, job) = (next, jobs[next])
      next += 1
      group.addTask { (index, try await job()) }
    }
    for _ in 0..<limit { start() }
    while let (index, value) = try await group.next() {
      values[index] = value
      start()
    }
    return values.compactMap { $0 }
  }
}
