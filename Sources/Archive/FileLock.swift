// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel

/// A lock between processes: flock(2) on a file of the cache, given back at the latest when the process ends.
///
/// The file stays: to remove it would let two processes lock two files of the same name.
final class FileLock: Sendable {
  private let file: Int32

  private init(_ file: Int32) { self.file = file }

  deinit { close(file) }

  /// Takes the lock if nobody has it.
  ///
  /// - Throws: `Failure` (`unavailable`) if the file can't be opened.
  static func take(_ name: String, in cache: CacheFolder) throws -> FileLock? {
    try CacheFolder.make(cache.locks)
    let path = "\(cache.locks)/\(CacheFolder.fileName(name))"
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else {
      throw Failure(
        .unavailable, path, "can't be opened: \(String(cString: strerror(errno)))",
        remedy: "check who owns the cache folder")
    }
    let lock = FileLock(file)
    return flock(file, LOCK_EX | LOCK_NB) == 0 ? lock : nil
  }

  /// Runs `body` while this process alone has the lock, waiting for it as long as it takes.
  static func hold<Value: Sendable>(
    _ name: String, in cache: CacheFolder, progress: @Sendable (String) -> Void,
    _ body: () async throws -> Value
  ) async throws -> Value {
    var told = false
    while true {
      if let lock = try take(name, in: cache) {
        defer { withExtendedLifetime(lock) {} }
        return try await body()
      }
      if !told { progress("waiting for another kmend that is at work on \(name)") }
      told = true
      try await Task.sleep(for: .milliseconds(200))
    }
  }
}
