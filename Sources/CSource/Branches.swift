// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// The `#if` … `#elif` … `#else` … `#endif` groups of a file: structure only, nothing is evaluated.
package struct Branches: Sendable {
  /// One alternative of a group.
  package struct Branch: Hashable, Sendable {
    /// Which group of the file, in order of their `#if`, from 0.
    package var group: Int
    /// Which alternative of its group, from 0.
    package var alternative: Int
    /// Bytes of the directive, from its `#` to its last token.
    package var directive: Range<Int>
    /// Bytes between the directive's end and the next directive of the group.
    package var body: Range<Int>
    /// Index of the branch that this one stands in.
    package var parent: Int?
  }
  /// All branches in the order of their directives.
  package let all: [Branch]

  package init(_ source: LexedSource) {
    let tokens = source.tokens
    var branches: [Branch] = []
    var open: [Int] = []
    var groups = 0
    var index = 0
    while index < tokens.count {
      let first = tokens[index]
      guard first.isDirective, first.startsLine, index + 1 < tokens.count, tokens[index + 1].isDirective else {
        index += 1
        continue
      }
      let word = tokens[index + 1]
      index += 2
      while index < tokens.count, tokens[index].isDirective,
        !(tokens[index].startsLine && tokens[index].punctuation == 0x23)
      {
        index += 1
      }
      let directive = Int(first.start)..<Int(tokens[index - 1].end)
      guard let step = Conditional(source, word) else { continue }
      if step != .opens, let last = open.last {
        branches[last].body = branches[last].body.lowerBound..<directive.lowerBound
      }
      switch step {
      case .opens:
        branches.append(
          Branch(
            group: groups, alternative: 0, directive: directive, body: directive.upperBound..<source.text.count,
            parent: open.last))
        open.append(branches.count - 1)
        groups += 1
      case .alternative:
        guard let last = open.popLast() else { continue }
        branches.append(
          Branch(
            group: branches[last].group, alternative: branches[last].alternative + 1, directive: directive,
            body: directive.upperBound..<source.text.count, parent: branches[last].parent))
        open.append(branches.count - 1)
      case .closes: open.removeLast(open.isEmpty ? 0 : 1)
      }
    }
    all = branches
  }

  /// Index of the innermost branch whose body holds the byte, or nil outside of all groups.
  package func branch(at offset: Int) -> Int? { all.lastIndex { $0.body.contains(offset) } }
}
