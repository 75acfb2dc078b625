// SPDX-License-Identifier: GPL-2.0-or-later

/// Cuts the places that matter out of a changed file: hunks with what they need around them to be understood.
struct Windows {
  let old: Lines
  let new: Lines
  /// All hunks of the file.
  let hunks: [Hunk]

  /// Hunks closer than this many lines are one place.
  static let gap = 14
  /// Functions up to this length are shown whole.
  static let function = 200
  /// Lines shown around a change in a longer function.
  static let context = 30
  /// Lines shown around a change outside all functions.
  static let margin = 3

  /// The windows around the hunks with these numbers (ascending), in order, without overlap.
  func windows(around chosen: [Int]) -> [Hunk] {
    var result: [Hunk] = []
    for index in chosen where hunks.indices.contains(index) {
      if let last = result.last, hunks[index].old.upperBound <= last.old.upperBound,
        hunks[index].new.upperBound <= last.new.upperBound
      {
        continue
      }
      let window = widened(cluster(around: index))
      if let last = result.last, window.old.lowerBound < last.old.upperBound {
        result[result.count - 1] = Hunk(
          old: last.old.lowerBound..<max(last.old.upperBound, window.old.upperBound),
          new: last.new.lowerBound..<max(last.new.upperBound, window.new.upperBound))
      } else {
        result.append(window)
      }
    }
    return result
  }

  /// The run of hunks around one that follow each other closely, as long as it stays readable.
  private func cluster(around index: Int) -> ClosedRange<Int> {
    var first = index
    var last = index
    while first > 0, hunks[first].old.lowerBound - hunks[first - 1].old.upperBound < Self.gap,
      hunks[last].old.upperBound - hunks[first - 1].old.lowerBound <= Self.function
    {
      first -= 1
    }
    while last + 1 < hunks.count, hunks[last + 1].old.lowerBound - hunks[last].old.upperBound < Self.gap,
      hunks[last + 1].old.upperBound - hunks[first].old.lowerBound <= Self.function
    {
      last += 1
    }
    return first...last
  }

  private func widened(_ cluster: ClosedRange<Int>) -> Hunk {
    var first = hunks[cluster.lowerBound].old.lowerBound
    var last = hunks[cluster.upperBound].old.upperBound
    let newFirst = hunks[cluster.lowerBound].new.lowerBound
    let newLast = hunks[cluster.upperBound].new.upperBound
    // Blocks of either side, as lines of the old file.
    let starts = [old.block(at: first), new.block(at: newFirst).map { shifted($0, by: first - newFirst) }]
    let ends = [
      old.block(at: max(first, last - 1)),
      new.block(at: max(newFirst, newLast - 1)).map { shifted($0, by: last - newLast) },
    ]
    let blocks = (starts + ends).compactMap { $0 }
    let whole = blocks.filter { $0.count < Self.function }
    if let start = whole.map(\.lowerBound).min() { first = min(first, start) }
    if let end = whole.map(\.upperBound).max() { last = max(last, end) }
    let around = blocks.count > whole.count ? Self.context : Self.margin
    if blocks.isEmpty || blocks.count > whole.count {
      first -= around
      last += around
    }
    return aligned(max(0, first)..<min(old.count, max(last, 0)))
  }

  private func shifted(_ range: Range<Int>, by distance: Int) -> Range<Int> {
    range.lowerBound + distance..<range.upperBound + distance
  }

  /// The smallest window over these old lines whose ends stand outside all hunks, with the new lines that match.
  private func aligned(_ range: Range<Int>) -> Hunk {
    let before = hunks.last { $0.old.upperBound < range.lowerBound }
    let inside = hunks.filter { $0.old.upperBound >= range.lowerBound && $0.old.lowerBound <= range.upperBound }
    func shift(_ hunk: Hunk?) -> Int { hunk.map { $0.new.upperBound - $0.old.upperBound } ?? 0 }
    let first = min(range.lowerBound, inside.first?.old.lowerBound ?? range.lowerBound)
    let last = max(range.upperBound, inside.last?.old.upperBound ?? range.upperBound)
    return Hunk(old: first..<last, new: first + shift(before)..<last + shift(inside.last ?? before))
  }
}
