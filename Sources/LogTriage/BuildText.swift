// SPDX-License-Identifier: GPL-2.0-or-later

extension StringProtocol {
  /// Where `text` stands first (or last); without Foundation.
  func range(of text: String, backwards: Bool = false) -> Range<Index>? {
    let bytes = utf8
    let wanted = Array(text.utf8)
    guard let first = wanted.first else { return nil }
    var found: Range<Index>?
    var position = bytes.startIndex
    while let start = bytes[position...].firstIndex(of: first) {
      let rest = bytes[start...]
      if rest.starts(with: wanted) {
        found = start..<bytes.index(start, offsetBy: wanted.count)
        if !backwards { return found }
      }
      position = bytes.index(after: start)
    }
    return found
  }

  /// The text after `prefix`; nil if it does not begin with it.
  func without(prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }

  /// What stands between the first `opening` and the next `closing` after it.
  func between(_ opening: String, _ closing: String) -> String? {
    guard let start = range(of: opening), let end = self[start.upperBound...].range(of: closing) else { return nil }
    return String(self[start.upperBound..<end.lowerBound])
  }
}
