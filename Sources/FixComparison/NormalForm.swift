// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// A statement in words that are equal for statements that say the same.
///
/// Set aside are: redundant parentheses; casts to a pointer or to `void`; `x == NULL`, `x == 0` and `!x`, and in a
/// condition `x != NULL`, `x != 0` and `x`; `a > b` and `b < a`; the order of designated initialisers; how a number is
/// spelled; macros and one-line inline functions that the driver itself defines.
struct NormalForm {
  let words: [String]
  private let code: Code
  private let tree: ExpressionTree
  private let spellings: Spellings

  /// - Parameter text: one statement, without its terminator.
  static func of(_ text: String, macros: OwnMacros) -> [String] {
    var spellings = Spellings()
    let code = Code(macros.expanded(text), &spellings)
    return NormalForm(code, spellings).render()
  }

  private init(_ code: Code, _ spellings: Spellings) {
    self.code = code
    self.spellings = spellings
    tree = ExpressionTree(code, 0..<code.tokens.count)
    words = []
  }

  private func render() -> [String] { code.tokens.isEmpty ? [] : render(tree.root, asksTruth: false) }

  private func spelling(_ token: Int) -> String { spellings.text(code.words[token]) }

  private func children(_ node: Int) -> [Int] { tree.children(node).map(Int.init) }

  private func render(_ node: Int, asksTruth: Bool) -> [String] {
    let found = tree.nodes[node]
    let parts = children(node)
    switch found.kind {
    case .atom: return found.tokens.map { literal(spelling($0)) }
    case .paren: return parts.first.map { render($0, asksTruth: asksTruth) } ?? ["(", ")"]
    case .member:
      let name = spelling(found.tokens.upperBound - 2) + spelling(found.tokens.upperBound - 1)
      return parts.flatMap { render($0, asksTruth: false) } + [name]
    case .index: return parts.dropLast().flatMap { operand($0) } + ["["] + parts.suffix(1).flatMap(plain) + ["]"]
    case .call:
      let isCondition = ["if", "while"].contains(spelling(found.tokens.lowerBound))
      let arguments = parts.dropFirst().map { render($0, asksTruth: isCondition) }
      return parts.prefix(1).flatMap(plain) + ["("] + Array(arguments.joined(separator: [","])) + [")"]
    case .prefix: return prefix(found.operation, parts, asksTruth)
    case .postfix: return parts.flatMap { operand($0) } + [spelling(found.tokens.upperBound - 1)]
    case .binary: return binary(node, found.operation, parts, asksTruth)
    case .assignment:
      let sides = parts.map(plain)
      return Array(sides.joined(separator: [text(found.operation)]))
    case .conditional:
      let sides = parts.enumerated().map { render($1, asksTruth: $0 == 0) }
      return ["("] + Array(sides.joined(separator: ["?"])) + [")"]
    case .cast:
      guard parts.count == 2 else { return parts.flatMap(plain) }
      let type = plain(parts[0])
      return type.last == "*" || type == ["void"] ? plain(parts[1]) : ["("] + type + [")"] + operand(parts[1])
    case .list:
      var elements = parts.map(plain)
      if elements.allSatisfy({ $0.first?.hasPrefix(".") ?? false }) {
        elements.sort { $0.lexicographicallyPrecedes($1) }
      }
      return ["{"] + Array(elements.joined(separator: [","])) + ["}"]
    case .sequence: return parts.flatMap(plain)
    }
  }

  private func plain(_ node: Int) -> [String] { render(node, asksTruth: false) }

  /// As part of something that binds closer.
  private func operand(_ node: Int) -> [String] {
    let words = plain(node)
    return words.count > 1 && [.prefix, .cast].contains(inner(node).kind) ? ["("] + words + [")"] : words
  }

  /// The node within its parentheses.
  private func inner(_ node: Int) -> ExpressionTree.Node {
    var node = node
    while tree.nodes[node].kind == .paren, let child = children(node).first { node = child }
    return tree.nodes[node]
  }

  private func prefix(_ operation: UInt32, _ parts: [Int], _ asksTruth: Bool) -> [String] {
    guard let part = parts.first else { return [text(operation)] }
    guard operation == punctuation("!") else { return [text(operation)] + operand(part) }
    return negated(render(part, asksTruth: true), asksTruth)
  }

  private func negated(_ words: [String], _ asksTruth: Bool) -> [String] {
    words.first == "!" && asksTruth ? Array(words.dropFirst()) : ["!"] + words
  }

  private func binary(_ node: Int, _ operation: UInt32, _ parts: [Int], _ asksTruth: Bool) -> [String] {
    let isEqual = operation == punctuation("==")
    if parts.count == 2, isEqual || operation == punctuation("!=") {
      let sides = parts.map(plain)
      if let zero = sides.lastIndex(of: ["0"]) {
        let other = render(parts[1 - zero], asksTruth: true)
        if isEqual { return negated(other, asksTruth) }
        if asksTruth { return other }
      }
    }
    let isTruth = operation == punctuation("&&") || operation == punctuation("||")
    var sides = parts.map { render($0, asksTruth: isTruth) }
    var symbol = text(operation)
    if parts.count == 2, symbol == ">" || symbol == ">=" {
      sides.reverse()
      symbol = symbol == ">" ? "<" : "<="
    }
    return ["("] + Array(sides.joined(separator: [symbol])) + [")"]
  }

  private func literal(_ word: String) -> String {
    if word == "NULL" || word == "false" { return "0" }
    if word == "true" { return "1" }
    guard word.first?.isNumber ?? false else { return word }
    let lower = word.lowercased()
    let value = lower.hasPrefix("0x") ? Int(lower.dropFirst(2), radix: 16) : lower.first == "0" ? nil : Int(lower)
    return value.map(String.init) ?? lower
  }

  private func text(_ operation: UInt32) -> String {
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: operation >> (8 * UInt32($0))) }.prefix { $0 != 0 }
    return String(decoding: bytes, as: UTF8.self)
  }
}
