// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// A file as one kernel's preprocessor reads it, every byte in its place: lines that are skipped and the conditions
/// themselves are blank. A function whose head stands in two alternatives before one body is one function again.
package enum ActiveText {
  /// White space to the lexer, and found in no source that is laid out with it.
  package static let blank: UInt8 = 0x0C

  /// - Parameter inactive: lines, from 1, that the preprocessor skips; without any the text stays as it is.
  package static func of(_ text: SourceText, inactive: [ClosedRange<Int>]) -> SourceText {
    guard !inactive.isEmpty else { return text }
    var result = text
    func clear(_ range: Range<Int>) {
      for index in range.clamped(to: 0..<result.count) where result[index] != 0x0A && result[index] != 0x0D {
        result[index] = blank
      }
    }
    let lines = LineTable(text)
    for range in inactive {
      for line in range.clamped(to: 1...max(1, text.count + 1)) { clear(lines.range(ofLine: line)) }
    }
    let source = LexedSource(text)
    let tokens = source.tokens
    var index = 0
    while index + 1 < tokens.count {
      let first = index
      index += 1
      guard tokens[first].isDirective, tokens[first].startsLine, Conditional(source, tokens[first + 1]) != nil else {
        continue
      }
      while index < tokens.count, tokens[index].isDirective,
        !(tokens[index].startsLine && tokens[index].punctuation == 0x23)
      {
        index += 1
      }
      clear(Int(tokens[first].start)..<Int(tokens[index - 1].end))
    }
    return result
  }
}
