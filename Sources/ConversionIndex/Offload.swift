// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import Synchronization

/// Runs long or blocking work on a thread of its own, off the cooperative pool.
///
/// `work` is given a check that throws `CancellationError` once the calling task is cancelled.
func offload<Value: Sendable>(
  _ work: @escaping @Sendable (_ check: () throws -> Void) throws -> Value
) async throws -> Value {
  let cancelled = Cancellation()
  return try await withTaskCancellationHandler {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global(qos: .userInitiated).async {
        continuation.resume(
          with: Result {
            try work { if cancelled.flag.load(ordering: .relaxed) { throw CancellationError() } }
          })
      }
    }
  } onCancel: {
    cancelled.flag.store(true, ordering: .relaxed)
  }
}

private final class Cancellation: Sendable {
  let flag = Atomic(false)
}
