// SPDX-License-Identifier: GPL-2.0-or-later

/// How a body's bytes travel (RFC 2045, section 6).
package enum TransferEncoding: String, Codable, Sendable {
  case sevenBit = "7bit"
  case eightBit = "8bit"
  case quotedPrintable = "quoted-printable"
  /// Only ever read: mailers of others use it.
  case base64

  /// The plainest encoding that brings a patch through every mailbox and mailer unchanged.
  ///
  /// Quoted-printable whenever a line is longer than 998 bytes or the body holds a carriage return (`git am` strips
  /// it), another control character (a terminal might obey it), bytes that are no UTF-8, or a line that some kind of
  /// mbox would alter (`From `, `>From `).
  package static func choose(for body: [UInt8]) -> TransferEncoding {
    var length = 0
    var isAscii = true
    for (index, byte) in body.enumerated() {
      if byte == 0x0A {
        length = 0
        continue
      }
      length += 1
      let isControl =
        byte < 0x20 && byte != 0x09 || byte == 0x7F || byte & 0xE0 == 0x80 && index > 0 && body[index - 1] == 0xC2
      if length > 998 || isControl { return .quotedPrintable }
      if length == 1, Mbox.isAltered(body[index...]) { return .quotedPrintable }
      if byte >= 0x80 { isAscii = false }
    }
    if isAscii { return .sevenBit }
    return String(validating: body, as: UTF8.self) == nil ? .quotedPrintable : .eightBit
  }

  /// The body as it travels, lines ended by line feeds.
  package func encode(_ body: [UInt8]) -> [UInt8] {
    switch self {
    case .sevenBit, .eightBit, .base64: body
    case .quotedPrintable: Self.quote(body)
    }
  }

  /// What an encoded body says; damage is passed on as it stands. Takes line feeds and CRLF alike.
  package func decode(_ bytes: [UInt8]) -> [UInt8] {
    switch self {
    case .sevenBit, .eightBit: bytes
    case .quotedPrintable: Self.unquote(bytes)
    case .base64: Self.unbase(bytes)
    }
  }

  static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true) }

  private static func quote(_ body: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(body.count + body.count / 8)
    var column = 0
    for (index, byte) in body.enumerated() {
      if byte == 0x0A {
        out.append(byte)
        column = 0
        continue
      }
      let endsLine = index + 1 == body.count || body[index + 1] == 0x0A
      let isPlain =
        switch byte {
        case 0x3D: false
        case 0x20, 0x09: !endsLine
        case 0x21...0x7E: column > 0 || !Mbox.isAltered(body[index...])
        default: false
        }
      let piece = isPlain ? [byte] : Array("=\(hex(byte))".utf8)
      // A line holds 76 characters, the soft break's `=` included.
      if column + piece.count > (endsLine ? 76 : 75) {
        out += [0x3D, 0x0A]
        column = 0
      }
      out += piece
      column += piece.count
    }
    return out
  }

  private static func unquote(_ bytes: [UInt8]) -> [UInt8] {
    func digit(_ byte: UInt8) -> UInt8? {
      switch byte {
      case 0x30...0x39: byte - 0x30
      case 0x41...0x46: byte - 0x41 + 10
      case 0x61...0x66: byte - 0x61 + 10
      default: nil
      }
    }
    var out: [UInt8] = []
    var index = 0
    while index < bytes.count {
      guard bytes[index] == 0x3D else {
        out.append(bytes[index])
        index += 1
        continue
      }
      if index + 2 < bytes.count, let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2]) {
        out.append(high << 4 | low)
        index += 3
      } else if index + 1 < bytes.count, bytes[index + 1] == 0x0A {
        index += 2
      } else if index + 2 < bytes.count, bytes[index + 1] == 0x0D, bytes[index + 2] == 0x0A {
        index += 3
      } else {
        out.append(0x3D)
        index += 1
      }
    }
    return out
  }

  private static func unbase(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for byte in bytes {
      let value: UInt8
      switch byte {
      case 0x41...0x5A: value = byte - 0x41
      case 0x61...0x7A: value = byte - 0x61 + 26
      case 0x30...0x39: value = byte - 0x30 + 52
      case 0x2B: value = 62
      case 0x2F: value = 63
      case 0x3D: return out
      default: continue
      }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        out.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return out
  }
}
