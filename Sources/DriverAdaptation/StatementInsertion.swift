// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Puts a statement of its own behind another one, or behind the declarations that begin the block.
struct StatementInsertion {
  let file: String
  let code: Code
  private let lines: LineTable

  init(file: String, code: Code) {
    (self.file, self.code) = (file, code)
    lines = LineTable(code.source.text)
  }

  /// Nil where no line of its own can stand: in a branch without braces, on a shared line, under an `#if`.
  func edit(_ statement: String, behind unit: Int, rule: String) -> Edit? {
    guard code.units[unit].kind == .statement else { return nil }
    if code.isCommanded(unit) { return nil }
    // Nothing behind it is reached.
    if let keyword = Keyword(rawValue: code.words[code.units[unit].tokens.lowerBound]),
      Keyword.leaving.contains(keyword)
    {
      return nil
    }
    var next = unit + 1
    let isDeclaration = Self.isDeclaration(unit, code)
    while isDeclaration, next < code.units.count, Self.isDeclaration(next, code) { next += 1 }
    if isDeclaration, next < code.units.count, [.statement, .control].contains(code.units[next].kind) {
      let start = Int(code.tokens[code.units[next].tokens.lowerBound].start)
      let line = lines.range(ofLine: lines.line(of: start)).lowerBound
      let white = code.source.text[line..<start]
      guard white.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { return nil }
      return insertion(statement, at: line, white, rule)
    }
    guard !isDeclaration else { return nil }
    let (start, end) = (
      Int(code.tokens[code.units[unit].tokens.lowerBound].start), Int(code.tokens[code.units[unit].end - 1].end)
    )
    let first = lines.range(ofLine: lines.line(of: start)).lowerBound
    let last = lines.range(ofLine: lines.line(of: end - 1)).upperBound
    let white = code.source.text[first..<start]
    guard white.allSatisfy({ $0 == 0x20 || $0 == 0x09 }), last > end, code.source.text[last - 1] == 0x0A else {
      return nil
    }
    return insertion(statement, at: last, white, rule)
  }

  private func insertion(_ statement: String, at offset: Int, _ white: ArraySlice<UInt8>, _ rule: String) -> Edit {
    let text = String(decoding: white, as: UTF8.self) + statement + CompatText.lineEnd(code.source.text)
    return Edit(file: file, range: offset..<offset, replacement: text, rule: rule)
  }

  /// `type name`, `type *name`, as far as that shows.
  static func isDeclaration(_ unit: Int, _ code: Code) -> Bool {
    let found = code.units[unit]
    guard found.kind == .statement, found.tokens.count > 1 else { return false }
    let first = found.tokens.lowerBound
    if let keyword = Keyword(rawValue: code.words[first]) {
      return [
        .struct, .union, .enum, .const, .static, .unsigned, .signed, .int, .long, .short, .char, .void, .volatile,
      ]
      .contains(keyword)
    }
    guard code.tokens[first].kind == .identifier else { return false }
    var name = first + 1
    while name < found.tokens.upperBound, code.tokens[name].punctuation == 0x2A { name += 1 }
    guard name < found.tokens.upperBound, code.tokens[name].kind == .identifier else { return false }
    let next = name + 1 < found.tokens.upperBound ? code.tokens[name + 1].punctuation : 0
    return [0, 0x3D, 0x2C, 0x5B].contains(next)
  }
}
