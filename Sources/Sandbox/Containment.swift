// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Subprocess
import SystemPackage

/// The one way to start a program.
///
/// A contained program runs under bubblewrap with its own namespaces, no network, a real unprivileged uid, a minimal
/// view of files, and limits on time, memory, processes and output.
package struct Containment: Sendable {
  package init() {}

  /// Runs a program to its end, or to its first limit.
  ///
  /// - Throws: `Failure` (`unavailable`) if the sandbox itself can't be set up; never because the program failed.
  package func run(_ command: Command) async throws -> Execution {
    try await start(command, takesInput: command.input != nil) { session in
      try await session.finishInput(writing: command.input ?? [])
      for try await _ in session.lines {}
    }.1
  }

  /// Runs a program and talks with it, line by line; the program is ended when `body` returns.
  ///
  /// - Throws: what `body` throws, and `Failure` (`unavailable`) if the sandbox can't be set up.
  package func session<Value: Sendable>(
    _ command: Command, _ body: @escaping @Sendable (Session) async throws -> Value
  ) async throws -> (Value, Execution) {
    try await start(command, takesInput: true, endsWithBody: true, body)
  }

  private func start<Value: Sendable>(
    _ command: Command, takesInput: Bool, endsWithBody: Bool = false,
    _ body: @escaping @Sendable (Session) async throws -> Value
  ) async throws -> (Value, Execution) {
    let launch = try Launch(command, takesInput: takesInput)
    defer { launch.finish() }
    let transcript = Transcript(command)
    let clock = ContinuousClock()
    let begin = clock.now
    let (value, status) = try await withTaskCancellationHandler {
      try await withThrowingTaskGroup(of: (Value, TerminationStatus)?.self) { group in
        group.addTask {
          try await attend(launch, transcript, endsWithBody: endsWithBody, body)
        }
        group.addTask {
          try await Task.sleep(for: .seconds(command.limits.seconds))
          transcript.end(because: .timedOut(seconds: command.limits.seconds))
          return nil
        }
        defer { group.cancelAll() }
        while let result = try await group.next() {
          if let result { return result }
        }
        throw CancellationError()
      }
    } onCancel: {
      transcript.end(because: nil)
    }
    try Task.checkCancellation()
    let seconds = (clock.now - begin) / .seconds(1)
    let (output, errors, cause) = transcript.result
    let execution = Execution(
      exit: cause ?? exit(status, command), output: output, errors: errors, seconds: seconds,
      unenforced: launch.unenforced, line: command.line)
    if cause == nil, !endsWithBody, case .contained = command.place, !launch.started {
      throw Failure(
        .unavailable, command.program, "the sandbox can't be set up", remedy: "run kmend doctor",
        detail: execution.errorText + execution.text)
    }
    return (value, execution)
  }

  private func attend<Value: Sendable>(
    _ launch: Launch, _ transcript: Transcript, endsWithBody: Bool,
    _ body: @escaping @Sendable (Session) async throws -> Value
  ) async throws -> (Value, TerminationStatus) {
    var options = PlatformOptions()
    options.createSession = true
    // On cancellation the program is already being killed from within; give it a moment to go in order.
    options.teardownSequence = [.send(signal: Signal(rawValue: 0), allowedDurationToNextStep: .seconds(2))]
    let environment = Dictionary(
      uniqueKeysWithValues: launch.environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
    let result = try await Subprocess.run(
      .path(FilePath(launch.program)), arguments: Arguments(launch.arguments), environment: .custom(environment),
      workingDirectory: FilePath(launch.directory), platformOptions: options, input: .inputWriter,
      output: .sequence, error: .sequence
    ) { execution in
      transcript.started(execution.processIdentifier.value)
      let (lines, continuation) = AsyncThrowingStream<String, any Error>.makeStream()
      let session = Session(lines: lines, writer: execution.standardInputWriter)
      return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for try await buffer in execution.standardOutput {
            guard buffer.withUnsafeBytes({ transcript.take($0, isError: false) }) else { break }
            if endsWithBody { for line in transcript.newLines(atEnd: false) { continuation.yield(line) } }
          }
          if endsWithBody { for line in transcript.newLines(atEnd: true) { continuation.yield(line) } }
          continuation.finish()
        }
        group.addTask {
          for try await buffer in execution.standardError {
            guard buffer.withUnsafeBytes({ transcript.take($0, isError: true) }) else { break }
          }
        }
        do {
          let value = try await body(session)
          if endsWithBody { transcript.end(because: nil) }
          try await group.waitForAll()
          return value
        } catch {
          transcript.end(because: nil)
          continuation.finish()
          throw error
        }
      }
    }
    transcript.reaped()
    return (result.closureResult, result.terminationStatus)
  }

  private func exit(_ status: TerminationStatus, _ command: Command) -> Execution.Exit {
    switch status {
    case .signaled(let signal): return .signalled(Int32(signal))
    case .exited(let code):
      // bubblewrap reports a program that died of a signal as a shell does.
      if case .contained = command.place, (129...159).contains(code) { return .signalled(Int32(code) - 128) }
      return .exited(Int32(code))
    }
  }
}
