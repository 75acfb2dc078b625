// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

extension Proposer {
  /// Where no pattern holds: variables that the symbol's calls pass on get the structure that the symbol takes now.
  func migrate(_ files: [String: SourceText], _ proposal: inout Proposal) {
    let rules = rules.filter { $0.span == .retyping }
    guard !rules.isEmpty else { return }
    let (active, codes, spellings) = activeCodes(files)
    for rule in rules {
      guard var migration = TypeMigration(rule, codes, spellings),
        case let seeds = migration.passed(to: symbol.name, on: lines), !seeds.isEmpty
      else { continue }
      guard migration.migrate(seeds) else {
        proposal.unfit += 1
        continue
      }
      proposal.add(migration)
      proposal.removeEdits(onBlanksOf: active)
      return
    }
  }

  /// The files as the target's preprocessor reads them.
  func activeCodes(
    _ files: [String: SourceText]
  ) -> (texts: [String: SourceText], codes: [String: Code], spellings: Spellings) {
    var spellings = Spellings()
    let texts = Dictionary(
      uniqueKeysWithValues: files.map { ($0, ActiveText.of($1, inactive: inactive[$0] ?? [])) })
    let codes = texts.mapValues { Code($0, &spellings) }
    return (texts, codes, spellings)
  }
}

extension Proposal {
  /// All edits of a migration, under its rule.
  mutating func add(_ migration: TypeMigration) {
    for edit in migration.edits where !edits.contains(edit) { edits.append(edit) }
    var rule = migration.rule
    let told = migration.uses.sorted { ($0.support, $1.left) > ($1.support, $0.left) }
    for use in told { rule.rule.summary += ", \(use.summary)" }
    // The rule is as sure as the least sure of its uses.
    if let least = told.last {
      rule.rule.support = min(rule.rule.support, least.support)
      let worst = told.min { $0.share < $1.share } ?? least
      (rule.rule.confidence, rule.rule.opportunities) = (worst.share, worst.opportunities)
    }
    use(rule)
    units = nil
    rule.rule.flags.forEach { flag($0) }
  }
}
