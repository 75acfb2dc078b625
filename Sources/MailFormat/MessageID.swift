// SPDX-License-Identifier: GPL-2.0-or-later

/// The name of a message, with its angle brackets: `<20261120-foo-timer-v2-1-3f9a1c5be207@example.org>`.
package struct MessageID: Codable, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// In b4's form. The random part keeps ids from being guessed, and being the caller's it can stay the same on a retry.
  ///
  /// - Parameters:
  ///   - stem: date and slug, e.g. `20261120-foo-timer`.
  ///   - version: of the series, from 1.
  ///   - number: of the mail in its series; 0 is the cover letter.
  ///   - random: hexadecimal digits, the first twelve count.
  ///   - domain: a domain name that is ours.
  package init(stem: String, version: Int, number: Int, random: String, domain: String) {
    let left = Self.clean(stem)
    description = "<\(left)-v\(version)-\(number)-\(Self.clean(String(random.prefix(12))))@\(Self.clean(domain))>"
  }

  /// Reads the first `<…@…>` of a header value; nil if there is none.
  package init?(_ value: String) {
    guard let open = value.firstIndex(of: "<"), let close = value[open...].firstIndex(of: ">") else { return nil }
    let text = value[open...close]
    guard text.contains("@"), !text.contains(where: \.isWhitespace) else { return nil }
    description = String(text)
  }

  private static func clean(_ text: String) -> String {
    text.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") }
  }
}
