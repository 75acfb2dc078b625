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
    let matching = counterpart.map {
      Matching(new, $0.passage, gaps.map(\.right), ours: (ours, after), theirs: (theirs, $0.file))
    }
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
