// SPDX-License-Identifier: GPL-2.0-or-later

/// One field of a message's header, decoded and unfolded.
package struct HeaderField: Codable, Hashable, Sendable {
  package var name: String
  package var value: String

  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// The field as it stands in a message: encoded words where needed, folded at 75 columns, ended by a line feed.
  ///
  /// A plain ASCII subject is not folded, long as it may be: b4 0.12, which Debian 12 has, fails on one that is.
  ///
  /// Line ends and other control characters in the value become spaces: a value never starts a field of its own.
  var text: String {
    let words = Self.encoded(value).split(separator: " ").map(String.init)
    let width = name == "Subject" && value.utf8.allSatisfy { $0 < 0x80 } ? 990 : 75
    var text = name + ":"
    var column = text.utf8.count
    for word in words {
      if column + 1 + word.utf8.count > width, column > name.utf8.count + 1 {
        text += "\n"
        column = 0
      }
      text += " " + word
      column += 1 + word.utf8.count
    }
    return text + "\n"
  }

  /// Values that hold addresses come encoded from `Mailbox.header`; all others are encoded from the first to the last
  /// word that needs it, so that the spaces between them are kept.
  private static func encoded(_ value: String) -> String {
    let clean = String(
      String.UnicodeScalarView(value.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    let words = clean.split(separator: " ").map(String.init)
    func isPlain(_ word: String) -> Bool { word.utf8.allSatisfy { $0 < 0x80 } && !isCounterfeit(word) }
    guard let first = words.firstIndex(where: { !isPlain($0) }), let last = words.lastIndex(where: { !isPlain($0) })
    else { return clean }
    let middle = EncodedWord.encode(words[first...last].joined(separator: " "))
    return (words[..<first] + [middle] + words[(last + 1)...]).joined(separator: " ")
  }

  /// True for a word that a reader would decode although nobody encoded it.
  private static func isCounterfeit(_ word: String) -> Bool {
    word.utf8.containsPair(0x3D, 0x3F) && EncodedWord.decode(word) == word
  }
}
