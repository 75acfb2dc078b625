// SPDX-License-Identifier: GPL-2.0-or-later

/// Precedence climbing over the tokens of one unit; never fails, bounded in depth.
struct ExpressionParser {
  typealias Node = ExpressionTree.Node
  /// Brackets nested deeper are left unread.
  private static let maximalDepth = 120
  let tokens: [Token]
  let words: [Int32]
  let partner: [Int32]
  private(set) var at: Int
  private(set) var nodes: [Node] = []
  private(set) var childIndices: [Int32] = []
  private var depth = 0

  init(tokens: [Token], words: [Int32], partner: [Int32], at: Int) {
    (self.tokens, self.words, self.partner, self.at) = (tokens, words, partner, at)
  }

  private mutating func add(_ kind: Node.Kind, _ operation: UInt32 = 0, from start: Int, _ children: [Int] = []) -> Int
  {
    let first = childIndices.count
    childIndices += children.map(Int32.init)
    nodes.append(Node(kind, operation, start..<at, children: first..<childIndices.count))
    return nodes.count - 1
  }

  private func operation(_ end: Int) -> UInt32 { at < end ? tokens[at].punctuation : 0 }

  /// Everything up to `end`: one node, or a sequence of nodes.
  mutating func sequence(upTo end: Int) -> Int {
    let start = at
    var parts: [Int] = []
    while at < end {
      let before = at
      parts.append(expression(0, end))
      if at == before {
        at += 1
        parts[parts.count - 1] = add(.atom, from: before)
      }
    }
    return parts.count == 1 ? parts[0] : add(.sequence, from: start, parts)
  }

  private mutating func expression(_ minimum: Int, _ end: Int) -> Int {
    let start = at
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.maximalDepth else {
      at = end
      return add(.atom, from: start)
    }
    var left = unary(end)
    // `return -x` and `int *x`: a keyword is no operand.
    if nodes[left].kind == .atom, start < end, Keyword(rawValue: words[start]) != nil { return left }
    while at < end, let (precedence, kind) = Self.binary(tokens[at].punctuation), precedence >= minimum {
      let symbol = tokens[at].punctuation
      if kind == .conditional {
        at += 1
        var parts = [left]
        if operation(end) != 0x3A { parts.append(expression(0, end)) }
        if operation(end) == 0x3A, at + 1 < end {
          at += 1
          parts.append(expression(precedence, end))
        }
        left = add(.conditional, symbol, from: start, parts)
      } else if kind == .assignment {
        guard at + 1 < end else { break }
        at += 1
        left = add(.assignment, symbol, from: start, [left, expression(precedence, end)])
      } else {
        var parts = [left]
        // `a | b | c` is one node: its operands can be compared as a list.
        repeat {
          at += 1
          guard at < end else { break }
          parts.append(expression(precedence + 1, end))
        } while at < end && tokens[at].punctuation == symbol && Self.isList(symbol)
        left = add(.binary, symbol, from: start, parts)
      }
    }
    return left
  }

  private static func isList(_ symbol: UInt32) -> Bool {
    symbol == punctuation("|") || symbol == punctuation("||") || symbol == punctuation("&&")
  }

  private mutating func unary(_ end: Int) -> Int {
    let start = at
    guard at < end else { return add(.atom, from: start) }
    switch tokens[at].punctuation {
    case punctuation("!"), punctuation("~"), punctuation("-"), punctuation("+"), punctuation("*"), punctuation("&"),
      punctuation("++"), punctuation("--"):
      let symbol = tokens[at].punctuation
      at += 1
      guard at < end, startsOperand(end), depth < Self.maximalDepth else { return add(.atom, from: start) }
      depth += 1
      defer { depth -= 1 }
      return add(.prefix, symbol, from: start, [unary(end)])
    case 0x28:
      let close = Int(partner[at])
      if close > at, close < end, isType(at + 1..<close), close + 1 < end, startsCastOperand(close + 1, at + 1..<close)
      {
        guard depth < Self.maximalDepth else { break }
        depth += 1
        defer { depth -= 1 }
        at += 1
        let type = typeName(upTo: close)
        at = close + 1
        return add(.cast, from: start, [type, unary(end)])
      }
    default: break
    }
    return postfix(primary(end), start, end)
  }

  /// A type's tokens side by side: its `*` is no operator.
  private mutating func typeName(upTo end: Int) -> Int {
    let start = at
    var parts: [Int] = []
    while at < end {
      let from = at
      let partner = Int(partner[at])
      at = partner > at && partner < end ? partner + 1 : at + 1
      parts.append(add(.atom, from: from))
    }
    return parts.count == 1 ? parts[0] : add(.sequence, from: start, parts)
  }

  private func startsOperand(_ end: Int) -> Bool {
    guard at < end else { return false }
    if tokens[at].kind != .punctuator { return true }
    return [0x28, 0x2A, 0x26, 0x2D, 0x7E, 0x21, punctuation("++"), punctuation("--")].contains(tokens[at].punctuation)
  }

