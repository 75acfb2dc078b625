// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import Synchronization

/// A running program as its guards see it: what it printed so far, and how to end it.
final class Transcript: Sendable {
  private struct State {
    var process: pid_t?
    var output: [UInt8] = []
    var errors: [UInt8] = []
    var cause: Execution.Exit?
    var ended = false
    /// Start of the line that is not complete yet.
    var lineStart = 0
    var scanned = 0
  }
  private let state = Mutex(State())
  private let limit: Int
  private let contained: Bool
  private let log: Int32

  init(_ command: Command) {
    limit = command.limits.output
    if case .contained = command.place { contained = true } else { contained = false }
    log = command.log.map { open($0, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o644) } ?? -1
  }

  deinit { if log >= 0 { close(log) } }

  func started(_ process: pid_t) {
    let ended = state.withLock {
      $0.process = process
      return $0.ended
    }
    if ended { kill() }
  }

  func reaped() { state.withLock { $0.process = nil } }

  var result: (output: [UInt8], errors: [UInt8], cause: Execution.Exit?) {
    state.withLock { ($0.output, $0.errors, $0.cause) }
  }

  /// Takes what came on standard output; returns the lines that it completes. False if the output limit is passed.
  func take(_ bytes: UnsafeRawBufferPointer, isError: Bool) -> Bool {
    let within = state.withLock { state in
      let room = limit - state.output.count - state.errors.count
      let kept = UnsafeRawBufferPointer(rebasing: bytes.prefix(max(0, room)))
      if isError { state.errors.append(contentsOf: kept) } else { state.output.append(contentsOf: kept) }
      if log >= 0 { _ = Glibc.write(log, kept.baseAddress, kept.count) }
      return kept.count == bytes.count
    }
    if !within { end(because: .outputLimit(bytes: limit)) }
    return within
  }

  /// Lines of standard output that were completed since the last call; at the end also the rest.
  func newLines(atEnd: Bool) -> [String] {
    state.withLock { state in
      var lines: [String] = []
      while let newline = state.output[state.scanned...].firstIndex(of: 10) {
        lines.append(String(decoding: state.output[state.lineStart..<newline], as: UTF8.self))
        state.lineStart = newline + 1
        state.scanned = newline + 1
      }
      state.scanned = state.output.count
      if atEnd, state.lineStart < state.output.count {
        lines.append(String(decoding: state.output[state.lineStart...], as: UTF8.self))
        state.lineStart = state.output.count
      }
      return lines
    }
  }

  /// Ends the program and all its descendants; the first cause is kept.
  func end(because cause: Execution.Exit?) {
    state.withLock {
      if $0.cause == nil && !$0.ended { $0.cause = cause }
      $0.ended = true
    }
    kill()
  }

  private func kill() {
    state.withLock { state in
      guard let process = state.process else { return }
      // The first process of a pid namespace takes all others with it, and bubblewrap ends when they are gone.
      let children = contained ? Self.children(of: process) : []
      if children.isEmpty { Glibc.kill(contained ? process : -process, SIGKILL) }
      for child in children { Glibc.kill(child, SIGKILL) }
    }
  }

  private static func children(of process: pid_t) -> [pid_t] {
    let file = open("/proc/\(process)/task/\(process)/children", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = max(0, read(file, &buffer, buffer.count))
    return String(decoding: buffer[..<count], as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
  }
}
