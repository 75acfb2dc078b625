// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// Which elements of two sequences belong together: a longest common subsequence, by Myers' O(ND) algorithm, since
/// whole files are compared that differ little.
struct Alignment {
  /// Beyond this many cells nothing is aligned but what both ends have in common.
  private static let maximalCells = 20_000_000
  /// Pairs of positions, ascending on both sides.
  let pairs: [(left: Int, right: Int)]

  init<Element: Hashable>(_ left: [Element], _ right: [Element]) {
    var numbers: [Element: Int] = [:]
    func number(_ element: Element) -> Int {
      if let known = numbers[element] { return known }
      numbers[element] = numbers.count
      return numbers.count - 1
    }
    self.init(numbers: left.map(number), right.map(number))
  }

  private init(numbers left: [Int], _ right: [Int]) {
    let (start, tail) = Sequences.commonEnds(left, right)
    var pairs = (0..<start).map { ($0, $0) }
    let (one, other) = (left[start..<(left.count - tail)], right[start..<(right.count - tail)])
    if one.count * other.count <= Self.maximalCells { pairs += Self.middle(one, other) }
    pairs += (0..<tail).map { (left.count - tail + $0, right.count - tail + $0) }
    self.pairs = pairs.map { (left: $0.0, right: $0.1) }
  }

  private static func middle(_ one: ArraySlice<Int>, _ other: ArraySlice<Int>) -> [(Int, Int)] {
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in Array(other).difference(from: Array(one)) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    let left = one.indices.filter { !removed.contains($0 - one.startIndex) }
    let right = other.indices.filter { !inserted.contains($0 - other.startIndex) }
    return Array(zip(left, right))
  }

  /// The stretches between the pairs that are empty on neither side, or on one side only.
  func gaps(_ leftCount: Int, _ rightCount: Int) -> [(left: Range<Int>, right: Range<Int>)] {
    var gaps: [(left: Range<Int>, right: Range<Int>)] = []
    var (left, right) = (0, 0)
    for pair in pairs + [(left: leftCount, right: rightCount)] {
      if pair.left > left || pair.right > right { gaps.append((left..<pair.left, right..<pair.right)) }
      (left, right) = (pair.left + 1, pair.right + 1)
    }
    return gaps
  }
}
