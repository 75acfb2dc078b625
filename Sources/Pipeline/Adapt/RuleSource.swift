// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionIndex
import ConversionLearning
import KernelModel

/// Rules by symbol, learned from the index when they are first asked for.
struct RuleSource: Sendable {
  let trees: TreeDeclarations
  private var known: [SoughtSymbol: [LearnedRule]] = [:]

  init(trees: TreeDeclarations) { self.trees = trees }

  /// Every rule learned so far.
  var byID: [String: LearnedRule] {
    Dictionary(known.values.joined().map { ($0.rule.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Rules for a symbol, best first; none where the kernels' sources are not at hand.
  mutating func rules(for symbol: SoughtSymbol) async throws -> [LearnedRule] {
    if let rules = known[symbol] { return rules }
    guard let store = trees.store else { return [] }
    let conversions = try await store.conversions(losing: symbol.name)
    let declared = try await store.declared(in: .new, among: Self.names(in: conversions))
    let coChange = try await store.newNames(inFilesLosing: symbol.name)
    let newcomers = coChange.newcomers.map {
      TreeKnowledge.Newcomer(
        name: $0.name, share: Double($0.files) / Double(max(1, coChange.files)), baseRate: $0.baseRate)
    }
    let knowledge = TreeKnowledge(declares: { declared.contains($0) }, newcomers: newcomers)
    let rules = Learner.rules(for: symbol, from: conversions, knowing: knowledge)
    known[symbol] = rules
    return rules
  }

  private static func names(in conversions: [Conversion]) -> Set<String> {
    var names: Set<String> = []
    for conversion in conversions {
      for text in [conversion.oldText, conversion.newText] {
        let source = LexedSource(text)
        for token in source.tokens where token.kind == .identifier { names.insert(source.spelling(token)) }
      }
    }
    return names
  }
}
