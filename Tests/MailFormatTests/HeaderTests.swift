// SPDX-License-Identifier: GPL-2.0-or-later

import MailFormat
import Testing

@Suite struct MailboxTests {
  @Test(arguments: [
    ("a@b.org", "", "a@b.org"), ("<a@b.org>", "", "a@b.org"), ("Ann <a@b.org>", "Ann", "a@b.org"),
    ("\"Doe, Ann\" <a@b.org>", "Doe, Ann", "a@b.org"), ("a@b.org (Ann)", "Ann", "a@b.org"),
    ("=?utf-8?q?J=C3=BCrgen?= <j@b.org>", "J\u{FC}rgen", "j@b.org"),
    ("=?UTF-8?B?SsO8cmdlbg==?= <j@b.org>", "J\u{FC}rgen", "j@b.org"),
    ("=?iso-8859-1?Q?J=FCrgen_M=FCller?= <j@b.org>", "J\u{FC}rgen M\u{FC}ller", "j@b.org"),
  ])
  func reads(text: String, name: String, address: String) throws {
    let mailbox = try #require(Mailbox(text))
    #expect(mailbox == Mailbox(name: name, address: address))
    #expect(Mailbox(mailbox.header) == mailbox)
  }

  @Test(arguments: ["", "Ann", "a@", "@b", "a@b@c", "a b@c", "<>", "Ann <a@b\n.org>", "A <a,b@c>"])
  func refuses(text: String) { #expect(Mailbox(text) == nil) }

  @Test func readsLists() {
    #expect(Mailbox.list("\"Doe, Ann\" <a@b.org>, c@d.org,, nobody").map(\.address) == ["a@b.org", "c@d.org"])
  }
}

@Suite struct HeaderFieldTests {
  /// Values with everything that breaks naive headers: they come back from a message as they went in.
  static let values = [
    "plain", "[PATCH v2 01/12] foo: use strscpy() instead of strlcpy()",
    "J\u{FC}rgen gr\u{FC}\u{DF}t die \u{4E16}\u{754C}",
    "[PATCH] foo: \u{E4}", String(repeating: "word ", count: 60) + "end",
    String(repeating: "\u{E4} ", count: 80) + "end",
    String(repeating: "\u{4E16}", count: 90), "half =?utf-8?q?encoded", "a=?b",
  ]

  @Test(arguments: values)
  func comesBack(value: String) {
    let message = Message(fields: [HeaderField("Subject", value)], body: Array("x\n".utf8))
    let bytes = message.bytes
    for line in bytes.split(separator: 0x0A) {
      let isPlain = value.utf8.allSatisfy { $0 < 0x80 } && !value.contains("=?")
      #expect(line.count <= (isPlain ? 998 : 78) && line.allSatisfy { $0 < 0x80 })
    }
    #expect(Message(parsing: bytes)["subject"] == value)
    #expect(Message(parsing: message.wireBytes)["subject"] == value)
  }

  @Test func valuesStartNoFields() {
    let message = Message(fields: [HeaderField("Subject", "a\r\nBcc: x@y\n\nbody\0")], body: [])
    let read = Message(parsing: message.bytes)
    #expect(read["Bcc"] == nil)
    #expect(read["Subject"] == "a Bcc: x@y body")
    #expect(read.body.isEmpty)
  }
}

@Suite struct MailDateTests {
  @Test(arguments: [
    (0, 0, "Thu, 1 Jan 1970 00:00:00 +0000"), (1_795_219_826, 0, "Sat, 21 Nov 2026 00:10:26 +0000"),
    (1_709_208_000, 330, "Thu, 29 Feb 2024 17:30:00 +0530"), (1_709_208_000, -210, "Thu, 29 Feb 2024 08:30:00 -0330"),
    (951_782_400, 0, "Tue, 29 Feb 2000 00:00:00 +0000"), (4_107_542_399, 0, "Sun, 28 Feb 2100 23:59:59 +0000"),
  ])
  func printsAndReads(seconds: Int, offset: Int, text: String) {
    let date = MailDate(seconds: seconds, offset: offset)
    #expect(date.description == text)
    #expect(MailDate(text) == date)
  }

  @Test(arguments: [
    "", "now", "Thu, 1 Foo 1970 00:00:00 +0000", "1 Jan 1970 00:00 +0000x", "99 Jan 1970 00:00:00 +0000",
  ])
  func refuses(text: String) { #expect(MailDate(text) == nil) }
}

@Suite struct MessageIDTests {
  @Test func hasB4sForm() {
    let id = MessageID(stem: "20261120-foo", version: 2, number: 1, random: "3f9a1c5be207ff", domain: "example.org")
    #expect(id.description == "<20261120-foo-v2-1-3f9a1c5be207@example.org>")
    #expect(MessageID("x \(id) y") == id)
    #expect(MessageID("<no at>") == nil)
  }
}
