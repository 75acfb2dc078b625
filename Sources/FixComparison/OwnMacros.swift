// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// What a driver defines by itself and a reader would replace by what it stands for: macros that are expressions, and
/// inline functions of its headers that are one statement.
struct OwnMacros {
  private struct Definition {
    /// Nil for a macro without parentheses.
    var parameters: [String]?
    var body: String
  }
  /// A statement that grows beyond this many bytes is left as it is.
  private static let maximalLength = 4_000
  private static let maximalDepth = 4
  private var definitions: [String: Definition] = [:]

  /// - Parameter files: outlines of a driver's files, by path, as a preprocessor reads them.
  init(_ files: [String: Outline]) {
    var clashes: Set<String> = []
    for path in files.keys.sorted() {
      guard let outline = files[path] else { continue }
      for (name, found) in Self.macros(outline) + (path.hasSuffix(".h") ? Self.inlines(outline) : []) {
        if let known = definitions[name], known.body != found.body { clashes.insert(name) }
        definitions[name] = found
      }
    }
    for name in clashes { definitions[name] = nil }
  }

  private static func macros(_ outline: Outline) -> [(String, Definition)] {
    outline.passages.values.filter { $0.name.hasPrefix("#define ") }.compactMap { passage in
      // Defined twice in one file: which of them holds depends on the line.
      guard passage.statements.count == 1, let tokens = passage.statements.first?.tokens else { return nil }
      return macro(outline.code, tokens)
    }
  }

  /// Reads `# define NAME(a, b) body`.
  private static func macro(_ code: Code, _ range: Range<Int>) -> (String, Definition)? {
    let tokens = code.tokens
    guard range.count > 2 else { return nil }
    let name = range.lowerBound + 2
    var at = name + 1
    var parameters: [String]?
    if at < range.upperBound, tokens[at].punctuation == punctuation("("), tokens[at].start == tokens[name].end {
      let close = Int(code.brackets.partner[at])
      guard close > at, close < range.upperBound else { return nil }
      parameters = (at + 1..<close).filter { tokens[$0].kind == .identifier }.map { code.source.spelling(tokens[$0]) }
      let isVariadic = (at + 1..<close).contains { tokens[$0].punctuation == punctuation("...") }
      guard !isVariadic else { return nil }
      at = close + 1
    }
    let body = at..<range.upperBound
    guard !body.contains(where: { isBeyond(code, $0) }) else { return nil }
    return (code.source.spelling(tokens[name]), Definition(parameters: parameters, body: text(code, body)))
  }

  /// Blocks, and words that are made of others.
  private static func isBeyond(_ code: Code, _ token: Int) -> Bool {
    [punctuation("{"), punctuation("#"), punctuation("##"), punctuation(";")].contains(code.tokens[token].punctuation)
  }

  private static func inlines(_ outline: Outline) -> [(String, Definition)] {
    let code = outline.code
    return code.functions.compactMap { function in
      guard code.words[function.head].contains(Keyword.inline.rawValue) else { return nil }
      let inside = code.units.filter {
        function.body.lowerBound < $0.tokens.lowerBound && $0.end < function.body.upperBound
      }
      guard inside.count == 1, let unit = inside.first, unit.kind == .statement, !unit.tokens.isEmpty else {
        return nil
      }
      let isReturn = code.words[unit.tokens.lowerBound] == Keyword.return.rawValue
      let body = isReturn ? unit.tokens.dropFirst() : unit.tokens
      let name = code.source.spelling(code.tokens[function.name])
      guard let passage = outline.passages[name], !body.isEmpty else { return nil }
      return (name, Definition(parameters: passage.locals.parameters, body: text(code, body)))
    }
  }

  private static func text(_ code: Code, _ range: Range<Int>) -> String {
    code.tokens[range].map { code.source.spelling($0) }.joined(separator: " ")
  }

  /// The statement with what its own names stand for, arguments in parentheses.
  func expanded(_ text: String) -> String {
    var text = text
    for _ in 0..<Self.maximalDepth {
      guard let next = once(text), next.utf8.count <= Self.maximalLength else { return text }
      text = next
    }
    return text
  }

  /// Nil if nothing was replaced.
  private func once(_ text: String) -> String? {
    var spellings = Spellings()
    let code = Code(text, &spellings)
    // The name that a definition defines is no use of it.
    let first = code.tokens.first?.isDirective ?? false ? 3 : 0
    var words: [String] = []
    var changed = false
    var index = 0
    while index < code.tokens.count {
      let word = code.source.spelling(code.tokens[index])
      let isMember =
        index > 0 && [punctuation("."), punctuation("->")].contains(code.tokens[index - 1].punctuation)
      guard index >= first, !isMember, code.tokens[index].kind == .identifier, let found = definitions[word],
        let (replacement, end) = replacement(found, code, index)
      else {
        words.append(word)
        index += 1
        continue
      }
      words.append(replacement)
      changed = true
      index = end
    }
    return changed ? words.joined(separator: " ") : nil
  }

  private func replacement(_ found: Definition, _ code: Code, _ index: Int) -> (String, end: Int)? {
    guard let parameters = found.parameters else { return (Self.enclosed(found.body), index + 1) }
    guard index + 1 < code.tokens.count, code.tokens[index + 1].punctuation == punctuation("(") else { return nil }
    let close = Int(code.brackets.partner[index + 1])
    guard close > index + 1 else { return nil }
    var arguments: [String] = [""]
    var at = index + 2
    while at < close {
      let partner = Int(code.brackets.partner[at])
      let end = partner > at && partner < close ? partner + 1 : at + 1
      if code.tokens[at].punctuation == punctuation(",") {
        arguments.append("")
      } else {
        arguments[arguments.count - 1] += Self.text(code, at..<end) + " "
      }
      at = end
    }
    if parameters.isEmpty, arguments == [""] { arguments = [] }
    guard arguments.count == parameters.count else { return nil }
    let values = Dictionary(zip(parameters, arguments), uniquingKeysWith: { first, _ in first })
    let words = found.body.split(separator: " ").map { word in values[String(word)].map { "( \($0))" } ?? String(word) }
    return (Self.enclosed(words.joined(separator: " ")), close + 1)
  }

  /// Words alone may be part of a type, which parentheses would break.
  private static func enclosed(_ body: String) -> String {
    let isPlain = body.allSatisfy { $0 == " " || $0 == "_" || $0.isLetter || $0.isNumber }
    return isPlain ? body : "(\(body))"
  }
}
