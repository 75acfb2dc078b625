// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// The trees of an old unit and of the new unit that it became, and which old node became which new one.
struct TreePair {
  let old: ExpressionTree
  let new: ExpressionTree
  /// For each old node its new node, or -1.
  private(set) var newNode: [Int]
  private let oldCode: Code
  private let newCode: Code

  init(_ oldCode: Code, _ oldUnit: CodeUnit, _ newCode: Code, _ newUnit: CodeUnit) {
    self.init(oldCode, oldUnit.tokens, newCode, newUnit.tokens)
  }

  init(_ oldCode: Code, _ oldTokens: Range<Int>, _ newCode: Code, _ newTokens: Range<Int>) {
    old = ExpressionTree(oldCode, oldTokens)
    new = ExpressionTree(newCode, newTokens)
    (self.oldCode, self.newCode) = (oldCode, newCode)
    newNode = Array(repeating: -1, count: old.nodes.count)
    pair(old.root, new.root)
  }

  func isEqual(_ left: Int, _ right: Int) -> Bool {
    oldCode.words[old.nodes[left].tokens] == newCode.words[new.nodes[right].tokens]
  }

  /// Whether the node became another text.
  func isChanged(_ node: Int) -> Bool { newNode[node] >= 0 && !isEqual(node, newNode[node]) }

  /// Whether something outside of `inner` changed in `outer`, both of which have a new node.
  func isChanged(_ outer: Int, outside inner: Int) -> Bool {
    let (oldOuter, oldInner) = (old.nodes[outer].tokens, old.nodes[inner].tokens)
    let (newOuter, newInner) = (new.nodes[newNode[outer]].tokens, new.nodes[newNode[inner]].tokens)
    return oldCode.words[oldOuter.lowerBound..<oldInner.lowerBound]
      != newCode.words[newOuter.lowerBound..<newInner.lowerBound]
      || oldCode.words[oldInner.upperBound..<oldOuter.upperBound]
        != newCode.words[newInner.upperBound..<newOuter.upperBound]
  }

  /// Whether the node's change makes sense only with that of what holds it: `a->b` in `a->b->c` that became `a->d`,
  /// `f(&x)` in `ret = f(&x)` that became `x = g()`.
  func leansOnParent(_ path: [Int], _ level: Int) -> Bool {
    guard level > 0, newNode[path[level - 1]] >= 0 else { return false }
    switch old.nodes[path[level - 1]].kind {
    case .member, .assignment: return isChanged(path[level - 1], outside: path[level])
    default: return false
    }
  }

  private mutating func pair(_ left: Int, _ right: Int) {
    newNode[left] = right
    let (leftNode, rightNode) = (old.nodes[left], new.nodes[right])
    guard leftNode.kind == rightNode.kind, leftNode.operation == rightNode.operation else { return }
    let leftChildren = old.children(left).map(Int.init)
    let rightChildren = new.children(right).map(Int.init)
    switch leftNode.kind {
    case .call:
      guard let callee = leftChildren.first, let newCallee = rightChildren.first else { return }
      pair(callee, newCallee)
      pairLists(Array(leftChildren.dropFirst()), Array(rightChildren.dropFirst()))
    case .list, .sequence: pairLists(leftChildren, rightChildren)
    case .binary where leftChildren.count != rightChildren.count || leftChildren.count > 2:
      pairLists(leftChildren, rightChildren)
    default:
      guard leftChildren.count == rightChildren.count else { return }
      for (leftChild, rightChild) in zip(leftChildren, rightChildren) { pair(leftChild, rightChild) }
    }
  }

  /// Equal parts first, then what stands between them, one to one where the numbers agree.
  private mutating func pairLists(_ left: [Int], _ right: [Int]) {
    guard left.count * right.count <= 10_000 else { return }
    let equal = Sequences.best(left.count, right.count) { isEqual(left[$0], right[$1]) ? 1 : 0 }
    var (lastLeft, lastRight) = (0, 0)
    for (leftIndex, rightIndex) in equal + [(left.count, right.count)] {
      let (leftGap, rightGap) = (left[lastLeft..<leftIndex], right[lastRight..<rightIndex])
      if leftGap.count == rightGap.count {
        for (leftChild, rightChild) in zip(leftGap, rightGap) { pair(leftChild, rightChild) }
      } else if !leftGap.isEmpty, !rightGap.isEmpty {
        let alike = Sequences.best(leftGap.count, rightGap.count) {
          let (one, other) = (leftGap[lastLeft + $0], rightGap[lastRight + $1])
          let share = Window.likeness(oldCode, old.nodes[one].tokens, newCode, new.nodes[other].tokens)
          return share >= 0.4 ? share : 0
        }
        for (one, other) in alike { pair(leftGap[lastLeft + one], rightGap[lastRight + other]) }
      }
      guard leftIndex < left.count else { break }
      pair(left[leftIndex], right[rightIndex])
      (lastLeft, lastRight) = (leftIndex + 1, rightIndex + 1)
    }
  }
}
