// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Compares the changed statements of one file, passage by passage.
struct PassageComparison {
  let path: String
  let before: Outline
  let ours: Version
  let theirs: Version

  var sites: [SiteComparison] {
    guard let after = ours.outlines[path] else { return [] }
    let lines = LineTable(after.code.source.text)
    let names = Set(before.passages.keys).union(after.passages.keys).sorted()
    let found = names.flatMap { name -> [SiteComparison] in
      let old = before.passages[name] ?? Passage(name: name)
      let new = after.passages[name] ?? Passage(name: name)
      return sites(of: old, new, in: after, lines)
    }
    return found.sorted { $0.line < $1.line }
  }

  private func sites(
    of old: Passage, _ new: Passage, in after: Outline, _ lines: LineTable
  ) -> [SiteComparison] {
    let (oldWords, newWords) = (old.statements.map(\.words), new.statements.map(\.words))
    guard oldWords != newWords else { return [] }
    let gaps = Alignment(oldWords, newWords).gaps(oldWords.count, newWords.count)
    let counterpart = theirs.passage(new.name, of: path)
    let matching = counterpart.map { Matching(new, $0.passage, ours: (ours, after), theirs: (theirs, $0.file)) }
    let share = counterpart.map { Self.share(of: oldWords, in: $0.passage.statements.map(\.words)) } ?? 0
    return gaps.map { gap in
      let place = new.statements.isEmpty ? nil : new.statements[min(gap.right.lowerBound, new.statements.count - 1)]
      var site = SiteComparison(
        file: path, line: place.map { lines.line(of: Int(after.code.tokens[$0.tokens.lowerBound].start)) } ?? 1,
        within: new.name, verdict: .notComparable,
        before: gap.left.map { before.text(old.statements[$0]) },
        after: gap.right.map { after.text(new.statements[$0]) })
      guard let matching else {
        site.reason = new.name.isEmpty ? "there is no such file" : "there is no \(new.name)"
        if new.statements.isEmpty, theirs.counterpart(path) != nil { (site.verdict, site.reason) = (.same, "") }
        return site
      }
      (site.verdict, site.reason) = matching.verdict(added: gap.right, removed: gap.left.map { old.statements[$0] })
      site.theirs = matching.theirText(at: gap.right)
      // Five statements are too few to call a passage rewritten.
      if site.verdict == .different, oldWords.count >= 5, share < 0.4 {
        site.verdict = .notComparable
        site.reason = "\(new.name.isEmpty ? path : new.name) was rewritten: of what stood there little is left"
      }
      return site
    }
  }

  /// The share of statements that the other side has as well.
  private static func share(of statements: [[String]], in others: [[String]]) -> Double {
    guard !statements.isEmpty else { return 1 }
    let known = Set(others)
    return Double(statements.count { known.contains($0) }) / Double(statements.count)
  }
}

/// Which statements of an adapted passage its counterpart has.
struct Matching {
  private let new: Passage
  private let their: Passage
  private let theirOutline: Outline?
  /// For each statement of ours the aligned one of theirs.
  private let partners: [Int: Int]
  private let newForms: [[String]]
  private let theirForms: [[String]]
  private let ourMacros: OwnMacros
  private let ourOutline: Outline

  init(
    _ new: Passage, _ their: Passage, ours: (version: Version, outline: Outline),
    theirs: (version: Version, file: String)
  ) {
    (self.new, self.their) = (new, their)
    theirOutline = theirs.version.outlines[theirs.file]
    ourOutline = ours.outline
    ourMacros = ours.version.macros
    let alignment = Alignment(new.statements.map(\.words), their.statements.map(\.words))
    partners = Dictionary(alignment.pairs.map { ($0.left, $0.right) }, uniquingKeysWith: { first, _ in first })
    let renamed = Self.renamed(new.locals, their.locals)
    newForms = new.statements.map { statement in
      NormalForm.of(ours.outline.text(statement), macros: ours.version.macros).map { renamed[$0] ?? $0 }
    }
    let (outline, macros) = (theirOutline, theirs.version.macros)
    theirForms = their.statements.map { statement in
      outline.map { NormalForm.of($0.text(statement), macros: macros) } ?? statement.words
    }
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
    let (statement, form) = (new.statements[index], newForms[index])
    let isFree = statement.block.isEmpty || statement.kind == .element
    for (place, other) in their.statements.enumerated() where theirForms[place] == form {
      guard isFree || Self.blocks(statement, other) else { continue }
      let isMoved = other.words == statement.words
      return (.equivalent, isMoved ? "it stands at another place of the same block" : "it says the same in other words")
    }
    return (.different, "the maintainer's version has no such statement")
  }

  /// Whether two statements stand in the same block. Its head may be what was renamed: then its kind has to do.
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
