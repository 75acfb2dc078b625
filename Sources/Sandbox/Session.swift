// SPDX-License-Identifier: GPL-2.0-or-later

import Subprocess

/// A running program: its input and its lines of output.
package struct Session: Sendable {
  /// Lines of standard output as they come, without their line ends; ends when the program closes it or hits a limit.
  package let lines: AsyncThrowingStream<String, any Error>
  let writer: StandardInputWriter

  /// Writes a line, adding the line end. What a program that has ended no longer reads is dropped.
  package func send(_ line: String) async throws {
    _ = try? await writer.write(Array(line.utf8) + [10])
    try Task.checkCancellation()
  }

  /// Writes the last bytes and closes the program's input.
  package func finishInput(writing bytes: [UInt8] = []) async throws {
    if !bytes.isEmpty { _ = try? await writer.write(bytes) }
    try? await writer.finish()
    try Task.checkCancellation()
  }
}
