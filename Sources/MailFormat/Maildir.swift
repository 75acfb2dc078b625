// SPDX-License-Identifier: GPL-2.0-or-later

/// File names in a Maildir, one file for one message.
package enum Maildir {
  /// The folders that make a folder a Maildir.
  package static let folders = ["cur", "new", "tmp"]

  /// Name of a message in `new`: moment, number, the caller's random digits, host.
  ///
  /// Numbers are padded so that the order of names is the order of the series.
  package static func fileName(date: MailDate, number: Int, random: String, host: String) -> String {
    let digits = String(number)
    let padded = String(repeating: "0", count: max(4 - digits.count, 0)) + digits
    let clean = host.map { $0 == "/" || $0 == ":" || $0.isWhitespace ? "_" : $0 }
    return "\(date.seconds).R\(random.prefix(12))Q\(padded).\(String(clean))"
  }
}
