// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// The names that a function gives to its own things, as far as they show without knowing types.
struct LocalNames {
  private(set) var parameters: [String] = []
  private(set) var variables: Set<String> = []

  var all: Set<String> { variables.union(parameters) }

  init() {}

  init(_ code: Code, _ function: Function, _ spellings: Spellings) {
    let open = function.name + 1
    let close = Int(code.brackets.partner[open])
    if close > open {
      parameters = Self.parts(open + 1..<close, code).compactMap { Self.declarator($0, code, spellings, asks: 2) }
    }
    guard let start = code.unit(holding: function.body.lowerBound) else { return }
    for unit in code.units[start...].prefix(while: { $0.tokens.lowerBound < function.body.upperBound })
    where unit.kind == .statement || unit.kind == .head {
      let parts = Self.parts(unit.tokens, code)
      guard let first = parts.first, let name = Self.declarator(first, code, spellings, asks: 2) else { continue }
      variables.insert(name)
      variables.formUnion(parts.dropFirst().compactMap { Self.declarator($0, code, spellings, asks: 1) })
    }
  }

  /// What stands between commas.
  private static func parts(_ range: Range<Int>, _ code: Code) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var (start, index) = (range.lowerBound, range.lowerBound)
    while index < range.upperBound {
      if code.tokens[index].punctuation == punctuation(",") {
        parts.append(start..<index)
        start = index + 1
      }
      let partner = Int(code.brackets.partner[index])
      index = partner > index && partner < range.upperBound ? partner + 1 : index + 1
    }
    return parts + [start..<range.upperBound]
  }

  /// The name that `type *name[] = …` declares.
  ///
  /// - Parameter asks: how many words it takes at least: a type and a name, or behind a comma the name alone.
  private static func declarator(_ range: Range<Int>, _ code: Code, _ spellings: Spellings, asks: Int) -> String? {
    let words = range.prefix {
      code.tokens[$0].punctuation != punctuation("=") && code.tokens[$0].punctuation != punctuation("[")
    }
    let isPlain = words.allSatisfy { index in
      code.tokens[index].punctuation == punctuation("*")
        || code.tokens[index].kind == .identifier && Keyword(rawValue: code.words[index]).map(isPartOfType) ?? true
    }
    let names = words.count(where: { code.tokens[$0].kind == .identifier })
    guard isPlain, names >= asks, let last = words.last, let first = words.first,
      code.tokens[last].kind == .identifier, Keyword(rawValue: code.words[last]) == nil,
      asks == 1 || code.tokens[first].kind == .identifier
    else { return nil }
    return spellings.text(code.words[last])
  }

  private static func isPartOfType(_ keyword: Keyword) -> Bool {
    keyword.isType || [.static, .register, .auto, .extern].contains(keyword)
  }
}
