// SPDX-License-Identifier: GPL-2.0-or-later

/// Lays rendered templates out as kernel people expect text: filled paragraphs of at most 75 columns.
///
/// Lines that begin with two spaces stay as they are (within a list item: with three); lines that begin with `- ` are
/// list items; all others are filled.
enum TextFill {
  /// submitting-patches.rst: "wrapped at 75 columns".
  static let columns = 75

  /// The text, laid out, without empty lines at both ends and never two empty lines together.
  static func fill(_ text: String) -> String {
    var out: [String] = []
    var words: [Substring] = []
    var indent = ""
    func flush() {
      out += wrap(words, indent: indent)
      words = []
      indent = ""
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.allSatisfy(\.isWhitespace) {
        flush()
        if !(out.last?.isEmpty ?? true) { out.append("") }
      } else if line.hasPrefix("  "), indent.isEmpty || line.hasPrefix("   ") {
        flush()
        out.append(guarded(trimmingEnd(line)))
      } else {
        if line.hasPrefix("- ") {
          flush()
          indent = "  "
        }
        words += line.split(whereSeparator: \.isWhitespace)
      }
    }
    flush()
    while out.last?.isEmpty ?? false { out.removeLast() }
    return out.isEmpty ? "" : out.joined(separator: "\n") + "\n"
  }

  private static func wrap(_ words: [Substring], indent: String) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in words {
      if !line.isEmpty, line.count + 1 + word.count > columns, !mayNotStart(word) {
        lines.append(line)
        line = indent + word
      } else {
        line += (line.isEmpty ? "" : " ") + word
      }
    }
    if !line.isEmpty { lines.append(line) }
    return lines.map(guarded)
  }

  /// Words that git would take for something else at the start of a line: better a long line than a lost one.
  private static func mayNotStart(_ word: Substring) -> Bool {
    word.hasPrefix("#") || word == "From" || word.hasPrefix("---") || word == "Index:" || word == "diff" || word == "-"
  }

  /// Shifts lines that end a commit message for `git am`, that an editor takes for a comment, or that are headers.
  private static func guarded(_ line: String) -> String {
    let prefixes = ["---", "diff -", "Index: ", "#", "From ", "From: ", "Date: ", "Subject: ", ">From ", "-- "]
    return prefixes.contains { line.hasPrefix($0) } || line == "--" ? "  " + line : line
  }

  private static func trimmingEnd(_ line: Substring) -> String {
    String(line.reversed().drop(while: \.isWhitespace).reversed())
  }
}
