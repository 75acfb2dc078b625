// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// A conversion read as C on both sides, its units aligned.
struct Window {
  let path: String
  let commit: CommitName?
  /// First line of the old text in its file.
  let start: Int
  let old: Code
  let new: Code
  /// The new text as the tree has it, unit by unit like `new`; nil where that is the same.
  let written: Code?
  /// For each old unit the new one that it became, or -1.
  private(set) var newUnit: [Int32]
  /// For each new unit the old one that it comes from, or -1.
  private(set) var oldUnit: [Int32]
  /// For each old unit whether the new one says the same.
  private(set) var isSame: [Bool]

  init(_ conversion: Conversion, _ spellings: inout Spellings) {
    path = conversion.path
    commit = conversion.commit
    start = conversion.oldStart
    old = Code(Self.withoutOpenComment(conversion.oldText), &spellings)
    new = Code(Self.withoutOpenComment(conversion.newText), &spellings)
    let written = conversion.written.map { Code(Self.withoutOpenComment($0), &spellings) }
    self.written = written?.units.count == new.units.count ? written : nil
    newUnit = Array(repeating: -1, count: old.units.count)
    oldUnit = Array(repeating: -1, count: new.units.count)
    isSame = Array(repeating: false, count: old.units.count)
    align()
  }

  /// A window that begins inside of a comment: the rest of the comment becomes blank, its lines stay.
  private static func withoutOpenComment(_ text: String) -> SourceText {
    var bytes = SourceText(text.utf8)
    let (slash, star) = (UInt8(ascii: "/"), UInt8(ascii: "*"))
    for index in bytes.indices.dropLast() {
      if bytes[index] == slash, bytes[index + 1] == star { break }
      guard bytes[index] == star, bytes[index + 1] == slash else { continue }
      for blank in 0...index + 1 where bytes[blank] != 0x0A { bytes[blank] = 0x20 }
      break
    }
    return bytes
  }

  /// New units that stand between the surroundings of an old unit and come from nowhere.
  func inserted(around unit: Int) -> [Int] {
    var first = unit
    while first > 0, newUnit[first - 1] < 0 || (!isSame[first - 1] && first == unit) { first -= 1 }
    var last = unit + 1
    while last < newUnit.count, newUnit[last] < 0 { last += 1 }
    let from = first > 0 ? Int(newUnit[first - 1]) + 1 : 0
    let to = last < newUnit.count ? Int(newUnit[last]) : oldUnit.count
    guard from < to else { return [] }
    return (from..<to).filter { oldUnit[$0] < 0 }
  }

  /// What became of an old function: the one of its name, or the one under a new name that stands in its place.
  func successor(of function: Function) -> Function? {
    let name = old.words[function.name]
    if let same = new.functions.first(where: { new.words[$0.name] == name }) { return same }
    guard let unit = old.unit(holding: function.name), newUnit[unit] >= 0 else { return nil }
    let tokens = new.units[Int(newUnit[unit])].tokens
    let known = Set(old.functions.map { old.words[$0.name] })
    return new.functions.first { tokens.contains($0.name) && !known.contains(new.words[$0.name]) }
  }

  /// An old unit and a new one as people read them.
  func example(of unit: Int, became other: Int) -> Rule.Example {
    let first = old.units[unit].tokens.lowerBound
    let line = LineTable(old.source.text).line(of: Int(old.tokens[first].start))
    return Rule.Example(
      site: Site(file: path, line: start + line - 1), before: Spacing.line(old, old.units[unit].tokens),
      after: Spacing.line(new, new.units[other].tokens))
  }

  private mutating func align() {
    let left = old.units.map { Self.key(old, $0) }
    let right = new.units.map { Self.key(new, $0) }
    let anchors = Sequences.common(left, right) { index in Double(old.units[index].tokens.count) }
    var (lastOld, lastNew) = (0, 0)
    for (oldIndex, newIndex) in anchors + [(left.count, right.count)] {
      alignGap(lastOld..<oldIndex, lastNew..<newIndex)
      guard oldIndex < left.count else { break }
      newUnit[oldIndex] = Int32(newIndex)
      oldUnit[newIndex] = Int32(oldIndex)
      isSame[oldIndex] = true
      (lastOld, lastNew) = (oldIndex + 1, newIndex + 1)
    }
  }

  /// Pairs the units of a changed region by how alike they are.
  private mutating func alignGap(_ olds: Range<Int>, _ news: Range<Int>) {
    guard !olds.isEmpty, !news.isEmpty, olds.count * news.count <= 2500 else { return }
    let lonely = olds.count == 1 && news.count == 1
    let pairs = Sequences.best(olds.count, news.count) { left, right in
      let (oldUnit, newUnit) = (old.units[olds.lowerBound + left], new.units[news.lowerBound + right])
      guard oldUnit.kind == newUnit.kind else { return 0 }
      let share = Self.likeness(old, oldUnit.tokens, new, newUnit.tokens)
      return share >= (lonely ? 0.2 : 0.34) ? share : 0
    }
    for (left, right) in pairs {
      newUnit[olds.lowerBound + left] = Int32(news.lowerBound + right)
      oldUnit[news.lowerBound + right] = Int32(olds.lowerBound + left)
    }
  }

  private static func key(_ code: Code, _ unit: CodeUnit) -> UInt64 {
    let hash = code.words[unit.tokens].reduce(StableHash.start) {
      StableHash.step($0, UInt64(UInt32(bitPattern: $1)))
    }
    return hash &+ UInt64(unit.kind.rawValue)
  }

  /// Share of the tokens that two ranges have in common, in order; names count more than punctuation.
  static func likeness(_ left: Code, _ leftTokens: Range<Int>, _ right: Code, _ rightTokens: Range<Int>) -> Double {
    func weight(_ token: Token) -> Double { token.kind == .punctuator ? 1 : 3 }
    let total =
      left.tokens[leftTokens].reduce(0) { $0 + weight($1) } + right.tokens[rightTokens].reduce(0) { $0 + weight($1) }
    guard total > 0 else { return 0 }
    guard leftTokens.count * rightTokens.count <= 40_000 else { return 0 }
    let common = Sequences.common(Array(left.words[leftTokens]), Array(right.words[rightTokens])) { index in
      weight(left.tokens[leftTokens.lowerBound + index])
    }
    return 2 * common.reduce(0) { $0 + weight(left.tokens[leftTokens.lowerBound + $1.0]) } / total
  }
}
