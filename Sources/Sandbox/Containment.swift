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
    let (_, execution) = try await session(command) { session in
      try await session.finishInput(writing: command.input ?? [])
      for try await _ in session.lines {}
    }
    return execution
  }

  /// Runs a program and talks with it, line by line; the program is ended when `body` returns.
  ///
  /// - Throws: what `body` throws, and `Failure` (`unavailable`) if the sandbox can't be set up.
  package func session<Value: Sendable>(
    _ command: Command, _ body: @Sendable (Session) async throws -> Value
  ) async throws -> (Value, Execution) {
    fatalError("written by the containment work")
  }
}

/// A running program: its input and its lines of output.
package struct Session: Sendable {
  /// Lines of standard output as they come, without their line ends; ends when the program closes it or hits a limit.
  package var lines: AsyncThrowingStream<String, any Error>

  /// Writes a line, adding the line end.
  package func send(_ line: String) async throws {}

  /// Writes the last bytes and closes the program's input.
  package func finishInput(writing bytes: [UInt8]) async throws {}
}
