// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// How far our rewriting and Coccinelle's of the same file agree, comments and white space aside.
package enum Agreement: Hashable, Sendable {
  case same
  /// The first place where they differ: line in our text, both lines as written.
  case differs(line: Int, ours: String, theirs: String)
}

/// Compares token by token.
package func spatchAgreement(ours: SourceText, theirs: SourceText) -> Agreement {
  let (one, other) = (LexedSource(ours), LexedSource(theirs))
  let count = min(one.tokens.count, other.tokens.count)
  let same = (0..<count).first { !one.bytes(one.tokens[$0]).elementsEqual(other.bytes(other.tokens[$0])) }
  guard let index = same ?? (one.tokens.count == other.tokens.count ? nil : count) else { return .same }
  func line(_ source: LexedSource) -> (Int, String) {
    let lines = LineTable(source.text)
    let offset = index < source.tokens.count ? Int(source.tokens[index].start) : source.text.count
    let number = lines.line(of: offset)
    var text = String(decoding: source.text[lines.range(ofLine: number)], as: UTF8.self)
    while let last = text.unicodeScalars.last, last == "\n" || last == "\r" { text.unicodeScalars.removeLast() }
    return (number, text)
  }
  let (number, text) = line(one)
  return .differs(line: number, ours: text, theirs: line(other).1)
}
