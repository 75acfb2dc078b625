// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Sandbox

/// Unpacks what a server sent, by gzip(1) in the sandbox.
package enum Gunzip {
  /// - Parameters:
  ///   - subject: where it comes from, for the error.
  ///   - limit: bytes that it may unpack to.
  /// - Throws: `Failure` (`badInput`) for what gzip does not take, or what is larger.
  package static func unpack(_ bytes: [UInt8], from subject: String, limit: Int) async throws -> [UInt8] {
    let execution = try await Containment().run(
      Command(
        "gzip", ["-dc"], place: .contained(View()), limits: Limits(seconds: 60, memory: 1 << 28, output: limit),
        input: bytes))
    switch execution.exit {
    case .exited(0): return execution.output
    case .outputLimit: throw Failure(.badInput, subject, "unpacks to more than \(limit >> 20) MB")
    default: throw Failure(.badInput, subject, "is no gzip file", detail: execution.errorText)
    }
  }
}