  /// Whether the tokens between parentheses name a type, as far as that shows.
  private func isType(_ range: Range<Int>) -> Bool {
    guard let last = range.last else { return false }
    if range.contains(where: { Keyword(rawValue: words[$0])?.isType ?? false }) {
      return tokens[last].punctuation != 0x29
    }
    let isNames = range.allSatisfy { tokens[$0].kind == .identifier || tokens[$0].punctuation == 0x2A }
    return isNames && tokens[range.lowerBound].kind == .identifier
      && (range.count == 1 || tokens[last].punctuation == 0x2A)
  }

  private func startsCastOperand(_ index: Int, _ type: Range<Int>) -> Bool {
    let token = tokens[index]
    if token.kind != .punctuator {
      return token.kind != .stray && Keyword(rawValue: words[index]).map(\.takesParentheses) ?? true
    }
    if token.punctuation == 0x28 || token.punctuation == 0x7B { return true }
    let isSure = type.count > 1 || Keyword(rawValue: words[type.lowerBound]) != nil
    return isSure && [0x2A, 0x26, 0x2D, 0x7E, 0x21].contains(token.punctuation)
  }

  private mutating func primary(_ end: Int) -> Int {
    let start = at
    switch tokens[at].punctuation {
    case 0x28:
      guard let close = close(end) else { break }
      at += 1
      let inner = sequence(upTo: close)
      at = close + 1
      return add(.paren, from: start, [inner])
    case 0x7B: return list(end)
    case 0x5B:
      guard let close = close(end) else { break }
      at += 1
      let inner = sequence(upTo: close)
      at = close + 1
      return add(.index, 0x5B, from: start, [inner])
    case 0x2E where at + 1 < end && tokens[at + 1].kind == .identifier:
      at += 2
      return add(.member, 0x2E, from: start)
    default: break
    }
    at += 1
    return add(.atom, from: start)
  }

  private func close(_ end: Int) -> Int? {
    let close = Int(partner[at])
    return close > at && close < end && depth < Self.maximalDepth ? close : nil
  }

  private mutating func postfix(_ first: Int, _ start: Int, _ end: Int) -> Int {
    var node = first
    if nodes[node].kind == .atom {
      let token = nodes[node].tokens.lowerBound
      guard tokens[token].kind == .identifier else { return node }
      if let keyword = Keyword(rawValue: words[token]), !keyword.takesParentheses { return node }
    }
    while at < end {
      switch tokens[at].punctuation {
      case 0x28:
        guard let close = close(end) else { return node }
        let children = [node] + arguments(close)
        node = add(.call, from: start, children)
      case 0x5B:
        guard let close = close(end) else { return node }
        at += 1
        let inner = sequence(upTo: close)
        at = close + 1
        node = add(.index, 0x5B, from: start, [node, inner])
      case 0x2E, punctuation("->"):
        guard at + 1 < end, tokens[at + 1].kind == .identifier else { return node }
        let symbol = tokens[at].punctuation
        at += 2
        node = add(.member, symbol, from: start, [node])
      case punctuation("++"), punctuation("--"):
        let symbol = tokens[at].punctuation
        at += 1
        node = add(.postfix, symbol, from: start, [node])
      default: return node
      }
    }
    return node
  }

  /// Reads from an opening bracket to `close` and behind it; one node for each part between commas.
  private mutating func arguments(_ close: Int) -> [Int] {
    depth += 1
    defer { depth -= 1 }
    at += 1
    var parts: [Int] = []
    while at < close {
      var comma = at
      while comma < close, tokens[comma].punctuation != 0x2C {
        comma = partner[comma] > comma && Int(partner[comma]) < close ? Int(partner[comma]) + 1 : comma + 1
      }
      parts.append(sequence(upTo: comma))
      at = min(comma + 1, close)
    }
    at = close + 1
    return parts
  }

  private mutating func list(_ end: Int) -> Int {
    let start = at
    guard let close = close(end) else {
      at += 1
      return add(.atom, from: start)
    }
    let parts = arguments(close)
    return add(.list, from: start, parts)
  }

  /// Whether an operator sets what stands before it.
  static func isAssignment(_ symbol: UInt32) -> Bool { binary(symbol)?.kind == .assignment }

  private static func binary(_ symbol: UInt32) -> (precedence: Int, kind: Node.Kind)? {
    switch symbol {
    case punctuation("="), punctuation("+="), punctuation("-="), punctuation("*="), punctuation("/="),
      punctuation("%="), punctuation("&="), punctuation("|="), punctuation("^="), punctuation("<<="),
      punctuation(">>="):
      (1, .assignment)
    case punctuation("?"): (2, .conditional)
    case punctuation("||"): (3, .binary)
    case punctuation("&&"): (4, .binary)
    case punctuation("|"): (5, .binary)
    case punctuation("^"): (6, .binary)
    case punctuation("&"): (7, .binary)
    case punctuation("=="), punctuation("!="): (8, .binary)
    case punctuation("<"), punctuation(">"), punctuation("<="), punctuation(">="): (9, .binary)
    case punctuation("<<"), punctuation(">>"): (10, .binary)
    case punctuation("+"), punctuation("-"): (11, .binary)
    case punctuation("*"), punctuation("/"), punctuation("%"): (12, .binary)
    default: nil
    }
  }
}
