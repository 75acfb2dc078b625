// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// Calls in a driver's file.
extension Code {
  /// Token that names what is called, for each call inside of a function.
  func calls(of name: String, isMember: Bool) -> [Int] {
    tokens.indices.filter { token in
      spells(token, name) && punctuation(at: token + 1) == 0x28 && self.isMember(token) == isMember
        && function(holding: token).map { $0.body.contains(token) } ?? false
    }
  }

  /// The arguments of the call that `name` names.
  func arguments(ofCall name: Int) -> [Range<Int>] {
    let close = Int(brackets.partner[name + 1])
    return close > name + 1 ? list(name + 2..<close) : []
  }

  /// What is called with the variable, or its address, as an argument; and which.
  func call(passing variable: Int) -> (name: Int, number: Int)? {
    let start = punctuation(at: variable - 1) == 0x26 ? variable - 1 : variable
    guard [0x28, 0x2C].contains(punctuation(at: start - 1)), [0x29, 0x2C].contains(punctuation(at: variable + 1))
    else { return nil }
    var open = start - 1
    while open > 0, punctuation(at: open) != 0x28 {
      let partner = Int(brackets.partner[open])
      if [0x7B, 0x7D, 0x3B].contains(punctuation(at: open)) { return nil }
      open = (partner >= 0 && partner < open ? partner : open) - 1
    }
    guard open > 0, tokens[open - 1].kind == .identifier, Keyword(rawValue: words[open - 1]) == nil,
      let number = arguments(ofCall: open - 1).firstIndex(where: { $0.contains(variable) })
    else { return nil }
    return (open - 1, number)
  }

  /// Whether the file defines a static function of the name.
  func definesStatic(_ name: String) -> Bool {
    functions.contains { function in
      spells(function.name, name) && function.head.contains { Keyword(rawValue: words[$0]) == .static }
    }
  }
}
