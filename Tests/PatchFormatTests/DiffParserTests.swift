// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import PatchFormat
import TestSupport
import Testing

/// Diffs as git 2.39 wrote them: what is parsed prints to the same bytes.
@Suite struct DiffParserTests {
  static let files = [
    "change.diff", "new.diff", "deleted.diff", "mode.diff", "no-newline.diff", "crlf.diff", "latin1.diff", "names.diff",
    "two.diff", "empty.diff",
  ]

  @Test(arguments: files)
  func printsWhatItParsed(name: String) throws {
    let bytes = try goldenBytes("Patch/\(name)")
    let diffs = try DiffParser.parse(bytes)
    #expect(!diffs.isEmpty)
    #expect(String(decoding: diffs.bytes(digits: 12), as: UTF8.self) == String(decoding: bytes, as: UTF8.self))
    #expect(diffs.bytes(digits: 12) == bytes)
  }

  @Test(arguments: files)
  func diffstatIsGits(name: String) throws {
    let diffs = try DiffParser.parse(goldenBytes("Patch/\(name)"))
    let expected = try goldenText("Patch/\(name).stat")
    #expect(Diffstat(diffs).text() == expected)
  }

  @Test func skipsTextAround() throws {
    let text =
      "Subject: x\n\nwords\n---\n a.c | 2 +-\n\n--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-a\n+b\n-- \nme\nbase-commit: 12\n"
    let diffs = try DiffParser.parse(Array(text.utf8))
    #expect(diffs.count == 1)
    #expect(diffs[0].path == "a.c" && diffs[0].insertions == 1 && diffs[0].deletions == 1)
  }

  @Test(arguments: [
    "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n-a\n+b\n", "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n-a\n-b\n-c\n",
    "--- a/a\n+++ b/a\n@@ -1,2 +1 @@\n-a\nxyz\n", "--- a/a\n+++ b/a\n@@ -1,2 +1 @@\n\\ No newline\n",
  ])
  func refusesBrokenHunks(text: String) {
    #expect(throws: Failure.self) { try DiffParser.parse(Array(text.utf8)) }
  }

  @Test(arguments: [
    "", "no diff at all\n", "@@ -1 +1 @@\n-a\n", "--- a\n", "diff --git \n", "@@ -99999999999999999999 +1 @@\n",
    "--- a/a\n+++ b/a\n@@ -x +1 @@\n",
  ])
  func takesAnythingElse(text: String) throws {
    let diffs = try DiffParser.parse(Array(text.utf8))
    #expect(diffs.flatMap(\.hunks).isEmpty)
  }
}
