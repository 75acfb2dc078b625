// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel
import Subprocess
import SystemPackage

/// All that goes on while one program runs: its output is taken in, its limits are watched, `body` talks with it.
struct Attendance: Sendable {
  var command: Command
  var launch: Launch
  var program: Program
  var transcript: Transcript
  /// Whether lines are handed to the body, and the program is ended when it returns.
  var talks: Bool

  private static let clock = ContinuousClock()

  /// - Throws: what `body` throws, `CancellationError`, and what the start of `/bin/sh` throws.
  func run<Value: Sendable>(
    _ body: @escaping @Sendable (Session) async throws -> Value
  ) async throws -> (Value, Execution) {
    let begin = Self.clock.now
    let (value, status) = try await withTaskCancellationHandler {
      try await withThrowingTaskGroup(of: (Value, TerminationStatus)?.self) { group in
        group.addTask { try await attend(body) }
        group.addTask {
          try await watch(since: begin)
          return nil
        }
        defer { group.cancelAll() }
        while let result = try await group.next() { if let result { return result } }
        throw CancellationError()
      }
    } onCancel: {
      program.end()
    }
    let seconds = (Self.clock.now - begin) / .seconds(1)
    let execution = Execution(
      exit: exit(status), output: transcript.output, errors: transcript.errors, seconds: seconds,
      unenforced: launch.unenforced, line: command.line)
    return (value, execution)
  }

  /// Ends the program at the first limit that the kernel doesn't hold by itself.
  private func watch(since begin: ContinuousClock.Instant) async throws {
    let limits = command.limits
    let deadline = begin + .seconds(limits.seconds)
    while true {
      let now = Self.clock.now
      if now >= deadline { return program.end(because: .timedOut(seconds: limits.seconds)) }
      if launch.group.ranOutOfMemory { return program.end(because: .memoryLimit(bytes: limits.memory)) }
      if launch.writable.contains(where: { isNearlyFull($0, limits.freeDisk) }) {
        return program.end(because: .diskLimit(bytes: limits.freeDisk))
      }
      if let left = program.leftAlone, now - left > .seconds(1) { return program.end() }
      try await Task.sleep(until: min(deadline, now + .milliseconds(50)), clock: Self.clock)
    }
  }

  private func attend<Value: Sendable>(
    _ body: @escaping @Sendable (Session) async throws -> Value
  ) async throws -> (Value, TerminationStatus) {
    var options = PlatformOptions()
    options.createSession = true
    // On cancellation the program is already being killed from within; a moment lets that go in order.
    options.teardownSequence = [.send(signal: Signal(rawValue: 0), allowedDurationToNextStep: .seconds(2))]
    let environment = Dictionary(
      uniqueKeysWithValues: launch.environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
    defer { program.reaped() }
    let result = try await Subprocess.run(
      .path(FilePath(Launch.program)), arguments: Arguments(launch.arguments), environment: .custom(environment),
      workingDirectory: FilePath(launch.directory), platformOptions: options, input: .inputWriter,
      output: .sequence, error: .sequence
    ) { execution in
      program.started(execution.processIdentifier.value)
      let (lines, continuation) = AsyncThrowingStream<String, any Error>.makeStream()
      let session = Session(lines: lines, writer: execution.standardInputWriter)
      return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await take(execution.standardOutput, .output, continuation)
          program.outputEnded()
        }
        group.addTask { try await take(execution.standardError, .errors, nil) }
        do {
          let value = try await body(session)
          if talks { program.leave() }
          try await group.waitForAll()
          return value
        } catch {
          program.end()
          throw error
        }
      }
    }
    return (result.closureResult, result.terminationStatus)
  }

  private func take(
    _ buffers: SubprocessOutputSequence, _ stream: Transcript.Stream,
    _ lines: AsyncThrowingStream<String, any Error>.Continuation?
  ) async throws {
    defer { lines?.finish() }
    for try await buffer in buffers {
      let fits = buffer.withUnsafeBytes { transcript.take($0, from: stream) }
      hand(to: lines, atEnd: false)
      if !fits { return program.end(because: .outputLimit(bytes: command.limits.output)) }
    }
    hand(to: lines, atEnd: true)
  }

  private func hand(to lines: AsyncThrowingStream<String, any Error>.Continuation?, atEnd: Bool) {
    guard talks, let lines else { return }
    while let line = transcript.nextLine(atEnd: atEnd) { lines.yield(line) }
  }

  private func exit(_ status: TerminationStatus) -> Execution.Exit {
    if let cause = program.cause { return cause }
    if launch.group.ranOutOfMemory { return .memoryLimit(bytes: command.limits.memory) }
    switch status {
    case .signaled(let signal): return .signalled(Int32(signal))
    case .exited(let code):
      // bubblewrap reports a program that died of a signal as a shell does.
      return command.isContained && (129...159).contains(code) ? .signalled(Int32(code) - 128) : .exited(Int32(code))
    }
  }
}
