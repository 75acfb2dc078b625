// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Which statements of an adapted passage its counterpart has.
struct Matching {
  private let new: Passage
  private let their: Passage
  private let theirOutline: Outline?
  /// For each statement of ours the aligned one of theirs.
  private let partners: [Int: Int]
  /// Of added statements without a partner.
  private let newForms: [Int: [String]]
  private let theirForms: [[String]]
  /// What theirs says at file level, in other files.
  private let elsewhere: Set<[String]>

  /// - Parameter added: the statements that are to be judged.
  init(
    _ new: Passage, _ their: Passage, _ added: [Range<Int>], ours: (version: Version, outline: Outline),
    theirs: (version: Version, file: String)
  ) {
    (self.new, self.their) = (new, their)
    theirOutline = theirs.version.outlines[theirs.file]
    let alignment = Alignment(new.statements.map(\.words), their.statements.map(\.words))
    partners = Dictionary(alignment.pairs.map { ($0.left, $0.right) }, uniquingKeysWith: { first, _ in first })
    let lonely = added.joined().filter { [partners] in partners[$0] == nil }
    let renamed = Self.renamed(new.locals, their.locals)
    newForms = Dictionary(
      lonely.map { index in
        let form = NormalForm.of(ours.outline.text(new.statements[index]), macros: ours.version.macros)
        return (index, form.map { renamed[$0] ?? $0 })
      }, uniquingKeysWith: { first, _ in first })
    let (outline, macros) = (theirOutline, theirs.version.macros)
    theirForms =
      lonely.isEmpty
      ? []
      : their.statements.map { statement in
        outline.map { NormalForm.of($0.text(statement), macros: macros) } ?? statement.words
      }
    let others = new.name.isEmpty && !lonely.isEmpty ? theirs.version.outlines.filter { $0.key != theirs.file } : [:]
    elsewhere = Set(others.values.flatMap { $0.passages[""]?.statements.map(\.words) ?? [] })
  }

  /// What theirs calls what is ours: parameters by their place, variables where each side has one that the other lacks.
  private static func renamed(_ ours: LocalNames, _ theirs: LocalNames) -> [String: String] {
    var names: [String: String] = [:]
    if ours.parameters.count == theirs.parameters.count {
      for (one, other) in zip(ours.parameters, theirs.parameters) where one != other { names[one] = other }
    }
    let (one, other) = (ours.variables.subtracting(theirs.all), theirs.variables.subtracting(ours.all))
    if one.count == 1, other.count == 1, let one = one.first, let other = other.first { names[one] = other }
    return names
  }

  func verdict(added: Range<Int>, removed: [Passage.Statement]) -> (SiteVerdict, String) {
    if added.isEmpty { return deletion(removed) }
    let worst = added.map { (statement: $0, found: verdict($0)) }.max { $0.found.0 < $1.found.0 }
    guard let worst else { return (.same, "") }
    return worst.found
  }

  private func verdict(_ index: Int) -> (SiteVerdict, String) {
    if partners[index] != nil { return (.same, "") }
    let statement = new.statements[index]
    guard let form = newForms[index] else { return (.different, "") }
    for (place, other) in their.statements.enumerated()
    where theirForms[place] == form && Self.blocks(statement, other) {
      let isMoved = other.words == statement.words
      return (.equivalent, isMoved ? "it stands at another place of the same block" : "it says the same in other words")
    }
    if elsewhere.contains(statement.words) { return (.equivalent, "it stands in another file") }
    return (.different, "the maintainer's version has no such statement")
  }

  /// Whether two statements stand in the same block; the head of the passage itself may be what was changed.
  private static func blocks(_ one: Passage.Statement, _ other: Passage.Statement) -> Bool {
    one.block.count == other.block.count
      && zip(one.block.dropFirst(), other.block.dropFirst()).allSatisfy { $0 == $1 }
  }

  /// What was removed and nothing put in its place.
  private func deletion(_ removed: [Passage.Statement]) -> (SiteVerdict, String) {
    for statement in removed {
      let ours = new.statements.count { $0.words == statement.words }
      let theirs = their.statements.count { $0.words == statement.words }
      if theirs > ours { return (.different, "the maintainer's version keeps it") }
    }
    return (.same, "")
  }

  /// What theirs has between the partners of our neighbours.
  func theirText(at range: Range<Int>) -> [String] {
    guard let outline = theirOutline else { return [] }
    if !range.isEmpty, range.allSatisfy({ partners[$0] != nil }) {
      return range.compactMap { partners[$0] }.map { outline.text(their.statements[$0]) }
    }
    let low = (0..<range.lowerBound).reversed().lazy.compactMap { partners[$0] }.first.map { $0 + 1 } ?? 0
    let high = (range.upperBound..<max(range.upperBound, new.statements.count)).lazy.compactMap { partners[$0] }.first
    let end = max(low, high ?? their.statements.count)
    return (low..<end).prefix(20).map { outline.text(their.statements[$0]) }
  }
}
