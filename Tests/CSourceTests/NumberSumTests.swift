// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import Testing

@Suite struct NumberSumTests {
  @Test(
    arguments: [
      ("( 256 - 1 )", "255"), (", 0 - 1 ,", "- 1"), ("( 3 + 4 ,", "7"), (", 1 - 1 )", "0"),
    ] as [(String, String)])
  func folds(text: String, number: String) {
    #expect(NumberSum.folded(text.split(separator: " ").map(String.init))?.joined(separator: " ") == number)
  }

  @Test(arguments: [
    "( 256 * 1 )", "= 256 - 1 )", "( 256 - 1 ;", "( n - 1 )", "( 010 - 1 )", "( 0x10 - 1 )", "( 1u - 1 )",
    "( 9999999999999999999 - 1 )", "( 1 - 1",
  ])
  func leavesOthers(text: String) {
    #expect(NumberSum.folded(text.split(separator: " ").map(String.init)) == nil)
  }
}
