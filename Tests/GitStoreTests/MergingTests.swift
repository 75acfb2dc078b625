// SPDX-License-Identifier: GPL-2.0-or-later

import GitStore
import Testing

@Suite struct MergingTests {
  private static let base = (1...12).map { "line \($0)\n" }.joined()

  /// What two sides made of twelve lines, and what both together give; nil: they do not fit.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var ours: String
    var theirs: String
    var merged: String?
    var testDescription: String { name }
  }

  @Test(arguments: [
    Case(
      name: "nothing of ours", ours: base, theirs: base.replacing("line 2\n", with: "two\n"),
      merged: base.replacing("line 2\n", with: "two\n")),
    Case(
      name: "nothing of theirs", ours: base.replacing("line 2\n", with: "two\n"), theirs: base,
      merged: base.replacing("line 2\n", with: "two\n")),
    Case(
      name: "apart", ours: base.replacing("line 2\n", with: "two\n"), theirs: base.replacing("line 11\n", with: ""),
      merged: base.replacing("line 2\n", with: "two\n").replacing("line 11\n", with: "")),
    Case(
      name: "the same", ours: base.replacing("line 2\n", with: "two\n"),
      theirs: base.replacing("line 2\n", with: "two\n"),
      merged: base.replacing("line 2\n", with: "two\n")),
    Case(
      name: "against each other", ours: base.replacing("line 2\n", with: "two\n"),
      theirs: base.replacing("line 2\n", with: "zwei\n"), merged: nil),
    Case(name: "emptied", ours: base, theirs: "", merged: ""),
  ])
  func merges(_ item: Case) throws {
    let merged = try Merging.merged(
      base: Array(Self.base.utf8), ours: Array(item.ours.utf8), theirs: Array(item.theirs.utf8))
    #expect(merged.map { String(decoding: $0, as: UTF8.self) } == item.merged)
  }
}
