// SPDX-License-Identifier: GPL-2.0-or-later

/// The tokens of a header, with its macros set aside and its conditional parts made to fit together.
struct HeaderTokens {
  struct Token {
    enum Kind { case name, mark, literal }
    var kind: Kind
    var range: Range<Int>
    /// From 0.
    var line: Int
    /// For an opening bracket the index of its closing one, or of the end; otherwise its own.
    var match: Int
  }
  /// A `#define`.
  struct Macro {
    /// The name alone.
    var name: Range<Int>
    /// With the parameters.
    var head: Range<Int>
    var body: Range<Int>
    var line: Int
  }
  let bytes: [UInt8]
  private(set) var tokens: [Token] = []
  private(set) var macros: [Macro] = []

  /// A `#if` that is open: where its present branch began, and what its first branch did to the bracket depth.
  private struct Branch {
    var start: Int
    var firstNet: (braces: Int, parentheses: Int)?
    var dropsFirst: Bool
    var dropsRest: Bool
  }
  private var branches: [Branch] = []

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    scan()
    matchBrackets()
  }

  func byte(_ index: Int) -> UInt8 { bytes[tokens[index].range.lowerBound] }
  func isMark(_ index: Int, _ mark: Unicode.Scalar) -> Bool {
    tokens[index].kind == .mark && byte(index) == UInt8(ascii: mark)
  }
  func name(_ index: Int) -> ArraySlice<UInt8>? {
    tokens[index].kind == .name ? bytes[tokens[index].range] : nil
  }
  func isName(_ index: Int, in words: Set<String>) -> Bool {
    tokens[index].kind == .name && words.contains(text(tokens[index].range))
  }
  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private mutating func scan() {
    var index = 0
    var line = 0
    var fresh = true
    let end = bytes.count
    while index < end {
      let byte = bytes[index]
      let start = index
      if byte == newline {
        line += 1
        index += 1
        fresh = true
      } else if byte <= space || byte == backslash {
        index += 1
      } else if byte == slash, let after = comment(at: index, line: &line) {
        index = after
      } else if byte == hashSign, fresh {
        index = directive(at: index, line: &line)
      } else {
        fresh = false
        var kind = Token.Kind.mark
        if isLetter(byte) {
          kind = .name
          while index < end, isLetter(bytes[index]) || isDigit(bytes[index]) { index += 1 }
        } else if isDigit(byte) {
          kind = .literal
          while index < end, isLetter(bytes[index]) || isDigit(bytes[index]) { index += 1 }
        } else if byte == quote || byte == apostrophe {
          kind = .literal
          index = literalEnd(at: index)
        } else {
          index += 1
        }
        tokens.append(Token(kind: kind, range: start..<index, line: line, match: tokens.count))
      }
    }
  }

  private func literalEnd(at start: Int) -> Int {
    var index = start + 1
    while index < bytes.count, bytes[index] != bytes[start], bytes[index] != newline {
      index += bytes[index] == backslash && index + 1 < bytes.count && bytes[index + 1] != newline ? 2 : 1
    }
    return index < bytes.count && bytes[index] == bytes[start] ? index + 1 : min(index, bytes.count)
  }

  private func comment(at start: Int, line: inout Int) -> Int? {
    guard start + 1 < bytes.count else { return nil }
    var index = start + 2
    if bytes[start + 1] == slash {
      while index < bytes.count, bytes[index] != newline { index += 1 }
      return index
    }
    guard bytes[start + 1] == star else { return nil }
    while index < bytes.count, !(bytes[index] == star && index + 1 < bytes.count && bytes[index + 1] == slash) {
      if bytes[index] == newline { line += 1 }
      index += 1
    }
    return min(index + 2, bytes.count)
  }

  /// Reads one directive with its continuation lines; returns the offset of its line end.
  private mutating func directive(at start: Int, line: inout Int) -> Int {
    let first = line
    var end = start
    while end < bytes.count, bytes[end] != newline {
      if bytes[end] == slash, let after = comment(at: end, line: &line) {
        end = after
      } else if bytes[end] == quote {
        end = literalEnd(at: end)
      } else if bytes[end] == backslash, end + 1 < bytes.count, bytes[end + 1] == newline {
        line += 1
        end += 2
      } else {
        end += 1
      }
    }
    var index = start + 1
    func word() -> Range<Int> {
      while index < end, bytes[index] == space || bytes[index] == tab { index += 1 }
      let start = index
      while index < end, isLetter(bytes[index]) || isDigit(bytes[index]) { index += 1 }
      return start..<index
    }
    switch text(word()) {
    case "define":
      let name = word()
      guard !name.isEmpty else { break }
      if index < end, bytes[index] == UInt8(ascii: "(") {
        while index < end, bytes[index] != UInt8(ascii: ")") { index += 1 }
        index = min(index + 1, end)
      }
      macros.append(Macro(name: name, head: name.lowerBound..<index, body: index..<end, line: first))
    case "if", "ifdef":
      let condition = text(word())
      open(dropsFirst: condition == "0" || Self.assembly.contains(condition), dropsRest: false)
    case "ifndef": open(dropsFirst: false, dropsRest: Self.assembly.contains(text(word())))
    case "elif", "elifdef", "elifndef", "else": nextBranch()
    case "endif":
      nextBranch(last: true)
      _ = branches.popLast()
    default: break
    }
    return end
  }

  /// What the build defines for assembler sources: such parts are no C.
  private static let assembly: Set = ["__ASSEMBLY__", "__ASSEMBLER__"]

  private mutating func open(dropsFirst: Bool, dropsRest: Bool) {
    branches.append(Branch(start: tokens.count, dropsFirst: dropsFirst, dropsRest: dropsRest))
  }

  /// Ends a branch. Branches whose brackets are not balanced are alternatives of one text: only the first stays, and
  /// none if there is no other.
  private mutating func nextBranch(last: Bool = false) {
    guard var branch = branches.last else { return }
    let net = net(from: branch.start)
    let balanced = net == (0, 0)
    let drops: Bool
    if let first = branch.firstNet {
      drops = branch.dropsRest || first != (0, 0) || !balanced
    } else {
      drops = branch.dropsFirst || last && !balanced
      branch.firstNet = drops ? (0, 0) : net
    }
    if drops { tokens.removeSubrange(branch.start...) }
    branch.start = tokens.count
    branches[branches.count - 1] = branch
  }

  private func net(from start: Int) -> (braces: Int, parentheses: Int) {
    var result = (braces: 0, parentheses: 0)
    for index in min(start, tokens.count)..<tokens.count where tokens[index].kind == .mark {
      switch byte(index) {
      case UInt8(ascii: "{"): result.braces += 1
      case UInt8(ascii: "}"): result.braces -= 1
      case UInt8(ascii: "("): result.parentheses += 1
      case UInt8(ascii: ")"): result.parentheses -= 1
      default: break
      }
    }
    return result
  }

  private mutating func matchBrackets() {
    var open: [Int] = []
    for index in tokens.indices where tokens[index].kind == .mark {
      tokens[index].match = index
      switch byte(index) {
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): open.append(index)
      case UInt8(ascii: ")"): close("(", index, &open)
      case UInt8(ascii: "]"): close("[", index, &open)
      case UInt8(ascii: "}"): close("{", index, &open)
      default: break
      }
    }
    // What is never closed reaches to the next token only, so that the rest of the file is still read.
    for index in open { tokens[index].match = index }
  }

  private mutating func close(_ mark: Unicode.Scalar, _ index: Int, _ open: inout [Int]) {
    // A brace closes over forgotten parentheses, not the other way round.
    while let last = open.last {
      if byte(last) == UInt8(ascii: mark) {
        tokens[last].match = index
        open.removeLast()
        return
      }
      guard mark == "{" else { return }
      open.removeLast()
    }
  }
}
