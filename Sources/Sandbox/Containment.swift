// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
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
  /// - Throws: `Failure` (`unavailable`) if the sandbox itself can't be set up or the log can't be written; never
  ///   because the program failed.
  package func run(_ command: Command) async throws -> Execution {
    try await start(command, takesInput: command.input != nil, talks: false) { session in
      try await session.finishInput(writing: command.input ?? [])
    }.1
  }

  /// Runs a program and talks with it, line by line; the program is ended when `body` returns.
  ///
  /// A program that has already closed its output is given a moment to end by itself.
  ///
  /// - Throws: what `body` throws, and `Failure` (`unavailable`) if the sandbox can't be set up.
  package func session<Value: Sendable>(
    _ command: Command, _ body: @escaping @Sendable (Session) async throws -> Value
  ) async throws -> (Value, Execution) {
    try await start(command, takesInput: true, talks: true, body)
  }

  private func start<Value: Sendable>(
    _ command: Command, takesInput: Bool, talks: Bool, _ body: @escaping @Sendable (Session) async throws -> Value
  ) async throws -> (Value, Execution) {
    let transcript = try Transcript(limit: command.limits.output, log: command.log)
    let launch = try await Launch.prepare(command, takesInput: takesInput)
    let program = Program(isContained: command.isContained)
    let attendance = Attendance(
      command: command, launch: launch, program: program, transcript: transcript, talks: talks)
    let result: Result<(Value, Execution), any Error>
    do {
      result = .success(try await attendance.run(body))
    } catch let error as SubprocessError {
      result = .failure(Failure(.unavailable, command.program, "can't be started", detail: "\(error)"))
    } catch {
      result = .failure(error)
    }
    let isLimited = program.cause != nil || launch.group.ranOutOfMemory
    let problem = command.isContained && !isLimited ? launch.setUpProblem(transcript.errors) : nil
    await launch.finish()
    try Task.checkCancellation()
    if let problem {
      throw Failure(
        .unavailable, command.program, "the sandbox can't be set up: \(problem)", remedy: Self.setUpRemedy)
    }
    try transcript.checkLog()
    return try result.get()
  }

  /// What stands in the way of a plain user's namespaces on this machine, as a remedy.
  private static var setUpRemedy: String {
    let settings = [
      ("kernel.unprivileged_userns_clone", "0", "1"), ("user.max_user_namespaces", "0", "15000"),
      ("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),
    ]
    for (name, closed, open) in settings {
      let path = "/proc/sys/" + name.split(separator: ".").joined(separator: "/")
      if let value = contents(of: path), value.split(separator: "\n").first.map(String.init) == closed {
        return "run sysctl -w \(name)=\(open), or start kmend as root"
      }
    }
    return "run kmend doctor"
  }
}

extension Command {
  var isContained: Bool { if case .contained = place { true } else { false } }
}
