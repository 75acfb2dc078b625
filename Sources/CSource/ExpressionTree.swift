// SPDX-License-Identifier: GPL-2.0-or-later

/// The expressions of one unit as a tree of closed token spans. What C's grammar would call a declaration is a sequence
/// of the parts that can be read without knowing types.
package struct ExpressionTree: Sendable {
  package struct Node: Hashable, Sendable {
    package enum Kind: UInt8, Sendable {
      case atom
      /// `( … )` around one part.
      case paren
      /// `base.name`, `base->name`; without a child a designator `.name`.
      case member
      /// `base[index]`; with one child a designator `[index]`.
      case index
      /// The callee and its arguments; also `sizeof (…)` and `if (…)`.
      case call
      case prefix, postfix, binary, assignment, conditional
      /// `(type) operand`.
      case cast
      /// `{ … }`.
      case list
      /// Parts that stand side by side.
      case sequence
    }
    package var kind: Kind
    /// The operator of members, prefixes, postfixes, binaries and assignments, as `Token.punctuation`.
    package var operation: UInt32
    /// Tokens of the node.
    package var tokens: Range<Int>
    fileprivate var childRange: Range<Int>
  }
  package private(set) var nodes: [Node] = []
  private var childIndices: [Int32] = []
  /// Index of the node that spans the unit.
  package private(set) var root = 0

  package func children(_ node: Int) -> ArraySlice<Int32> { childIndices[nodes[node].childRange] }

  /// Nodes from the root to the innermost one that holds the token.
  package func path(to token: Int) -> [Int] {
    guard nodes[root].tokens.contains(token) else { return [] }
    var path = [root]
    while let child = children(path[path.count - 1]).first(where: { nodes[Int($0)].tokens.contains(token) }) {
      path.append(Int(child))
    }
    return path
  }

  package init(_ code: Code, _ range: Range<Int>) {
    self.init(tokens: code.source.tokens, words: code.words, partner: code.brackets.partner, range)
  }

  /// Reads the tokens of `range`; `partner` as in `Brackets`.
  package init(tokens: [Token], words: [Int32], partner: [Int32], _ range: Range<Int>) {
    var parser = ExpressionParser(tokens: tokens, words: words, partner: partner, at: range.lowerBound)
    root = parser.sequence(upTo: range.upperBound)
    (nodes, childIndices) = (parser.nodes, parser.childIndices)
  }
}

extension ExpressionTree.Node {
  init(_ kind: Kind, _ operation: UInt32, _ tokens: Range<Int>, children: Range<Int>) {
    (self.kind, self.operation, self.tokens, childRange) = (kind, operation, tokens, children)
  }
}
