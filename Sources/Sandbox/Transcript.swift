// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel
import Synchronization

/// What a program printed so far, up to a limit.
final class Transcript: Sendable {
  enum Stream: Sendable {
    case output
    case errors
  }
  private struct State {
    var output: [UInt8] = []
    var errors: [UInt8] = []
    /// Start of the first line of output that was not handed out, and the end of what was searched for its end.
    var lineStart = 0
    var searched = 0
    var logError: Int32 = 0
  }
  private let state = Mutex(State())
  private let limit: Int
  private let path: String?
  private let log: Int32

  /// - Throws: `Failure` (`unavailable`) if the log can't be made.
  init(limit: Int, log path: String?) throws {
    self.limit = limit
    self.path = path
    log = path.map { open($0, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644) } ?? -1
    if let path, log < 0 { throw systemFailure(path, "can't be written") }
  }

  deinit { if log >= 0 { close(log) } }

  var output: [UInt8] { state.withLock { $0.output } }
  var errors: [UInt8] { state.withLock { $0.errors } }

  /// - Throws: `Failure` (`unavailable`) if the log is not complete.
  func checkLog() throws {
    errno = state.withLock { $0.logError }
    if errno != 0 { throw systemFailure(path ?? "", "can't be written", remedy: "free some space") }
  }

  /// Takes what came; false if it doesn't fit the limit or the log.
  func take(_ bytes: UnsafeRawBufferPointer, from stream: Stream) -> Bool {
    state.withLock { state in
      let room = limit - state.output.count - state.errors.count
      let kept = UnsafeRawBufferPointer(rebasing: bytes.prefix(max(0, room)))
      switch stream {
      case .output: state.output.append(contentsOf: kept)
      case .errors: state.errors.append(contentsOf: kept)
      }
      var rest = kept
      while log >= 0, state.logError == 0, !rest.isEmpty {
        let count = write(log, rest.baseAddress, rest.count)
        if count < 0 { state.logError = errno } else { rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count)) }
      }
      return kept.count == bytes.count && state.logError == 0
    }
  }

  /// The next complete line of output, without its line end; at the end of output also the last, incomplete one.
  func nextLine(atEnd: Bool) -> String? {
    state.withLock { state in
      let newline = state.output.withUnsafeBytes { bytes -> Int? in
        guard state.searched < bytes.count, let base = bytes.baseAddress else { return nil }
        let found = memchr(base + state.searched, 10, bytes.count - state.searched)
        return found.map { UnsafeRawPointer($0) - base }
      }
      guard newline != nil || atEnd && state.lineStart < state.output.count else {
        state.searched = state.output.count
        return nil
      }
      let end = newline ?? state.output.count
      defer {
        state.lineStart = min(end + 1, state.output.count)
        state.searched = state.lineStart
      }
      return String(decoding: state.output[state.lineStart..<end], as: UTF8.self)
    }
  }
}
