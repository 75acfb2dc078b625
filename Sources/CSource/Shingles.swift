// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// All runs of twelve tokens of a source, as numbers: what two sources have in common, wherever it stands. Comments and
/// white space do not count.
package struct Shingles: Sendable {
  /// Twelve tokens are two or three statements: what any two drivers have in common is shorter.
  private static let length = 12
  private static let base: UInt64 = 0x9E37_79B9_7F4A_7C15
  private let values: Set<UInt64>

  /// How many different runs there are.
  package var count: Int { values.count }

  package init(_ text: SourceText) {
    let source = LexedSource(text)
    let words = source.tokens.map { StableHash.of(source.bytes($0)) }
    guard words.count >= Self.length else {
      values = []
      return
    }
    // What the first word of a run weighs, to take it out again.
    let weight = (1..<Self.length).reduce(1 as UInt64) { power, _ in power &* Self.base }
    var values = Set<UInt64>(minimumCapacity: words.count)
    var value = words[..<Self.length].reduce(0) { $0 &* Self.base &+ $1 }
    values.insert(value)
    for index in Self.length..<words.count {
      value = (value &- words[index - Self.length] &* weight) &* Self.base &+ words[index]
      values.insert(value)
    }
    self.values = values
  }

  /// Share of the smaller source that stands in the other one, too, 0…1.
  package func likeness(to other: Shingles) -> Double {
    let (small, large) = count < other.count ? (values, other.values) : (other.values, values)
    return small.isEmpty ? 0 : Double(small.count { large.contains($0) }) / Double(small.count)
  }
}
