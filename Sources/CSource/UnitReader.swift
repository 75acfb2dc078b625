// SPDX-License-Identifier: GPL-2.0-or-later

/// Cuts a file into units; tolerant, since windows begin and end anywhere.
struct UnitReader {
  private enum Context { case block, list }
  private let source: LexedSource
  private let brackets: Brackets
  private let words: [Int32]
  private var units: [CodeUnit] = []
  private var functions: [Function] = []
  private var stack: [Context] = []
  /// Nesting at each open `#if`, and behind its first alternative: see `Brackets`.
  private var saved: [(atIf: [Context], afterFirst: [Context]?)] = []
  private var at = 0

  static func read(_ source: LexedSource, _ brackets: Brackets, _ words: [Int32]) -> ([CodeUnit], [Function]) {
    var reader = UnitReader(source: source, brackets: brackets, words: words)
    while reader.at < source.tokens.count { reader.step() }
    return (reader.units, reader.functions)
  }

  private init(source: LexedSource, brackets: Brackets, words: [Int32]) {
    (self.source, self.brackets, self.words) = (source, brackets, words)
  }

  private func punctuation(_ index: Int) -> UInt32 { index < words.count ? source.tokens[index].punctuation : 0 }
  private func keyword(_ index: Int) -> Keyword? { index < words.count ? Keyword(rawValue: words[index]) : nil }

  private mutating func add(_ kind: CodeUnit.Kind, _ tokens: Range<Int>, end: Int) {
    units.append(CodeUnit(kind: kind, tokens: tokens, end: end, depth: stack.count))
    at = end
  }

  private mutating func step() {
    let start = at
    let token = source.tokens[start]
    if token.isDirective { return directive() }
    switch token.punctuation {
    case 0x7B:
      let context: Context = stack.last == .list ? .list : .block
      add(.open, start..<start + 1, end: start + 1)
      stack.append(context)
    case 0x7D:
      if !stack.isEmpty { stack.removeLast() }
      let terminated = punctuation(start + 1) == 0x3B || punctuation(start + 1) == 0x2C
      add(.close, start..<start + 1, end: terminated ? start + 2 : start + 1)
    default: if stack.last == .list || isDesignator(start) { element() } else { statement() }
    }
  }

  private mutating func directive() {
    var end = at + 1
    while end < words.count, source.tokens[end].isDirective,
      !(source.tokens[end].startsLine && punctuation(end) == 0x23)
    {
      end += 1
    }
    let conditional = at + 1 < end ? Conditional(source, source.tokens[at + 1]) : nil
    add(.directive, at..<end, end: end)
    switch conditional {
    case .opens: saved.append((stack, nil))
    case .alternative:
      guard let last = saved.indices.last else { return }
      saved[last].afterFirst = saved[last].afterFirst ?? stack
      stack = saved[last].atIf
    case .closes: stack = saved.popLast().map { $0.afterFirst ?? stack } ?? stack
    case nil: break
    }
  }

  /// `.name =` and `[index] =` begin an element even where the window does not show the brace around it.
  private func isDesignator(_ start: Int) -> Bool {
    if punctuation(start) == 0x2E { return start + 1 < words.count && source.tokens[start + 1].kind == .identifier }
    guard punctuation(start) == 0x5B, brackets.partner[start] > start else { return false }
    return punctuation(Int(brackets.partner[start]) + 1) == 0x3D
  }

  /// The token behind `index`, or behind its partner if it opens parentheses or brackets.
  private func skip(_ index: Int) -> Int {
    let isOpen = punctuation(index) == 0x28 || punctuation(index) == 0x5B
    return isOpen && brackets.partner[index] > index ? Int(brackets.partner[index]) + 1 : index + 1
  }

  private mutating func element() {
    var index = at
    while index < words.count {
      if source.tokens[index].isDirective { return add(.element, at..<index, end: index) }
      switch punctuation(index) {
      case 0x2C, 0x3B: return add(.element, at..<index, end: index + 1)
      case 0x7D: return add(.element, at..<index, end: index)
      case 0x7B:
        if index > at { add(.head, at..<index, end: index) }
        add(.open, index..<index + 1, end: index + 1)
        return stack.append(.list)
      default: index = skip(index)
      }
    }
    add(.element, at..<index, end: index)
  }

  private mutating func statement() {
    let start = at
    if let keyword = keyword(start) {
      switch keyword {
      case .if, .while, .for, .switch:
        if punctuation(start + 1) == 0x28, brackets.partner[start + 1] > start {
          let end = Int(brackets.partner[start + 1]) + 1
          return add(.control, start..<end, end: end)
        }
      case .else, .do: return add(.control, start..<start + 1, end: start + 1)
      case .case, .default: return label()
      default: break
      }
    } else if source.tokens[start].kind == .identifier, punctuation(start + 1) == 0x3A {
      return add(.label, start..<start + 1, end: start + 2)
    }
    var index = start
    var assigns = false
    while index < words.count {
      let token = source.tokens[index]
      if token.isDirective, index > start { return add(.statement, start..<index, end: index) }
      // A macro used at file level needs no semicolon: a line that begins in column one begins anew.
      if stack.isEmpty, index > start, token.startsLine, punctuation(index - 1) == 0x29, isInFirstColumn(token),
        token.kind == .identifier
      {
        return add(.statement, start..<index, end: index)
      }
      switch token.punctuation {
      case 0x3B: return add(.statement, start..<index, end: index + 1)
      case 0x7D: return add(.statement, start..<index, end: index)
      case 0x7B: return head(upTo: index, assigns: assigns)
      case 0x3D: assigns = true
      default: break
      }
      index = skip(index)
    }
    add(.statement, start..<index, end: index)
  }

  private func isInFirstColumn(_ token: Token) -> Bool {
    token.start == 0 || source.text[Int(token.start) - 1] == 0x0A
  }

  private mutating func label() {
    var index = at + 1
    while index < words.count, !source.tokens[index].isDirective, punctuation(index) != 0x3A,
      punctuation(index) != 0x3B, punctuation(index) != 0x7B, punctuation(index) != 0x7D
    {
      index = skip(index)
    }
    add(.label, at..<index, end: punctuation(index) == 0x3A ? index + 1 : index)
  }

  private mutating func head(upTo brace: Int, assigns: Bool) {
    let start = at
    let isList = assigns || keyword(start) == .return || isEnumeration(start..<brace)
    if stack.isEmpty, !isList { function(start..<brace) }
    add(.head, start..<brace, end: brace)
    add(.open, brace..<brace + 1, end: brace + 1)
    stack.append(isList ? .list : .block)
  }

  /// `enum name`, and not a function that returns or takes one.
  private func isEnumeration(_ head: Range<Int>) -> Bool {
    var isEnumeration = false
    var index = head.lowerBound
    while index < head.upperBound {
      if keyword(index) == .enum { isEnumeration = true }
      if punctuation(index) == 0x28 { isEnumeration = false }
      index = skip(index)
    }
    return isEnumeration
  }

  /// A head at file level with parameters is a function's.
  private mutating func function(_ head: Range<Int>) {
    guard
      let paren = head.first(where: {
        punctuation($0) == 0x28 && $0 > head.lowerBound && source.tokens[$0 - 1].kind == .identifier
          && !source.spells(source.tokens[$0 - 1], "__attribute__") && keyword($0 - 1) == nil
      })
    else { return }
    let close = Int(brackets.partner[head.upperBound])
    let end = close > head.upperBound ? close + 1 : words.count
    functions.append(Function(name: paren - 1, head: head, body: head.upperBound..<end))
  }
}
