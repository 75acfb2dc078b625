// SPDX-License-Identifier: GPL-2.0-or-later

/// Text as mails and commit messages may hold it.
enum PlainText {
  /// A value on one line: control, formatting and bidirectional characters removed, white space folded, length bounded.
  static func line(_ text: String, limit: Int = 400) -> String {
    let words = clean(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.count <= limit ? words : words.prefix(limit - 3) + "..."
  }

  /// Several lines, indented by two spaces; tabs become spaces, empty lines at both ends go.
  static func block(_ text: String, limit: Int = 200) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(
        clean(line.split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "    "))
          .reversed().drop(while: \.isWhitespace).reversed())
    }[...]
    while lines.first?.isEmpty ?? false { lines.removeFirst() }
    while lines.last?.isEmpty ?? false { lines.removeLast() }
    let rest = lines.count - limit
    let shown = lines.prefix(limit).flatMap { code($0) } + (rest > 0 ? ["[\(rest) more lines]"] : [])
    return shown.map { $0.isEmpty ? "" : "  " + $0 }.joined(separator: "\n")
  }

  /// `a, b and c`.
  static func list(_ items: [String]) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " and " + last
  }

  /// `1 place`, `2 places`.
  static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  /// Breaks a line of C or SmPL at commas so that it fits, with its mark (`-`, `+`, `*`) before each piece; a
  /// preprocessor's line goes on behind a backslash.
  private static func code(_ line: String) -> [String] {
    let width = TextFill.columns - 2
    guard line.count > width else { return [line] }
    guard !line.hasPrefix("#") else {
      let pieces = folded(line, width - 2)
      return pieces.dropLast().map { $0 + " \\" } + pieces.suffix(1)
    }
    return folded(line, width)
  }

  private static func folded(_ line: String, _ width: Int) -> [String] {
    let mark = line.first.map { "-+*".contains($0) ? String($0) : "" } ?? ""
    var pieces: [String] = []
    var piece = ""
    for part in commas(line) {
      if !piece.isEmpty, piece.count + part.count > width, !piece.allSatisfy({ " -+*".contains($0) }) {
        pieces.append(String(piece.reversed().drop(while: \.isWhitespace).reversed()))
        piece = mark + "    " + part.drop(while: \.isWhitespace)
      } else {
        piece += part
      }
    }
    return (pieces + [piece]).flatMap { $0.count > width ? spaces($0, mark: mark, width: width) : [$0] }
  }

  /// The same at spaces, where there is no comma.
  private static func spaces(_ line: String, mark: String, width: Int) -> [String] {
    let indent = String(line.prefix { " -+*".contains($0) })
    var pieces = [indent]
    for word in line.dropFirst(indent.count).split(separator: " ") {
      let last = pieces[pieces.count - 1]
      if last == indent || last == mark + "    " {
        pieces[pieces.count - 1] += word
      } else if last.count + word.count < width {
        pieces[pieces.count - 1] += " " + word
      } else {
        pieces.append(mark + "    " + word)
      }
    }
    return pieces
  }

  /// The line in pieces that end behind a comma outside of quotes.
  private static func commas(_ line: String) -> [String] {
    var pieces: [String] = [""]
    var quote: Character?
    for character in line {
      pieces[pieces.count - 1].append(character)
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == "," {
        pieces.append("")
      }
    }
    return pieces
  }

  private static func clean(_ text: some StringProtocol) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
          if let plain = typography[scalar] { return Array(plain.unicodeScalars) }
          switch scalar.properties.generalCategory {
          case .control: return scalar == "\n" || scalar == "\t" || scalar == "\r" ? [" "] : []
          case .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return []
          default: return [scalar]
          }
        }))
  }

  /// What a typewriter lacks, as kernel people type it.
  private static let typography: [Unicode.Scalar: String] = [
    "\u{2192}": "->", "\u{2026}": "...", "\u{D7}": "x", "\u{2013}": "-", "\u{2014}": "-", "\u{2018}": "'",
    "\u{2019}": "'", "\u{201C}": "\"", "\u{201D}": "\"", "\u{A0}": " ", "\u{2264}": "<=", "\u{2265}": ">=",
  ]
}
