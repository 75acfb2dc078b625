// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// A function, an initialised object, or what stands at file level: the statements that are compared with each other.
struct Passage {
  struct Statement {
    /// Tokens of the file, terminator left out.
    var tokens: Range<Int>
    var kind: CodeUnit.Kind
    /// Its spellings.
    var words: [String]
    /// The heads of the braces around it, from the outermost: statements may change places within one block.
    var block: [String]
  }
  /// The function's or object's name; empty at file level.
  var name: String
  var statements: [Statement] = []
  /// Parameters and variables that a function declares, the former in order.
  var locals = LocalNames()
}

/// A file cut into passages.
struct Outline {
  private static let maximalDepth = 127
  let code: Code
  /// By name; file level is "".
  private(set) var passages: [String: Passage] = [:]

  /// - Parameter text: as a preprocessor reads it (`ActiveText`).
  init(_ text: SourceText) {
    var spellings = Spellings()
    code = Code(text, &spellings)
    read(spellings)
  }

  private mutating func read(_ spellings: Spellings) {
    var block: [String] = []
    // Blocks nested deeper than compilers go are not told apart.
    var deeper = 0
    var head = ""
    var object = ""
    var next = 0
    for unit in code.units {
      let words = Self.tokens(of: unit.tokens, unit.kind, in: code).map { spellings.text(code.words[$0]) }
      while next < code.functions.count, code.functions[next].body.upperBound <= unit.tokens.lowerBound { next += 1 }
      let function = next < code.functions.count && code.functions[next].head.lowerBound <= unit.tokens.lowerBound
      let functionName = function ? spellings.text(code.words[code.functions[next].name]) : ""
      switch unit.kind {
      case .open:
        if block.count < Self.maximalDepth { block.append(head) } else { deeper += 1 }
        head = ""
      case .close:
        if deeper > 0 { deeper -= 1 } else if !block.isEmpty { block.removeLast() }
        if block.isEmpty { object = "" }
      case .directive where Self.isCondition(words) || Self.isInclude(words): continue
      default:
        head = words.joined(separator: " ")
        if unit.kind == .head, !function, block.isEmpty { object = Self.objectName(words) ?? "" }
        let name = function ? functionName : unit.kind == .directive ? Self.macroName(words) : object
        if passages[name] == nil {
          passages[name] = Passage(name: name)
          if function { passages[name]?.locals = LocalNames(code, code.functions[next], spellings) }
        }
        passages[name]?.statements.append(
          Passage.Statement(tokens: unit.tokens, kind: unit.kind, words: words, block: block))
      }
    }
  }

  /// A statement's tokens without the conditions that may stand within it.
  private static func tokens(of range: Range<Int>, _ kind: CodeUnit.Kind, in code: Code) -> [Int] {
    range.filter { kind == .directive || !code.tokens[$0].isDirective }
  }

  /// The directives that lead to the text are no part of it once it is chosen.
  private static func isCondition(_ words: [String]) -> Bool {
    words.count > 1 && ["if", "ifdef", "ifndef", "elif", "elifdef", "elifndef", "else", "endif"].contains(words[1])
  }

  private static func isInclude(_ words: [String]) -> Bool {
    words.count > 1 && ["include", "include_next"].contains(words[1])
  }

  /// Each macro is a passage of its own.
  private static func macroName(_ words: [String]) -> String {
    words.count > 2 && words[1] == "define" ? "#define " + words[2] : ""
  }

  /// What a head at file level that is no function's introduces: `struct a b = {` is b, `struct a {` is a.
  private static func objectName(_ words: [String]) -> String? {
    words.prefix { $0 != "=" && $0 != "[" }.last { $0.first.map { $0.isLetter || $0 == "_" } ?? false }
  }

  /// A statement as one line.
  func text(_ statement: Passage.Statement) -> String {
    var text = ""
    var last: Token?
    for token in Self.tokens(of: statement.tokens, statement.kind, in: code).map({ code.tokens[$0] }) {
      if let last, token.start > last.end { text += " " }
      text += code.source.spelling(token)
      last = token
    }
    return text
  }
}
