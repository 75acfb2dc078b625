// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

extension Proposer {
  /// Where no pattern holds: variables that the symbol's calls pass on, or that point to the symbol, get the structure that
  /// stands in its place.
  func migrate(_ files: [String: SourceText], _ proposal: inout Proposal) {
    let rules = rules.filter { $0.span == .retyping }
    guard !rules.isEmpty else { return }
    let broken = isJudged ? lines : nil
    let (active, codes, spellings) = activeCodes(files)
    for rule in rules {
      guard var migration = TypeMigration(rule, codes, spellings),
        case let seeds = symbol.isField
          ? migration.holding(symbol, on: broken) : migration.passed(to: symbol.name, on: broken), !seeds.isEmpty
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
}

extension Proposal {
  /// All edits of a migration, under its rule.
  mutating func add(_ migration: TypeMigration) {
    let known = Set(edits)
    let own = migration.distinctEdits.filter { !known.contains($0) }
    edits += own
    let rule = migration.told
    uses.append((rule, own.count))
    units = nil
    (rule.rule.flags + migration.flags).forEach { flag($0) }
    deletions += migration.deletions
  }
}

extension RetypingLearner {
  /// The rule, tried on in-tree functions of files that it was not learned from; nil where too few files show one.
  package func rule() -> LearnedRule? {
    rule { rule, held in
      let name = held.path
      guard var migration = TypeMigration(rule, [name: held.code], held.spellings),
        case let variable = TypeMigration.Variable(
          file: name, function: held.function.name, word: held.code.words[held.declared]),
        migration.migrate([variable]),
        case .success(let text) = applying(migration.distinctEdits, to: held.code.source.text)
      else { return nil }
      return text
    }
  }
}

extension TypeMigration {
  /// Two ways may lead to one place.
  fileprivate var distinctEdits: [Edit] {
    var seen: Set<Edit> = []
    return edits.filter { seen.insert($0).inserted }
  }

  /// The rule with what it was used for; it is as sure as the least sure of its uses, and as its twins.
  fileprivate var told: LearnedRule {
    var told = rule
    let uses = uses.sorted { ($0.support, $1.left) > ($1.support, $0.left) }
    for use in uses { told.rule.summary += ", \(use.summary)" }
    if let least = uses.last, let worst = uses.min(by: { $0.share < $1.share }) {
      told.rule.support = min(told.rule.support, least.support)
      (told.rule.confidence, told.rule.opportunities) = (worst.share, worst.opportunities)
    }
    // SmPL says a part of it only.
    told.rule.smpl = ""
    let called = uses.compactMap(\.function)
    if !called.isEmpty { told.rule.introduces = called }
    if isFetched, let fetch = retyping.fetch {
      told.rule.introduces = [fetch.function] + called
      told.rule.summary += ", \(fetch.summary)"
      told.rule.support = min(told.rule.support, fetch.support)
      told.rule.examples = fetch.examples
      if fetch.share < told.rule.confidence {
        (told.rule.confidence, told.rule.opportunities) = (fetch.share, fetch.opportunities)
      }
      if fetch.share < Confidence.sure {
        let share = Int((fetch.share * 100).rounded())
        told.rule.flags.append(
          Flag(.lowConfidence, "\(fetch.summary): \(share) % of the in-tree files that read such values do so now"))
      }
    }
    return told.told(of: twins)
  }
}
