// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Which structure a field is taken from, as far as the declarations nearby say.
package enum FieldBase {
  /// False where the base is declared with another structure than the symbol's; for a name that many structures have also
  /// where it is not known to be of that one.
  static func fits(
    _ symbol: SoughtSymbol, _ code: Code, _ token: Int, knowing types: FieldTypes
  ) -> Bool {
    guard symbol.isField, let container = symbol.container else { return true }
    if let found = structure(of: token, code) { return found == container }
    // An initialiser whose head does not show may be of any structure.
    guard types.isCommon, !isDesignator(token, code) || holder(of: token, code) != nil else { return true }
    return holder(of: token, code).map { types.holders.contains(code.source.spelling(code.tokens[$0])) } ?? false
  }

  /// The field, or element of an array that is one, which the field at `token` is taken from: `b` of `a->b.token`, and of
  /// `.b = { .token = x }`.
  static func holder(of token: Int, _ code: Code) -> Int? {
    var name = token - 2
    if isDesignator(token, code) {
      guard let open = braces(around: token, code), code.punctuation(at: open - 1) == 0x3D else { return nil }
      name = open - 2
    }
    if code.punctuation(at: name) == 0x5D { name = Int(code.brackets.partner[name]) - 1 }
    guard name > 0, code.tokens[name].kind == .identifier, code.isMember(name) else { return nil }
    return name
  }

  /// `struct name` of the variable before the field at `token`; nil where that does not show.
  package static func structure(of token: Int, _ code: Code) -> String? {
    if isDesignator(token, code) { return braces(around: token, code).flatMap { initialised($0, code) } }
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

  /// `.token = x` in braces.
  private static func isDesignator(_ token: Int, _ code: Code) -> Bool {
    guard code.punctuation(at: token - 1) == 0x2E else { return false }
    guard token > 1, !code.tokens[token - 2].isDirective else { return true }
    return code.tokens[token - 2].kind != .identifier && ![0x29, 0x5D].contains(code.punctuation(at: token - 2))
  }

  /// The brace of the object that a designator stands in; for an element of an array without a name that of the array.
  private static func braces(around token: Int, _ code: Code) -> Int? {
    var at = token - 2
    while at > 0 {
      switch code.punctuation(at: at) {
      case 0x7B:
        guard [0x7B, 0x2C].contains(code.punctuation(at: at - 1)) else { return at }
      case 0x7D, 0x29, 0x5D:
        let open = Int(code.brackets.partner[at])
        guard open >= 0, open < at else { return nil }
        at = open
      case 0x3B, 0x28, 0x5B, 0x23: return nil
      default: break
      }
      at -= 1
    }
    return nil
  }

  /// `struct x` of `struct x name = {`, `struct x name[] = {`, and `(struct x) {`.
  private static func initialised(_ open: Int, _ code: Code) -> String? {
    var name = open - 2
    guard code.punctuation(at: open - 1) == 0x3D else {
      let cast = open - 1 - 3
      guard cast >= 0, code.punctuation(at: open - 1) == 0x29, code.punctuation(at: cast) == 0x28 else { return nil }
      return declared(open - 1, code)
    }
    while code.punctuation(at: name) == 0x5D { name = Int(code.brackets.partner[name]) - 1 }
    return name > 0 && code.tokens[name].kind == .identifier ? declared(name, code) : nil
  }

  /// `struct x` of a field's declaration, `struct x name` or `struct x *name`; nil for any other.
  package static func structure(declaredBy text: String) -> String? {
    var spellings = Spellings()
    let code = Code(text, &spellings)
    return code.tokens.indices.last { code.tokens[$0].kind == .identifier }.flatMap { declared($0, code) }
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
