// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Which structure a field is taken from, as far as the declarations nearby say.
package enum FieldBase {
  /// False where the base is declared with another structure than the symbol's.
  static func fits(_ symbol: SoughtSymbol, _ code: Code, _ tree: ExpressionTree, _ token: Int) -> Bool {
    guard symbol.isField, let container = symbol.container else { return true }
    return structure(of: token, code, tree).map { $0 == container } ?? true
  }

  /// `struct name` of the variable before the field at `token`; nil where that does not show.
  package static func structure(of token: Int, _ code: Code, _ tree: ExpressionTree) -> String? {
    guard token >= 2, code.tokens[token - 2].kind == .identifier else { return nil }
    if token >= 3, code.tokens[token - 3].punctuation == punctuation("->") || code.tokens[token - 3].punctuation == 0x2E
    {
      return nil
    }
    let name = code.words[token - 2]
    // The declaration nearest before the use, in the same function or at file level.
    var index = token - 3
    let start = code.function(holding: token)?.head.lowerBound ?? 0
    while index >= start + 2 {
      if code.words[index] == name, let structure = declared(index, code) { return structure }
      index -= 1
    }
    return nil
  }

  /// `struct x` for the `name` in `struct x *name`, `struct x name`.
  static func declared(_ index: Int, _ code: Code) -> String? {
    var type = index - 1
    while type > 0, code.tokens[type].punctuation == 0x2A || Keyword(rawValue: code.words[type]) == .const { type -= 1 }
    guard type >= 1, code.tokens[type].kind == .identifier,
      let keyword = Keyword(rawValue: code.words[type - 1]), keyword == .struct || keyword == .union
    else { return nil }
    return "\(keyword) \(code.source.spelling(code.tokens[type]))"
  }
}
