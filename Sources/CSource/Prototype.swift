// SPDX-License-Identifier: GPL-2.0-or-later

/// A function's return type and parameters as token ranges of the text that declares it.
package struct Prototype {
  package struct Parameter {
    package var tokens: Range<Int>
    /// Token that names it; nil for `…` and for parameters without a name.
    package var name: Int?
  }
  package let code: Code
  /// Tokens of the return type, without storage class.
  package let result: Range<Int>
  /// None for `(void)` and for `()`.
  package let parameters: [Parameter]
  /// The parentheses around the parameters.
  package let parentheses: (open: Int, close: Int)

  /// Reads `type (*name)(parameters)`, a field of an ops structure; nil for everything else.
  package init?(field name: String, _ code: Code) {
    let tokens = code.tokens
    guard let at = tokens.indices.first(where: { code.source.spelling(tokens[$0]) == name }), at + 2 < tokens.count,
      tokens[at + 1].punctuation == 0x29, tokens[at + 2].punctuation == 0x28
    else { return nil }
    let outer = Int(code.brackets.partner[at + 1])
    guard outer > 0, outer + 1 < at, tokens[outer + 1].punctuation == 0x2A else { return nil }
    self.init(code, result: 0..<outer, open: at + 2)
  }

  /// Reads the head of a function that `name` names, from `start` on: a definition's or a declaration's.
  package init?(head start: Int, name: Int, _ code: Code) {
    guard name > start, name + 1 < code.tokens.count, code.tokens[name + 1].punctuation == 0x28 else { return nil }
    let storage: Set<Keyword> = [.static, .extern, .inline, .__inline, .__inline__]
    var first = start
    while first < name, Keyword(rawValue: code.words[first]).map({ storage.contains($0) }) ?? false { first += 1 }
    self.init(code, result: first..<name, open: name + 1)
  }

  private init?(_ code: Code, result: Range<Int>, open: Int) {
    let close = Int(code.brackets.partner[open])
    guard !result.isEmpty, close > open else { return nil }
    (self.code, self.result, parentheses) = (code, result, (open, close))
    var parameters = code.list(open + 1..<close).filter { !$0.isEmpty }.map { Self.parameter($0, code) }
    if parameters.count == 1, parameters[0].tokens.count == 1,
      Keyword(rawValue: code.words[parameters[0].tokens.lowerBound]) == .void
    {
      parameters = []
    }
    self.parameters = parameters
  }

  private static func parameter(_ tokens: Range<Int>, _ code: Code) -> Parameter {
    // `void (*name)(…)`
    for index in tokens.dropLast(2)
    where code.tokens[index].punctuation == 0x28 && code.tokens[index + 1].punctuation == 0x2A {
      let name = index + 2
      return Parameter(tokens: tokens, name: code.tokens[name].kind == .identifier ? name : nil)
    }
    var last = tokens.upperBound - 1
    // `name[2]`, `name __attribute`
    while last > tokens.lowerBound, code.tokens[last].punctuation == 0x5D, code.brackets.partner[last] >= 0 {
      last = Int(code.brackets.partner[last]) - 1
    }
    while last > tokens.lowerBound + 1, code.source.bytes(code.tokens[last]).starts(with: [0x5F, 0x5F]) { last -= 1 }
    guard last > tokens.lowerBound, code.tokens[last].kind == .identifier, Keyword(rawValue: code.words[last]) == nil
    else { return Parameter(tokens: tokens, name: nil) }
    let before = Keyword(rawValue: code.words[last - 1])
    let isTag = before == .struct || before == .union || before == .enum
    let isQualified = before == .const || before == .volatile
    // `const foo` alone is a type.
    if isTag || (isQualified && last - 1 == tokens.lowerBound) { return Parameter(tokens: tokens, name: nil) }
    return Parameter(tokens: tokens, name: last)
  }

  package func spelling(_ token: Int) -> String { code.source.spelling(code.tokens[token]) }
  package func name(_ parameter: Parameter) -> String? { parameter.name.map(spelling) }

  /// The spellings of a parameter's type, `unsigned long` for `long unsigned int`, a pointer for an array.
  package func type(_ parameter: Parameter) -> [String] {
    Self.pointer(forArray: IntegerSpelling.usual(parameter.tokens.filter { $0 != parameter.name }.map(spelling)))
  }

  /// The spellings of a type, `struct id **` for what is declared as `struct id *name[]`.
  package static func pointer(forArray type: [String]) -> [String] {
    guard type.last == "]", let open = type.lastIndex(of: "["), type.count - open <= 3 else { return type }
    return type[..<open] + ["*"]
  }

  package var parameterTypes: [[String]] { parameters.map(type) }

  /// A parameter as written, but for an integer type that nobody would write so.
  package func usualText(_ parameter: Parameter) -> String {
    let own = parameter.tokens.filter { $0 != parameter.name }.map(spelling)
    let usual = type(parameter)
    let isPlain = parameter.name.map { $0 == parameter.tokens.upperBound - 1 } ?? true
    guard own != usual, own.count > usual.count, isPlain else { return text(parameter.tokens) }
    let type = usual.joined(separator: " ")
    return name(parameter).map { type + (type.hasSuffix("*") ? "" : " ") + $0 } ?? type
  }

  package var resultType: [String] { result.map(spelling) }

  /// The bytes of some tokens as written.
  package func text(_ tokens: Range<Int>) -> String {
    let bytes = code.tokens[tokens.lowerBound].range.lowerBound..<code.tokens[tokens.upperBound - 1].range.upperBound
    return String(decoding: code.source.text[bytes], as: UTF8.self)
  }
}
