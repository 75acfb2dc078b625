// SPDX-License-Identifier: GPL-2.0-or-later

/// Alignment of two sequences, by dynamic programming; bounded, deterministic.
package enum Sequences {
  /// Beyond this many cells nothing is aligned but what both ends have in common.
  private static let maximalCells = 4_000_000

  /// Positions of a heaviest common subsequence.
  ///
  /// - Parameter weight: of the left element at a position.
  package static func common<Element: Equatable>(
    _ left: [Element], _ right: [Element], weight: (Int) -> Double
  ) -> [(Int, Int)] {
    let (start, tail) = commonEnds(left, right)
    let (leftCount, rightCount) = (left.count - start - tail, right.count - start - tail)
    var pairs = (0..<start).map { ($0, $0) }
    pairs += best(leftCount, rightCount) { left[start + $0] == right[start + $1] ? weight(start + $0) : 0 }
      .map { ($0.0 + start, $0.1 + start) }
    pairs += (0..<tail).map { (left.count - tail + $0, right.count - tail + $0) }
    return pairs
  }

  /// How many elements two sequences have in common at their starts, and behind those at their ends.
  package static func commonEnds<Element: Equatable>(
    _ left: [Element], _ right: [Element]
  ) -> (start: Int, tail: Int) {
    var start = 0
    while start < left.count, start < right.count, left[start] == right[start] { start += 1 }
    var tail = 0
    while tail < left.count - start, tail < right.count - start,
      left[left.count - 1 - tail] == right[right.count - 1 - tail]
    {
      tail += 1
    }
    return (start, tail)
  }

  /// The pairs, in order on both sides, with the greatest sum of `value`; a pair of value 0 is none. Of equal sums the
  /// one with the earliest pairs.
  package static func best(_ leftCount: Int, _ rightCount: Int, value: (Int, Int) -> Double) -> [(Int, Int)] {
    guard leftCount > 0, rightCount > 0, leftCount * rightCount <= maximalCells else { return [] }
    let width = rightCount + 1
    var sums = [Float](repeating: 0, count: (leftCount + 1) * width)
    var takes = [Bool](repeating: false, count: (leftCount + 1) * width)
    for left in stride(from: leftCount - 1, through: 0, by: -1) {
      for right in stride(from: rightCount - 1, through: 0, by: -1) {
        let worth = Float(value(left, right))
        var sum = max(sums[(left + 1) * width + right], sums[left * width + right + 1])
        if worth > 0, sums[(left + 1) * width + right + 1] + worth >= sum {
          sum = sums[(left + 1) * width + right + 1] + worth
          takes[left * width + right] = true
        }
        sums[left * width + right] = sum
      }
    }
    var pairs: [(Int, Int)] = []
    var (left, right) = (0, 0)
    while left < leftCount, right < rightCount {
      if takes[left * width + right] {
        pairs.append((left, right))
        (left, right) = (left + 1, right + 1)
      } else if sums[(left + 1) * width + right] >= sums[left * width + right + 1] {
        left += 1
      } else {
        right += 1
      }
    }
    return pairs
  }
}
