// SPDX-License-Identifier: GPL-2.0-or-later

/// The name that a series keeps over all its versions, in b4's form: `20261120-foo-timer-8c1d03fe55a2`.
package struct ChangeID: Codable, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// - Parameters:
  ///   - date: eight digits, year, month and day of the first version.
  ///   - subject: what the series is about; made into a slug.
  ///   - random: hexadecimal digits of the caller's; the first twelve count.
  package init(date: String, subject: String, random: String) {
    let digits = random.lowercased().filter(\.isHexDigit).prefix(12)
    let padded = String(repeating: "0", count: 12 - digits.count) + digits
    description = "\(date)-\(Self.slug(subject))-\(padded)"
  }

  /// Takes an existing one as it is.
  package init(existing: String) { description = existing }

  /// Lower-case letters and digits with single hyphens between them, at most 40.
  package static func slug(_ text: String) -> String {
    var slug = ""
    for byte in text.lowercased().utf8 {
      let isWord = (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
      if isWord {
        slug.unicodeScalars.append(Unicode.Scalar(byte))
      } else if !slug.isEmpty, slug.last != "-" {
        slug += "-"
      }
      if slug.count >= 40 { break }
    }
    while slug.last == "-" { slug.removeLast() }
    return slug.isEmpty ? "series" : slug
  }
}
