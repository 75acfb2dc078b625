// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// A C source file with its tokens. Reading never fails: whatever the bytes are, the tokens cover all of them that are
/// not white space.
package struct LexedSource: Sendable {
  package let text: SourceText
  /// What the compiler sees, in file order; preprocessor lines are marked.
  package let tokens: [Token]
  /// Comments and line continuations, in file order.
  package let trivia: [Token]

  package init(_ text: SourceText) {
    self.text = text
    (tokens, trivia) = text.withUnsafeBufferPointer { bytes in
      var lexer = Lexer(bytes: bytes)
      lexer.run()
      return (lexer.tokens, lexer.trivia)
    }
  }

  package init(_ text: String) { self.init(SourceText(text.utf8)) }

  /// The bytes of a token.
  package func bytes(_ token: Token) -> ArraySlice<UInt8> { text[token.range] }

  /// The spelling of a token; bytes that are not UTF-8 are replaced.
  package func spelling(_ token: Token) -> String { String(decoding: text[token.range], as: UTF8.self) }

  /// Whether a token is spelled `word`.
  package func spells(_ token: Token, _ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard Int(token.end - token.start) == count else { return false }
    for index in 0..<count where text[Int(token.start) + index] != word.utf8Start[index] { return false }
    return true
  }

  /// Index of the first token that ends behind `offset`; `tokens.count` if there is none.
  package func firstToken(endingAfter offset: Int) -> Int {
    var (low, high) = (0, tokens.count)
    while low < high {
      let middle = (low + high) / 2
      if Int(tokens[middle].end) > offset { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
