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
    let (active, codes, spellings) = activeCodes(files)
    for rule in rules {
      guard var migration = TypeMigration(rule, codes, spellings),
        case let seeds = symbol.isField
          ? migration.holding(symbol.name, on: lines) : migration.passed(to: symbol.name, on: lines), !seeds.isEmpty
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
    // Two ways may lead to one place.
    var seen = Set(edits)
    let own = migration.edits.filter { seen.insert($0).inserted }
    edits += own
    let rule = migration.told
    uses.append((rule, own.count))
    units = nil
    (rule.rule.flags + migration.flags).forEach { flag($0) }
    deletions += migration.deletions
  }
}

extension TypeMigration {
  /// The rule with what it was used for; it is as sure as the least sure of its uses, and as its twins.
  fileprivate var told: LearnedRule {
    var told = rule
    let uses = uses.sorted { ($0.support, $1.left) > ($1.support, $0.left) }
    for use in uses { told.rule.summary += ", \(use.summary)" }
    if let least = uses.last, let worst = uses.min(by: { $0.share < $1.share }) {
      told.rule.support = min(told.rule.support, least.support)
      (told.rule.confidence, told.rule.opportunities) = (worst.share, worst.opportunities)
    }
    // A use is learned without a file where enough others show it.
    let replayed = uses.filter { $0.support > 2 }.reduce(0) { $0 + $1.support }
    told.rule.replay = .init(reproduced: replayed, tried: uses.reduce(0) { $0 + $1.opportunities })
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
