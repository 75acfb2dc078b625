// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Keeps argument lines under the parenthesis that they belong to when it moves.
struct Indentation {
  private static let tab = 8
  let code: Code
  let lines: LineTable

  /// Edits of the white space before continued lines of the unit that stood right behind an open parenthesis.
  func shifts(for edits: [Edit], in unit: CodeUnit, _ file: String, _ rule: String) -> [Edit] {
    guard !edits.isEmpty, edits.allSatisfy({ isOnOneLine($0.range) }) else { return [] }
    var moved: [Int: Int] = [:]
    var shifts: [Edit] = []
    var open: [Int] = []
    for token in unit.tokens {
      if code.tokens[token].startsLine, token > unit.tokens.lowerBound, let bracket = open.last,
        bracket + 1 < token, !code.tokens[bracket + 1].startsLine
      {
        let line = lines.line(of: Int(code.tokens[token].start))
        let shift = self.shift(of: bracket, edits, moved)
        if shift != 0, column(token) == column(bracket) + 1, !edits.contains(where: { touches($0.range, line) }),
          let edit = indent(token, by: shift, file, rule)
        {
          shifts.append(edit)
          moved[line] = shift
        }
      }
      switch code.tokens[token].punctuation {
      case 0x28, 0x5B, 0x7B: open.append(token)
      case 0x29, 0x5D, 0x7D: if !open.isEmpty { open.removeLast() }
      default: break
      }
    }
    return shifts
  }

  private func isOnOneLine(_ range: Range<Int>) -> Bool {
    lines.line(of: range.lowerBound) == lines.line(of: range.upperBound)
  }

  /// The edit reaches into the white space before the line's first token.
  private func touches(_ range: Range<Int>, _ line: Int) -> Bool {
    let start = lines.range(ofLine: line).lowerBound
    return range.upperBound > start && range.lowerBound <= start
  }

  /// How far a bracket moves: what edits before it on its line add, and how far the line itself moves.
  private func shift(of bracket: Int, _ edits: [Edit], _ moved: [Int: Int]) -> Int {
    let position = Int(code.tokens[bracket].start)
    let line = lines.line(of: position)
    let before = edits.filter { $0.range.upperBound <= position && lines.line(of: $0.range.lowerBound) == line }
    return before.reduce(moved[line] ?? 0) { $0 + $1.replacement.unicodeScalars.count - $1.range.count }
  }

  /// Visual column of a token from 0, tabs every eight.
  private func column(_ token: Int) -> Int {
    let position = Int(code.tokens[token].start)
    let line = lines.range(ofLine: lines.line(of: position))
    return code.source.text[line.lowerBound..<position].reduce(0) { column, byte in
      byte == 0x09 ? (column / Self.tab + 1) * Self.tab : column + 1
    }
  }

  private func indent(_ token: Int, by shift: Int, _ file: String, _ rule: String) -> Edit? {
    let position = Int(code.tokens[token].start)
    let start = lines.range(ofLine: lines.line(of: position)).lowerBound
    let white = code.source.text[start..<position]
    guard white.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { return nil }
    let width = max(0, column(token) + shift)
    let tabs = white.contains(0x09) ? width / Self.tab : 0
    let text = String(repeating: "\t", count: tabs) + String(repeating: " ", count: width - tabs * Self.tab)
    return Edit(file: file, range: start..<position, replacement: text, rule: rule)
  }
}
