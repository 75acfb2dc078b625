// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Pipeline
import Testing

/// Of a big file only what stands near the edits is held against them.
@Suite struct CheckpatchGateTests {
  @Test(arguments: [
    (100, [50], 100), (5000, [2000], 601 + 601), (5000, [2000, 2100], 601 + 701), (5000, [10], 600),
    (5000, [4990], 601 + 311),
  ])
  func surroundings(lines: Int, edited: [Int], expected: Int) {
    let text = SourceText((1...lines).map { "line \($0)\n" }.joined().utf8)
    let part = CheckpatchGate.surroundings(of: edited, in: text)
    #expect(part.count { $0 == 0x0A } == expected)
    #expect(part.starts(with: Array("line 1\n".utf8)))
  }
}
