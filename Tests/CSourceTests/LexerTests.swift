// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel
import TestSupport
import Testing

/// Spellings of all tokens, separated by one space; trivia in `⟨ ⟩`, preprocessor tokens behind `#`.
private func shown(_ text: String) -> String {
  let source = LexedSource(text)
  return (source.tokens + source.trivia).sorted { $0.start < $1.start }.map { token in
    let scalars = source.spelling(token).unicodeScalars.map { $0 == "\n" ? "⏎" : $0 == "\r" ? "␍" : String($0) }
    let spelling = scalars.joined()
    switch token.kind {
    case .comment, .continuation: return "⟨\(spelling)⟩"
    default: return token.isDirective && token.punctuation != 0x23 ? "#\(spelling)" : spelling
    }
  }.joined(separator: " ")
}

@Suite struct LexerTests {
  @Test(arguments: [
    ("a->b.c++ <<= ...", "a -> b . c ++ <<= ..."),
    ("x = 0x1p+3 - 1e-5f + 0xE+1;", "x = 0x1p+3 - 1e-5f + 0xE + 1 ;"),
    ("\"a\\\"b\" 'c' L\"d\" '\\''", "\"a\\\"b\" 'c' L \"d\" '\\''"),
    ("\"open\nnext", "\"open next"),
    ("\"open\r\nnext", "\"open next"),
    ("/* a\n */ b // c\r\nd", "⟨/* a⏎ */⟩ b ⟨// c⟩ d"),
    ("/* never closed", "⟨/* never closed⟩"),
    ("/*/ x */ y", "⟨/*/ x */⟩ y"),
    ("#include <linux/fs.h>\nint a<b;", "# #include #<linux/fs.h> int a < b ;"),
    ("# define A \\\n  b\nc", "# #define #A ⟨\\⏎⟩ #b c"),
    ("# define A \\\r\n  b\r\nc", "# #define #A ⟨\\␍⏎⟩ #b c"),
    ("#define S(x) #x ## y", "# #define #S #( #x #) # #x ### #y"),
    ("a @ ` \\ b", "a @ ` \\ b"),
    ("", ""),
  ])
  func tokens(_ text: String, _ expected: String) {
    #expect(shown(text) == expected)
  }

  @Test func tokensCoverEveryByteThatIsNoSpace() {
    // Every pair of bytes, in a row: nothing is lost and nothing is read twice.
    var text: SourceText = []
    for first in 0...255 {
      for second in 0...255 where second % 7 == first % 7 { text += [UInt8(first), UInt8(second)] }
    }
    let source = LexedSource(text)
    var covered = [Bool](repeating: false, count: text.count)
    for token in source.tokens + source.trivia {
      #expect(!token.range.isEmpty)
      for offset in token.range {
        #expect(!covered[offset])
        covered[offset] = true
      }
    }
    for (offset, byte) in text.enumerated() where !covered[offset] {
      #expect([0, 9, 10, 11, 12, 13, 32].contains(byte))
    }
  }

  @Test func linesAndColumns() {
    let table = LineTable(Array("ab\r\n\nc".utf8))
    #expect(table.starts == [0, 4, 5])
    #expect(table.line(of: 3) == 1)
    #expect(table.line(of: 5) == 3)
    #expect(table.column(of: 1) == 2)
    #expect(table.range(ofLine: 3) == 5..<6)
    #expect(table.range(ofLine: 9).isEmpty)
    #expect(table.offset(line: 2, column: 1) == 4)
    #expect(table.offset(line: 9, column: 1) == nil)
  }
}
