// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import DriverAdaptation
import KernelModel
import Testing

/// A driver's text and what it is to become.
struct DriverCase: CustomTestStringConvertible, Sendable {
  var name: String
  var driver: String
  /// Nil: a person has to do it.
  var expected: String?
  var flags: [Flag.Reason] = []
  var testDescription: String { name }
}

extension Search {
  /// The edits that a search asks about first, with these rules for the first symbol.
  mutating func firstAttempt(with rules: [LearnedRule]) throws -> [Edit] {
    guard case .learn(let symbols) = next() else { throw Unexpected() }
    told(rules: [symbols[0]: rules])
    guard case .attempt(let edits) = next() else { throw Unexpected() }
    return edits
  }

  /// The search did not ask what it was expected to ask.
  private struct Unexpected: Error {}
}
