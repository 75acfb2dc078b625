// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// Places its edits by the tokens of one file.
protocol TokenPlaces {
  var code: Code { get }
}

extension TokenPlaces {
  func start(_ token: Int) -> Int { Int(code.tokens[token].start) }
  func end(_ token: Int) -> Int { Int(code.tokens[token].end) }

  /// Index of the opening brace of the block that a unit stands in; -1 at file level.
  func block(of unit: Int) -> Int {
    var at = unit - 1
    while at >= 0, code.units[at].kind != .open || code.units[at].depth >= code.units[unit].depth { at -= 1 }
    return at
  }

  /// A unit names a variable, not a field that is called the same.
  func names(_ variable: Int32, in unit: Int) -> Bool {
    code.units[unit].tokens.contains { code.words[$0] == variable && !code.isMember($0) }
  }

  /// Nothing but white space stands in the bytes.
  func isBlank(_ range: Range<Int>) -> Bool {
    code.source.text[range].allSatisfy { [0x20, 0x09, 0x0D, 0x0A].contains($0) }
  }
}
