// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

extension FunctionRewriting.Head {
  /// The definitions and declarations of a function in one file.
  static func all(of name: String, _ code: Code) -> [Self] {
    var heads = code.functions.filter { code.spells($0.name, name) }.map { function in
      Self(start: function.head.lowerBound, name: function.name, body: function.body)
    }
    for unit in code.units where unit.kind == .statement && unit.depth == 0 && unit.tokens.count > 3 {
      guard let token = unit.tokens.dropFirst().first(where: { code.spells($0, name) }),
        code.tokens[token].kind == .identifier, code.punctuation(at: token + 1) == 0x28,
        unit.tokens.contains(token + 1), code.tokens[unit.tokens.lowerBound].kind == .identifier,
        !unit.tokens.contains(where: { code.tokens[$0].punctuation == 0x3D })
      else { continue }
      heads.append(Self(start: unit.tokens.lowerBound, name: token, body: nil))
    }
    return heads
  }
}
