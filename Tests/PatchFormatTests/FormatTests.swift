// SPDX-License-Identifier: GPL-2.0-or-later

import PatchFormat
import Testing

@Suite struct QuotedPathTests {
  @Test(arguments: [
    ("a.c", "a.c"), ("my file.c", "my file.c"), ("tr\u{E4}ger.c", #""tr\303\244ger.c""#), ("a\tb", #""a\tb""#),
    (#"a"b\c"#, #""a\"b\\c""#), ("a\u{1}b", #""a\001b""#),
  ])
  func printsAndParses(path: String, printed: String) {
    #expect(QuotedPath.print(path) == printed)
    #expect(QuotedPath.parse(Array(printed.utf8)) == path)
  }

  @Test(arguments: [#""abc"#, #"""#, #""a\""#, #""a\9""#, #""a\777""#, #""a\12""#])
  func refusesBrokenQuotes(text: String) { #expect(QuotedPath.parse(Array(text.utf8)) == nil) }
}

@Suite struct TrailerTests {
  @Test func splitsTheLastParagraph() {
    let (text, trailers) = Trailer.split(
      "title\n\nbody: with colon\n\nLink: https://example.org/1\nFixes: 12 (\"x\")\n")
    #expect(text == "title\n\nbody: with colon")
    #expect(trailers == [Trailer("Link", "https://example.org/1"), Trailer("Fixes", "12 (\"x\")")])
  }

  @Test(arguments: ["title: only\n", "a\n\nno trailer here\nLink: x\n", "", "\n\n"])
  func findsNone(message: String) { #expect(Trailer.split(message).trailers.isEmpty) }
}

@Suite struct ChangeIDTests {
  @Test(arguments: [
    ("foo 6.12", "foo-6-12"), ("--Ärger!--", "rger"), ("", "series"),
    (String(repeating: "ab-", count: 40), nil as String?),
  ])
  func slugs(text: String, slug: String?) {
    let made = ChangeID.slug(text)
    #expect(made.count <= 40 && !made.hasSuffix("-"))
    if let slug { #expect(made == slug) }
  }

  @Test func hasTwelveDigits() {
    #expect(
      ChangeID(date: "20261120", subject: "foo", random: "8C1D03fe55a23f9a").description == "20261120-foo-8c1d03fe55a2")
    #expect(ChangeID(date: "20261120", subject: "foo", random: "").description == "20261120-foo-000000000000")
  }
}

@Suite struct PatchTests {
  @Test func messageHasParagraphs() {
    let patch = Patch(title: "t", text: "\n\na\nb\n\n", trailers: [Trailer("Link", "x")], files: [])
    #expect(patch.message == "t\n\na\nb\n\nLink: x\n")
    #expect(Patch(title: "t", text: "", files: []).message == "t\n")
  }

  @Test(arguments: [
    (1, 1, 1, "[PATCH] t"), (2, 1, 1, "[PATCH v2] t"), (1, 3, 2, "[PATCH 2/3] t"), (3, 12, 1, "[PATCH v3 01/12] t"),
  ])
  func subjects(version: Int, count: Int, number: Int, subject: String) {
    let patch = Patch(title: "t", text: "", files: [])
    let series = Series(
      version: version, changeID: ChangeID(existing: "x"), base: nil, cover: nil,
      patches: Array(repeating: patch, count: count))
    #expect(series.subject(number, title: "t") == subject)
  }
}
