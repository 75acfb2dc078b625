// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// What of a declaration matters to whoever uses it: without names of parameters, storage classes and layout.
struct Signature: Hashable {
  /// Everything that is not told apart below: a field's type, a macro's head.
  var words: [String]
  /// Functions and callbacks: the result, and each parameter.
  var result: [String]
  var parameters: [[String]]?
  /// Macros: how many arguments they take; nil without parentheses.
  var arity: Int?
  /// Macros: they take any number beyond that.
  var isOpen = false

  init(_ declaration: Declaration) {
    var spellings = Spellings()
    let code = Code(declaration.text, &spellings)
    (words, result) = ([], [])
    switch declaration.kind {
    case .macro:
      arity = Self.arity(declaration.name, code)
      isOpen = declaration.text.contains("...")
      words = code.tokens.indices.map { code.source.spelling(code.tokens[$0]) }
    case .function, .inlineFunction:
      let name = code.tokens.indices.first { code.spells($0, declaration.name) }
      guard let name, let prototype = Prototype(head: 0, name: name, code) else { fallthrough }
      read(prototype)
    case .field:
      guard let prototype = Prototype(field: declaration.name, code) else { fallthrough }
      read(prototype)
    default: words = Self.type(declaration, code)
    }
  }

  private mutating func read(_ prototype: Prototype) {
    result = IntegerSpelling.usual(Self.plain(prototype.resultType))
    parameters = prototype.parameterTypes.map(Self.plain)
  }

  /// `const` set aside, to see whether that is all.
  var withoutConst: Signature {
    func plain(_ words: [String]) -> [String] { words.filter { $0 != "const" } }
    var signature = self
    (signature.words, signature.result) = (plain(words), plain(result))
    signature.parameters = parameters?.map(plain)
    return signature
  }

  /// How often a type's words say `const`.
  var constCount: Int { words.count { $0 == "const" } }

  private static func arity(_ name: String, _ code: Code) -> Int? {
    guard let at = code.tokens.indices.first(where: { code.spells($0, name) }), at + 1 < code.tokens.count,
      code.tokens[at + 1].punctuation == 0x28, code.tokens[at + 1].start == code.tokens[at].end,
      case let close = Int(code.brackets.partner[at + 1]), close > at
    else { return nil }
    return code.list(at + 2..<close).count { !$0.isEmpty }
  }

  /// The words of a type: of a variable, field or typedef without its own name and those declared beside it.
  private static func type(_ declaration: Declaration, _ code: Code) -> [String] {
    let all = code.tokens.indices
    guard ![.enumerator, .type, .export, .header].contains(declaration.kind) || declaration.text.hasPrefix("typedef")
    else { return declaration.kind == .enumerator ? [] : all.map { code.source.spelling(code.tokens[$0]) } }
    let parts = code.list(all.lowerBound..<all.upperBound)
    guard parts.count > 1, let own = parts.firstIndex(where: { $0.contains { code.spells($0, declaration.name) } }),
      let first = parts.first
    else { return words(all.lowerBound..<all.upperBound, but: declaration.name, code) }
    // `type a, *b;`: the type stands in the first part only.
    guard own > 0 else { return words(first, but: declaration.name, code) }
    let base = first.prefix { !declares($0, first, code) }
    return words(base.startIndex..<base.endIndex, but: "", code) + words(parts[own], but: declaration.name, code)
  }

  /// Whether the declarator begins at a token: a `*`, or the last name of the part.
  private static func declares(_ token: Int, _ part: Range<Int>, _ code: Code) -> Bool {
    let last = part.last { code.tokens[$0].kind == .identifier }
    return code.tokens[token].punctuation == 0x2A || token == last
  }

  private static func words(_ tokens: Range<Int>, but name: String, _ code: Code) -> [String] {
    let spelled = tokens.map { code.source.spelling(code.tokens[$0]) }.filter { $0 != name && $0 != ";" }
    return IntegerSpelling.usual(plain(spelled))
  }

  /// Without what changes nothing for a user: storage, attributes of the compiler's and of checkers.
  private static func plain(_ words: [String]) -> [String] {
    let storage: Set = ["extern", "static", "inline", "typedef", "register"]
    var result: [String] = []
    var depth = 0
    var isAttribute = false
    for word in words {
      if isAttribute, word == "(" { depth += 1 }
      if depth > 0 {
        if word == ")" { depth -= 1 }
        if depth == 0 { isAttribute = false }
        continue
      }
      isAttribute = word.hasPrefix("__") && !BuildProtocol.operators.contains(word) && !isIntegerName(word)
      if !isAttribute, !storage.contains(word) { result.append(word) }
    }
    return result
  }

  /// `__u32`, `__le16`: a type, though it begins as attributes do.
  private static func isIntegerName(_ word: String) -> Bool { word.last?.isNumber ?? false }
}
