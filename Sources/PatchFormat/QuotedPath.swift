// SPDX-License-Identifier: GPL-2.0-or-later

/// Paths as git prints them: quoted like a C string when they hold anything unusual (`core.quotePath` left at true).
package enum QuotedPath {
  /// `prefix` and path, in double quotes with escapes where git would quote.
  package static func print(_ path: String, prefix: String = "") -> String {
    let bytes = Array((prefix + path).utf8)
    guard bytes.contains(where: isUnusual) else { return prefix + path }
    var text = "\""
    for byte in bytes {
      switch byte {
      case 0x07: text += "\\a"
      case 0x08: text += "\\b"
      case 0x09: text += "\\t"
      case 0x0A: text += "\\n"
      case 0x0B: text += "\\v"
      case 0x0C: text += "\\f"
      case 0x0D: text += "\\r"
      case 0x22: text += "\\\""
      case 0x5C: text += "\\\\"
      case _ where isUnusual(byte):
        let octal = String(byte, radix: 8)
        text += "\\" + String(repeating: "0", count: 3 - octal.count) + octal
      default: text.unicodeScalars.append(Unicode.Scalar(byte))
      }
    }
    return text + "\""
  }

  /// Reads a path that `print` wrote, or that stands there unquoted; nil for a broken quotation.
  package static func parse(_ text: [UInt8]) -> String? {
    guard text.first == 0x22 else { return String(decoding: text, as: UTF8.self) }
    guard text.count >= 2, text.last == 0x22 else { return nil }
    let named: [UInt8: UInt8] = [
      0x61: 7, 0x62: 8, 0x74: 9, 0x6E: 10, 0x76: 11, 0x66: 12, 0x72: 13, 0x22: 0x22, 0x5C: 0x5C,
    ]
    var bytes: [UInt8] = []
    var index = 1
    while index < text.count - 1 {
      guard text[index] == 0x5C else {
        bytes.append(text[index])
        index += 1
        continue
      }
      index += 1
      if let byte = named[text[index]] {
        guard index < text.count - 1 else { return nil }
        bytes.append(byte)
        index += 1
        continue
      }
      guard index + 3 < text.count else { return nil }
      var value = 0
      for digit in text[index..<index + 3] {
        guard (0x30...0x37).contains(digit) else { return nil }
        value = value * 8 + Int(digit - 0x30)
      }
      guard value <= 255 else { return nil }
      bytes.append(UInt8(value))
      index += 3
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isUnusual(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte >= 0x7F || byte == 0x22 || byte == 0x5C
  }
}
