// SPDX-License-Identifier: GPL-2.0-or-later

/// What the subject of a mailed patch says: `[PATCH net-next v3 02/10] words: say how`
/// (Documentation/process/submitting-patches.rst).
package struct PatchSubject: Hashable, Sendable {
  /// From 1.
  package var version = 1
  /// In its series; 0 is the cover letter. 1 of 1 for a lone patch.
  package var number = 1
  package var count = 1
  /// Behind the brackets.
  package var title = ""

  /// Nil for an answer, and for what is no patch.
  package init?(_ subject: String) {
    var rest = subject.trimmed[...]
    var isPatch = false
    while rest.first == "[", let end = rest.firstIndex(of: "]") {
      let inside = rest[rest.index(after: rest.startIndex)..<end]
      for word in inside.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "," }) {
        isPatch = isPatch || word.uppercased().hasPrefix("PATCH") || word.uppercased().hasPrefix("RFC")
        read(word)
      }
      rest = rest[rest.index(after: end)...].drop { $0.isWhitespace }
    }
    guard isPatch, number <= count else { return nil }
    title = String(String(rest).trimmed.prefix(300))
  }

  /// `v3`, `PATCHv3`, `02/10`.
  private mutating func read(_ word: Substring) {
    let parts = word.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count == 2, let number = Int(parts[0]), let count = Int(parts[1]), (0...9999).contains(number),
      (1...9999).contains(count)
    {
      (self.number, self.count) = (number, count)
      return
    }
    let digits = word.reversed().prefix { $0.isASCII && $0.isNumber }
    let before = word.dropLast(digits.count)
    guard !digits.isEmpty, digits.count < 4, before.lowercased() == "v" || before.lowercased() == "patchv",
      let version = Int(String(digits.reversed()))
    else { return }
    self.version = max(1, version)
  }
}
