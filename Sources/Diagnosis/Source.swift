// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// A source text with its lines and tokens, for looking around a place that clang named.
struct Source: Sendable {
  let lexed: LexedSource
  let lines: LineTable
  /// Tokens that a look to either side may cover.
  private let reach = 400

  init(_ bytes: SourceText) {
    lexed = LexedSource(bytes)
    lines = LineTable(bytes)
  }

  var tokens: [Token] { lexed.tokens }

  func text(_ token: Token) -> String { lexed.spelling(token) }

  /// The identifier at a place; nil where none begins or runs through.
  func word(at offset: Int) -> String? {
    let index = lexed.firstToken(endingAfter: offset)
    guard index < tokens.count, tokens[index].kind == .identifier, tokens[index].start <= offset else { return nil }
    return text(tokens[index])
  }

  /// Whether a line spells the word, a header's path included.
  func spells(_ word: String, line: Int) -> Bool {
    let range = lines.range(ofLine: line)
    guard !word.isEmpty, !range.isEmpty else { return false }
    if word.utf8.contains(UInt8(ascii: "/")) || word.hasSuffix(".h") {
      return String(decoding: lexed.text[range], as: UTF8.self).contains(word)
    }
    var index = lexed.firstToken(endingAfter: range.lowerBound)
    while index < tokens.count, tokens[index].start < range.upperBound {
      if tokens[index].kind == .identifier, text(tokens[index]) == word { return true }
      index += 1
    }
    return false
  }

  /// The tokens of the statement, declaration or preprocessor line around `offset`.
  func statement(around offset: Int) -> Range<Int> {
    let centre = lexed.firstToken(endingAfter: offset)
    guard centre < tokens.count else { return centre..<centre }
    let inDirective = tokens[centre].isDirective
    func ends(_ token: Token) -> Bool {
      if token.isDirective != inDirective { return inDirective }
      return !inDirective && ends(token.punctuation)
    }
    func ends(_ mark: UInt32) -> Bool {
      mark == punctuation(";") || mark == punctuation("{") || mark == punctuation("}")
    }
    var first = centre
    while first > 0, centre - first < reach, !ends(tokens[first - 1]) {
      if inDirective, tokens[first].startsLine, tokens[first].punctuation == punctuation("#") { break }
      first -= 1
    }
    var last = centre
    while last < tokens.count, last - centre < reach, last == centre || !ends(tokens[last]) { last += 1 }
    return first..<last
  }

  /// The token of the field that the initialiser or assignment around `offset` sets: `f` in `.f = x`, `p->f = x`.
  ///
  /// Clang names the value that is assigned, or the `=` itself.
  func fieldSet(around offset: Int) -> Token? {
    let centre = lexed.firstToken(endingAfter: offset)
    var index = centre
    var depth = 0
    while index > 0, index < tokens.count, centre - index < reach {
      let mark = tokens[index].punctuation
      if index != centre, mark == punctuation(")") || mark == punctuation("]") { depth += 1 }
      if index != centre, mark == punctuation("(") || mark == punctuation("[") { depth = max(0, depth - 1) }
      if mark == punctuation(";") || mark == punctuation("{") || mark == punctuation("}") { return nil }
      if depth == 0, index != centre, mark == punctuation(",") { return nil }
      if depth == 0, mark == punctuation("=") { return field(before: index) }
      index -= 1
    }
    return nil
  }

  private func field(before equals: Int) -> Token? {
    var index = equals - 1
    while index > 0, tokens[index].punctuation == punctuation("]") {
      while index > 0, tokens[index].punctuation != punctuation("[") { index -= 1 }
      index -= 1
    }
    return index > 0 && tokens[index].kind == .identifier && isMember(index) ? tokens[index] : nil
  }

  /// Whether the token is a field's name behind `.` or `->`.
  func isMember(_ index: Int) -> Bool {
    guard index > 0 else { return false }
    let mark = tokens[index - 1].punctuation
    return mark == punctuation(".") || mark == punctuation("->")
  }

  /// The function whose argument list holds `offset`: the word before the innermost open parenthesis.
  func callee(around offset: Int) -> Token? {
    let centre = lexed.firstToken(endingAfter: offset)
    var index = min(centre, tokens.count) - 1
    var depth = 0
    while index > 0, centre - index < reach {
      let mark = tokens[index].punctuation
      if mark == punctuation(")") { depth += 1 }
      if mark == punctuation("(") {
        if depth == 0, tokens[index - 1].kind == .identifier, !keywords.contains(text(tokens[index - 1])) {
          return tokens[index - 1]
        }
        depth = max(0, depth - 1)
      }
      if mark == punctuation(";") || mark == punctuation("{") || mark == punctuation("}") { return nil }
      index -= 1
    }
    return nil
  }

  /// Whether the word at `offset` begins a statement as a type does: `word name` or `word *name`.
  func beginsDeclaration(at offset: Int) -> Bool {
    let index = lexed.firstToken(endingAfter: offset)
    guard statement(around: offset).lowerBound == index, index + 1 < tokens.count else { return false }
    return tokens[index + 1].kind == .identifier || tokens[index + 1].punctuation == punctuation("*")
  }

  /// Indices of the identifiers of a range of tokens, nearest to `offset` first, without keywords.
  func words(_ range: Range<Int>, near offset: Int) -> [Int] {
    range.filter { tokens[$0].kind == .identifier && !keywords.contains(text(tokens[$0])) }.sorted {
      let (left, right) = (abs(Int(tokens[$0].start) - offset), abs(Int(tokens[$1].start) - offset))
      return left == right ? $0 < $1 : left < right
    }
  }
}

/// Words that never name what changed: C's own and the preprocessor's.
let keywords: Set<String> = [
  "auto", "bool", "break", "case", "char", "const", "continue", "default", "define", "defined", "do", "double", "elif",
  "else", "endif", "enum", "extern", "float", "for", "goto", "if", "ifdef", "ifndef", "include", "inline", "int",
  "long",
  "register", "return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef", "typeof", "undef",
  "union",
  "unsigned", "void", "volatile", "while",
]
