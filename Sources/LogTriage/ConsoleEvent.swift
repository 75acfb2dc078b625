// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Something that a kernel said about itself on its console, beyond small talk.
package struct ConsoleEvent: Codable, Hashable, Sendable {
  package enum Kind: String, Codable, Sendable, CaseIterable {
    /// An access or an instruction that the processor refused.
    case oops
    /// `BUG()` and what the kernel prints as `BUG:`.
    case bug
    case warning
    case panic
    case rcuStall = "rcu-stall"
    case softLockup = "soft-lockup"
    case hardLockup = "hard-lockup"
    /// A task or a device that others wait for without end.
    case hungTask = "hung-task"
    case kasan, ubsan, lockdep
    /// A slab or page that is not as it was left.
    case memory
    case unknownSymbol = "unknown-symbol"
    case symbolVersion = "symbol-version"
    case moduleFormat = "module-format"
    case moduleRefused = "module-refused"
    case signature
    /// Names that exist already: something was not taken away before.
    case duplicate
    case outOfMemory = "out-of-memory"
    case lostMessages = "lost-messages"
  }
  package var kind: Kind
  package var severity: Finding.Severity
  /// The kernel's own words, one line.
  package var message: String
  /// The function that it happened in, without offsets, e.g. `foo_init`.
  package var function: String?
  /// The module of that function, or the first one in the trace.
  package var module: String?
  /// Index of its first line in the console.
  package var line: Int
  /// The lines that matter: what, where, and the first callers.
  package var lines: [String]

  package init(
    kind: Kind, severity: Finding.Severity, message: String, function: String? = nil, module: String? = nil, line: Int,
    lines: [String]
  ) {
    self.kind = kind
    self.severity = severity
    self.message = message
    self.function = function
    self.module = module
    self.line = line
    self.lines = lines
  }

  /// As a finding; its tool is the kind.
  package var finding: Finding {
    let place = function.map { " in \($0)" + (module.map { " [\($0)]" } ?? "") } ?? ""
    let says = function.map { message.utf8.count > 0 && message.contains($0) } ?? true
    return Finding(tool: kind.rawValue, severity: severity, message: says ? message : message + place)
  }

  /// Equal for the same event on another kernel: without addresses, line numbers and offsets.
  package var key: String {
    "\(kind.rawValue) " + (function ?? ConsoleText.withoutNumbers(message))
  }
}
