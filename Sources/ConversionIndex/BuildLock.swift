// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import Glibc
import KernelModel

/// The right to build one index: flock(2) on a file beside it, so that it ends with the process that holds it.
struct BuildLock: ~Copyable {
  private let descriptor: Int32

  /// Waits until no other process builds `path`; calls `waiting` once if there is one.
  ///
  /// - Throws: `Failure` (`unavailable`) if the lock file can't be made, `CancellationError`.
  init(for path: String, waiting: () -> Void) async throws {
    let file = "\(path).lock"
    // Its failure shows in the next step.
    try? FileManager.default.createDirectory(
      at: URL(fileURLWithPath: file).deletingLastPathComponent(), withIntermediateDirectories: true)
    descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw Failure(
        .unavailable, file, "can't be created (\(String(cString: strerror(errno))))",
        remedy: "make its folder writable")
    }
    var told = false
    do {
      while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
        if !told { waiting() }
        told = true
        try await Task.sleep(for: .milliseconds(100))
      }
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }
}
