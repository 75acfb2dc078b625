// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel
import Testing

/// A file as one kernel's preprocessor reads it.
@Suite struct ActiveTextTests {
  private let text = """
    #ifdef OLD
    int f(int a)
    #elif defined(A) && \\
      defined(B)
    int f(void)
    #else
    int f(long a)
    #endif
    {
    #define X 1
    \treturn 0;
    }

    """

  @Test(arguments: ["\n", "\r\n"])
  func everyByteKeepsItsPlace(end: String) {
    let source = SourceText(text.replacing("\n", with: end).utf8)
    let active = ActiveText.of(source, inactive: [2...2, 5...5])
    #expect(active.count == source.count)
    #expect(zip(active, source).allSatisfy { $0 == $1 || $0 == ActiveText.blank })
    let lexed = LexedSource(active)
    #expect(
      lexed.tokens.map { lexed.spelling($0) }
        == ["int", "f", "(", "long", "a", ")", "{", "#", "define", "X", "1", "return", "0", ";", "}"])
  }

  @Test func withoutKnowledgeNothingChanges() {
    #expect(ActiveText.of(SourceText(text.utf8), inactive: []) == SourceText(text.utf8))
    #expect(ActiveText.of([], inactive: [1...9]).isEmpty)
  }
}
