// SPDX-License-Identifier: GPL-2.0-or-later

import MailFormat
import Testing

@Suite struct BodyTests {
  /// Bodies, and the encoding that each needs.
  static let bodies: [(String, [UInt8], TransferEncoding)] = [
    ("ascii", Array("hello\nworld\n".utf8), .sevenBit),
    ("empty", [], .sevenBit),
    ("no line feed at the end", Array("hello".utf8), .sevenBit),
    ("utf-8", Array("gr\u{FC}n\n".utf8), .eightBit),
    ("latin-1", [0x67, 0x72, 0xFC, 0x6E, 0x0A], .quotedPrintable),
    ("crlf", Array("-a\r\n+b\r\n context\n".utf8), .quotedPrintable),
    ("bare cr", Array("a\rb\n".utf8), .quotedPrintable),
    ("nul", [0x61, 0, 0x62, 0x0A], .quotedPrintable),
    ("escape sequence", Array("/* \u{1B}]0;title\u{7} */\n".utf8), .quotedPrintable),
    ("control character of two bytes", Array("/* \u{9B}2J */\n".utf8), .quotedPrintable),
    ("tab", Array("a\tb\n".utf8), .sevenBit),
    ("998 bytes", [UInt8](repeating: 0x61, count: 998) + [0x0A], .sevenBit),
    ("999 bytes", [UInt8](repeating: 0x61, count: 999) + [0x0A], .quotedPrintable),
    ("From", Array("x\nFrom here on\n".utf8), .quotedPrintable),
    ("quoted From", Array(">From here on\n".utf8), .quotedPrintable),
    ("quoted twice", Array(">>From here on\n".utf8), .quotedPrintable),
    ("From in a diff", Array("+From here on\n From there\n".utf8), .sevenBit),
    ("trailing space and equals", Array("a \r\nb=\t\r\n=3D \n".utf8), .quotedPrintable),
    ("long with equals", Array(String(repeating: "=\u{E4} ", count: 500).utf8), .quotedPrintable),
    ("every byte", (0...255).map { UInt8($0) }, .quotedPrintable),
  ]

  @Test(arguments: bodies)
  func encodingFits(name: String, body: [UInt8], encoding: TransferEncoding) {
    #expect(TransferEncoding.choose(for: body) == encoding)
    let encoded = encoding.encode(body)
    #expect(encoding.decode(encoded) == body)
    if encoding == .quotedPrintable {
      #expect(
        encoded.split(separator: 0x0A).allSatisfy {
          $0.count <= 76 && $0.allSatisfy { $0 == 0x09 || (0x20..<0x7F).contains($0) }
        })
    }
  }

  @Test(arguments: bodies)
  func comesBackFromAnMbox(name: String, body: [UInt8], encoding: TransferEncoding) {
    // A file of lines ends with a line feed; so does a message in an mbox.
    let body = body.last == 0x0A ? body : body + [0x0A]
    let message = Message(fields: [HeaderField("Subject", name)], body: body)
    let mbox = Mbox.bytes([message, message])
    #expect(Mbox.messages(mbox) == [message, message])
    #expect(Mbox.messages(crlf(mbox)).map { $0["subject"] } == [name, name])
    #expect(!mbox.split(separator: 0x0A).contains { $0.starts(with: ">From".utf8) })
  }

  @Test(arguments: bodies)
  func comesBackFromTheWire(name: String, body: [UInt8], encoding: TransferEncoding) {
    let message = Message(fields: [HeaderField("Subject", name)], body: body)
    let read = Message(parsing: message.wireBytes)
    #expect(read["Subject"] == name)
    // Line feeds of the body come back as such, whatever encoding carried them.
    #expect(read.body == body)
  }

  @Test func mboxrdOfOthersIsUnquoted() {
    let text = "From a@b Thu Jan  1 00:00:00 1970\nSubject: x\n\n>From me\n>>From you\n"
    let messages = Mbox.messages(Array(text.utf8))
    #expect(messages.map { String(decoding: $0.body, as: UTF8.self) } == ["From me\n>From you\n"])
  }

  @Test(arguments: ["", "\n\n", "no header at all", "From x\n", "a: b", ": x\n\n", "Subject: =?utf-8?q?", "\u{0}\n"])
  func anythingIsAMessage(text: String) {
    _ = Message(parsing: Array(text.utf8)).bytes
    _ = Mbox.messages(Array(text.utf8)).count
  }

  @Test func maildirNamesSort() {
    let names = (0..<12).map {
      Maildir.fileName(date: MailDate(seconds: 1_795_168_800), number: $0, random: "8c1d03fe55a2", host: "a/b:c d")
    }
    #expect(names == names.sorted() && Set(names).count == 12)
    #expect(names[1] == "1795168800.R8c1d03fe55a2Q0001.a_b_c_d")
  }

  private func crlf(_ bytes: [UInt8]) -> [UInt8] { bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] } }
}
