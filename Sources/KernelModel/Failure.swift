// SPDX-License-Identifier: GPL-2.0-or-later

/// An error that ends a command: what went wrong, with what, and the remedy.
///
/// The codes are those of sysexits(3), which the command exits with.
package struct Failure: Error, Sendable, CustomStringConvertible {
  package enum Code: Int32, Sendable {
    case usage = 64
    case badInput = 65
    case unavailable = 69
    case ourFault = 70
    case tryAgain = 75
  }
  package var code: Code
  /// The thing it happened to, e.g. a path, a package, a kernel name.
  package var subject: String
  /// What is wrong with it, one sentence without a full stop.
  package var problem: String
  /// What the user can do, one sentence; empty where there is nothing.
  package var remedy: String
  /// Long output that explains it; shown only when asked for. Never a credential or a mail body.
  package var detail: String

  package init(_ code: Code, _ subject: String, _ problem: String, remedy: String = "", detail: String = "") {
    self.code = code
    self.subject = subject
    self.problem = problem
    self.remedy = remedy
    self.detail = detail
  }

  package var description: String {
    remedy.isEmpty ? "\(subject): \(problem)" : "\(subject): \(problem); \(remedy)"
  }
}
