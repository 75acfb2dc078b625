// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// How a run of a program ended, and what it printed. A failing tool is a value, not an error.
package struct Execution: Sendable {
  package enum Exit: Sendable, Hashable, CustomStringConvertible {
    case exited(Int32)
    /// Also 9 for a session that was ended because its body returned.
    case signalled(Int32)
    case timedOut(seconds: Double)
    case outputLimit(bytes: Int)
    case memoryLimit(bytes: Int)
    /// Fewer than this many bytes were left on the disk of a writable folder.
    case diskLimit(bytes: Int)

    package var description: String {
      switch self {
      case .exited(let code): "exit \(code)"
      case .signalled(let signal): "signal \(signal)"
      case .timedOut(let seconds): "time-out after \(Int(seconds)) s"
      case .outputLimit(let bytes): "stopped after \(bytes) bytes of output"
      case .memoryLimit(let bytes): "memory limit of \(bytes) bytes"
      case .diskLimit(let bytes): "stopped with less than \(bytes) bytes of disk left"
      }
    }
  }
  package var exit: Exit
  /// Standard output (and standard error where merged), up to the output limit.
  package var output: [UInt8]
  /// Standard error, empty where merged.
  package var errors: [UInt8]
  package var seconds: Double
  /// Limits that could not be enforced on this machine, in words.
  package var unenforced: [String]
  /// The command as a person would type it.
  package var line: String

  package var succeeded: Bool { exit == .exited(0) }
  /// Standard output as text; invalid UTF-8 is replaced.
  package var text: String { String(decoding: output, as: UTF8.self) }
  /// Standard error as text; invalid UTF-8 is replaced.
  package var errorText: String { String(decoding: errors, as: UTF8.self) }

  /// This run as evidence, with the lines that the caller found to matter.
  package func evidence(lines: [String], log: String? = nil) -> Evidence {
    Evidence(command: line, exit: exit.description, seconds: seconds, lines: lines, log: log)
  }
}
