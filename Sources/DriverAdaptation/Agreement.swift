// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// How far our rewriting and Coccinelle's of the same file agree, comments and white space aside.
package enum Agreement: Hashable, Sendable {
  case same
  /// The first place where they differ: line in our text, both lines as written.
  case differs(line: Int, ours: String, theirs: String)
}

/// Compares token by token; a comma before `}` makes no difference, nor does a number written as a sum (`NumberSum`).
package func spatchAgreement(ours: SourceText, theirs: SourceText) -> Agreement {
  let (one, other) = (LexedSource(ours), LexedSource(theirs))
  let (left, right) = (words(one), words(other))
  let count = min(left.count, right.count)
  let difference = (0..<count).first { left[$0].text != right[$0].text }
  guard let index = difference ?? (left.count == right.count ? nil : count) else { return .same }
  let (number, text) = line(one, left.map(\.token), index)
  return .differs(line: number, ours: text, theirs: line(other, right.map(\.token), index).1)
}

/// A semantic patch with expressions of any type for pointers to structures, and for the structures themselves: Coccinelle
/// has no kernel headers, and a typed metavariable matches only what a function declares itself.
package func untypedSemanticPatch(_ semanticPatch: String) -> String {
  var pointers: [String] = []
  var text = semanticPatch.replacing(/(?m)^(?:struct|union) \w+ \*?([SPD]);$/) { "expression \($0.1);" }
  for match in semanticPatch.matches(of: /(?m)^(?:struct|union) \w+ \*(E\d+);$/) {
    pointers.append(String(match.1))
    text = text.replacing(String(match.0), with: "expression \(match.1);")
  }
  // As long as it is the structure whatever is written: `E0->field`, `E0.field`.
  let isMember = pointers.allSatisfy { pointer in
    semanticPatch.matches(of: /E\d+(->)?/).filter { $0.0.hasPrefix(pointer) }.dropFirst().allSatisfy { $0.1 != nil }
  }
  guard !pointers.isEmpty, isMember, let name = text.firstMatch(of: /^@(\w+)@/)?.1 else { return text }
  let direct = pointers.reduce(text.replacing("@\(name)@", with: "@\(name)_direct@")) {
    $0.replacing("\($1)->", with: "\($1).")
  }
  return text + "\n" + direct
}

private func words(_ source: LexedSource) -> [(text: String, token: Token)] {
  let tokens = significant(source)
  let spelled = tokens.map(source.spelling)
  var words: [(text: String, token: Token)] = []
  var index = 0
  while index < tokens.count {
    if index > 0, let sum = NumberSum.folded(Array(spelled[index - 1..<min(index + 4, spelled.count)])) {
      words += sum.map { ($0, tokens[index]) }
      index += 3
    } else {
      words.append((spelled[index], tokens[index]))
      index += 1
    }
  }
  return words
}

private func significant(_ source: LexedSource) -> [Token] {
  let tokens = source.tokens
  return tokens.indices.filter { index in
    tokens[index].punctuation != 0x2C || index + 1 == tokens.count || tokens[index + 1].punctuation != 0x7D
  }.map { tokens[$0] }
}

/// Number and text of the line that a token stands in; the last line behind the last token.
private func line(_ source: LexedSource, _ tokens: [Token], _ index: Int) -> (Int, String) {
  let lines = LineTable(source.text)
  let number = lines.line(of: index < tokens.count ? Int(tokens[index].start) : source.text.count)
  let text = source.text[lines.range(ofLine: number)].filter { $0 != 0x0A && $0 != 0x0D }
  return (number, String(decoding: text, as: UTF8.self))
}
