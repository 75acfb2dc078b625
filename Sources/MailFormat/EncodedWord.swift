// SPDX-License-Identifier: GPL-2.0-or-later

/// Encoded words: text beyond ASCII in a header (RFC 2047).
package enum EncodedWord {
  /// True for text that may not stand in a header as it is.
  package static func isNeeded(_ text: String) -> Bool {
    text.utf8.contains { $0 < 0x20 || $0 >= 0x7F } || text.utf8.containsPair(0x3D, 0x3F)
  }

  /// Encodes the whole of `text` as UTF-8 in words of at most 60 octets (75 are allowed, but the field's name must fit
  /// before the first one), parted by single spaces.
  package static func encode(_ text: String) -> String {
    let opening = "=?utf-8?q?"
    var words: [String] = []
    var word = opening
    for scalar in text.unicodeScalars {
      let piece = String(scalar).utf8.map(quoted).joined()
      if word.utf8.count + piece.utf8.count + 2 > 60 {
        words.append(word + "?=")
        word = opening
      }
      word += piece
    }
    words.append(word + "?=")
    return words.joined(separator: " ")
  }

  /// Replaces the encoded words in `text` by what they say; UTF-8, US-ASCII and ISO-8859-1 are known, others stay.
  package static func decode(_ text: String) -> String {
    guard text.utf8.containsPair(0x3D, 0x3F) else { return text }
    var result = ""
    // White space between two encoded words is not part of the text, so it waits here.
    var space = ""
    var lastWasWord = false
    for part in text.split(separator: " ", omittingEmptySubsequences: false) {
      let plain = word(part)
      if !(plain != nil && lastWasWord) { result += space }
      result += plain ?? String(part)
      lastWasWord = plain != nil
      space = " "
    }
    return result
  }

  private static func word(_ text: Substring) -> String? {
    guard text.hasPrefix("=?"), text.hasSuffix("?="), text.utf8.count > 6 else { return nil }
    let fields = text.dropFirst(2).dropLast(2).split(separator: "?", omittingEmptySubsequences: false)
    guard fields.count == 3 else { return nil }
    let bytes: [UInt8]
    switch fields[1].lowercased() {
    case "q":
      let spaced = fields[2].utf8.map { $0 == 0x5F ? UInt8(0x20) : $0 }
      bytes = TransferEncoding.quotedPrintable.decode(spaced)
    case "b": bytes = TransferEncoding.base64.decode(Array(fields[2].utf8))
    default: return nil
    }
    switch fields[0].lowercased() {
    case "utf-8", "us-ascii": return String(decoding: bytes, as: UTF8.self)
    case "iso-8859-1": return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    default: return nil
    }
  }

  private static func quoted(_ byte: UInt8) -> String {
    switch byte {
    case 0x20: return "_"
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x21, 0x2A, 0x2B, 0x2D, 0x2F:
      return String(Character(Unicode.Scalar(byte)))
    default: return "=" + TransferEncoding.hex(byte)
    }
  }
}

extension Collection<UInt8> {
  /// True if `first` is followed at once by `second` somewhere.
  func containsPair(_ first: UInt8, _ second: UInt8) -> Bool {
    var last: UInt8?
    for byte in self {
      if last == first, byte == second { return true }
      last = byte
    }
    return false
  }
}
