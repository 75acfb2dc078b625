// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// A source file ready for analysis: tokens, their brackets, their words as numbers, and the units they form.
package struct Code: Sendable {
  package let source: LexedSource
  package let brackets: Brackets
  /// For each token the number of its spelling.
  package let words: [Int32]
  /// Statements, heads, initialiser elements and the like, in file order; they cover all tokens but terminators.
  package let units: [CodeUnit]
  package let functions: [Function]

  package init(_ text: SourceText, _ spellings: inout Spellings) {
    let source = LexedSource(text)
    self.source = source
    brackets = Brackets(source)
    words = source.text.withUnsafeBufferPointer { bytes in
      source.tokens.map { spellings.number(of: UnsafeBufferPointer(rebasing: bytes[$0.range])) }
    }
    (units, functions) = UnitReader.read(source, brackets, words)
  }

  package init(_ text: String, _ spellings: inout Spellings) { self.init(SourceText(text.utf8), &spellings) }

  package var tokens: [Token] { source.tokens }

  /// Index of the unit that holds a token (its terminator included), or nil.
  package func unit(holding token: Int) -> Int? {
    var (low, high) = (0, units.count)
    while low < high {
      let middle = (low + high) / 2
      if units[middle].end > token { high = middle } else { low = middle + 1 }
    }
    return low < units.count && units[low].tokens.lowerBound <= token ? low : nil
  }

  /// Whether a unit is what a condition, a loop or a label commands: it can't go, and nothing can come beside it.
  package func isCommanded(_ unit: Int) -> Bool {
    unit > 0 && [.control, .label].contains(units[unit - 1].kind)
  }

  /// The spellings of some tokens, without white space.
  package func spelled(_ tokens: Range<Int>) -> String {
    tokens.map { source.spelling(self.tokens[$0]) }.joined()
  }

  /// Some tokens as they are written, on one line.
  package func written(_ tokens: Range<Int>) -> String {
    let bytes = self.tokens[tokens.lowerBound].range.lowerBound..<self.tokens[tokens.upperBound - 1].range.upperBound
    return String(decoding: source.text[bytes], as: UTF8.self).split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
  }

  /// A token's punctuation as a number; 0 for any other token, and outside of the file.
  package func punctuation(at token: Int) -> UInt32 {
    tokens.indices.contains(token) ? tokens[token].punctuation : 0
  }

  /// Whether a token is spelled so.
  package func spells(_ token: Int, _ name: String) -> Bool { source.bytes(tokens[token]).elementsEqual(name.utf8) }

  /// Whether a token is an assignment's operator.
  package func isAssignment(_ token: Int) -> Bool { ExpressionParser.isAssignment(punctuation(at: token)) }

  /// Whether a token stands behind `.` or `->`.
  package func isMember(_ token: Int) -> Bool {
    let before = punctuation(at: token - 1)
    return before == 0x2E || before == CSource.punctuation("->")
  }

  /// Whether a token stands behind `struct`, `union` or `enum`.
  package func isTag(_ token: Int) -> Bool {
    guard token > 0, let keyword = Keyword(rawValue: words[token - 1]) else { return false }
    return [.struct, .union, .enum].contains(keyword)
  }

  /// Whether a name is set, counted up or down, or pointed to where it stands.
  package func isTouched(_ token: Int) -> Bool {
    let counts = [CSource.punctuation("++"), CSource.punctuation("--")]
    let (before, after) = (punctuation(at: token - 1), punctuation(at: token + 1))
    return before == 0x26 || counts.contains(before) || counts.contains(after) || isAssignment(token + 1)
  }

  /// The parts of some tokens between the commas that stand in no bracket of theirs; none for no tokens.
  package func list(_ tokens: Range<Int>) -> [Range<Int>] {
    guard !tokens.isEmpty else { return [] }
    var parts: [Range<Int>] = []
    var (start, index) = (tokens.lowerBound, tokens.lowerBound)
    while index < tokens.upperBound {
      if self.tokens[index].punctuation == 0x2C {
        parts.append(start..<index)
        start = index + 1
      }
      index = max(index, Int(brackets.partner[index])) + 1
    }
    return parts + [start..<tokens.upperBound]
  }

  /// The function whose body or head holds a token, or nil.
  package func function(holding token: Int) -> Function? {
    functions.last { $0.head.lowerBound <= token && token < $0.body.upperBound }
  }
}

/// A function's definition.
package struct Function: Hashable, Sendable {
  /// Token that names it.
  package var name: Int
  /// Tokens of its head, from the first specifier to the closing parenthesis and attributes.
  package var head: Range<Int>
  /// Tokens of its body with both braces.
  package var body: Range<Int>
}

/// The smallest piece of code that is moved, removed or inserted as a whole.
package struct CodeUnit: Hashable, Sendable {
  package enum Kind: UInt8, Sendable {
    /// Up to a `;`: expression statement, declaration, `return`.
    case statement
    /// `if (…)`, `else`, `for (…)`, `while (…)`, `do`, `switch (…)`: what follows is its body.
    case control
    /// What stands before a `{`: a function's head, a structure's, an initialised object's, a loop macro's.
    case head
    /// One element of an initialiser or enumeration.
    case element
    /// `case …:`, `default:`, `name:`.
    case label
    /// A preprocessor line.
    case directive
    case open, close
  }
  package var kind: Kind
  /// Its tokens without the terminator.
  package var tokens: Range<Int>
  /// Index behind the terminator (`;`, `,` or `:`), or behind the tokens if it has none.
  package var end: Int
  /// How many braces are open around it.
  package var depth: Int

  package var hasTerminator: Bool { end > tokens.upperBound }
}
