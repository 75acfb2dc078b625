// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// A rule at one place of a source file: what it would put there, and how sure that is.
package struct Application: Sendable {
  package let rule: LearnedRule
  /// Index of the unit.
  package let unit: Int
  /// Tokens that the left side matches; for an operand without its `|`.
  package let tokens: Range<Int>
  /// What takes their place; empty for a deletion.
  package let output: [OutputToken]
  /// A statement that the function gets as well.
  package let companion: String?
  /// Index of the unit of a statement that goes into the place.
  package let absorbed: Int?
  /// What becomes of the uses of a variable that is no longer set.
  package let consequences: [Consequence]
  /// Token in the declaration of that variable, where nothing else uses it.
  package let unused: Int?
  package let context: Context
  package let grade: Grade
}

/// The rules of one symbol made ready for a driver's sources.
package struct Applier {
  private let candidates: [(rule: LearnedRule, candidate: Candidate)]
  let mergers: [(LearnedRule, Merger)]
  private let spellings: Spellings

  package init(_ rules: [LearnedRule], _ spellings: inout Spellings) {
    var candidates: [(rule: LearnedRule, candidate: Candidate)] = []
    for rule in rules where rule.span != .include && rule.merger == nil {
      candidates.append((rule, Candidate(rule, &spellings)))
    }
    self.candidates = candidates
    mergers = rules.compactMap { rule in rule.merger.map { (rule, $0) } }
    self.spellings = spellings
  }

  /// All rules that match at a token of their symbol, best first.
  package func applications(_ code: Code, token: Int) -> [Application] {
    guard let unit = code.unit(holding: token), code.units[unit].tokens.contains(token) else { return [] }
    if let merged = merged(code, token: token) { return merged }
    let tree = ExpressionTree(code, code.units[unit].tokens)
    var found: [Application] = []
    let isCall = token + 1 < code.tokens.count && code.tokens[token + 1].punctuation == 0x28
    // A call's rule knows when it holds; the bare name must not get round it.
    let skipsName =
      isCall && candidates.contains { $0.rule.span != .identifier && $0.rule.left.hasPrefix($0.rule.rule.symbol + "(") }
    for (rule, candidate) in candidates {
      if skipsName, rule.span == .identifier { continue }
      guard let match = candidate.match(code, code.units[unit], tree, token: token),
        hasFreeNames(rule, code, token)
      else { continue }
      // The value of an assignment that is part of something else would be another one.
      if FollowerLearner.lostTarget(candidate.left, candidate.right) != nil, match.node != tree.root { continue }
      var consequences: [Consequence] = []
      if let lost = losesValue(candidate, code, match) {
        guard let found = Follower.consequences(rule.followers, of: lost, match, code, spellings) else { continue }
        consequences = found
      }
      let companion = rule.companion?.statement(
        code, token: token, isDeclaration: tree.nodes[tree.root].kind == .sequence)
      if rule.companion != nil, companion == nil || !Companion.fits(match.tokens, tree) { continue }
      var context = Context(code, unit, tree, match, span: rule.span)
      var rule = rule
      let isSaid =
        consequences.allSatisfy(\.isSaid)
        && (companion.map { Companion.isSaid($0, code.units[unit], code) } ?? true)
      if !isSaid { rule.rule.smpl = "" }
      if rule.hasNoValue, context.use == .other { context.use = .ignored }
      let grade = rule.grade(in: context)
      found.append(
        Application(
          rule: rule, unit: unit, tokens: match.tokens,
          output: candidate.isDeletion ? [] : candidate.output(code, match), companion: companion,
          absorbed: match.absorbed, consequences: consequences, unused: unused(candidate, code, match, consequences),
          context: context,
          grade: grade))
    }
    func rank(_ application: Application) -> Double {
      application.grade.score + (application.rule.span == .statement ? Confidence.statementLead : 0)
    }
    return found.enumerated().sorted { (rank($1.element), $0.offset) < (rank($0.element), $1.offset) }.map(\.element)
  }

  /// What is no longer assigned must not be read afterwards: `r = old(…, &x)` that becomes `x = new(…)` leaves `r` open.
  /// Its metavariable if it is read.
  private func losesValue(_ candidate: Candidate, _ code: Code, _ match: Match) -> Int? {
    guard let number = FollowerLearner.lostTarget(candidate.left, candidate.right), let bound = match.bindings[number]
    else { return nil }
    guard bound.tokens.count == 1, let function = code.function(holding: match.tokens.lowerBound) else { return number }
    let word = code.words[bound.tokens.lowerBound]
    let rest = match.tokens.upperBound..<max(match.tokens.upperBound, function.body.upperBound)
    if let own = code.unit(holding: match.tokens.lowerBound), Follower.isCarried(word, to: own, function, code) {
      return number
    }
    guard let next = rest.first(where: { code.words[$0] == word }) else { return nil }
    guard let unit = code.unit(holding: next), let own = code.unit(holding: match.tokens.lowerBound) else {
      return number
    }
    return Follower.isSetAnew(next, in: unit, behind: own, code) ? nil : number
  }

  /// The declaration of a variable that nothing is left of.
  private func unused(_ candidate: Candidate, _ code: Code, _ match: Match, _ consequences: [Consequence]) -> Int? {
    guard let number = FollowerLearner.lostTarget(candidate.left, candidate.right), let bound = match.bindings[number],
      bound.tokens.count == 1, let function = code.function(holding: match.tokens.lowerBound)
    else { return nil }
    let word = code.words[bound.tokens.lowerBound]
    let uses = function.head.lowerBound..<function.body.upperBound
    let left = uses.filter { token in
      code.words[token] == word && token != bound.tokens.lowerBound
        && !consequences.contains { $0.tokens.contains(token) }
    }
    return left.count == 1 ? left.first : nil
  }

  /// Names that only the converted function had must be there before the place.
  private func hasFreeNames(_ rule: LearnedRule, _ code: Code, _ token: Int) -> Bool {
    guard !rule.free.isEmpty else { return true }
    guard let function = code.function(holding: token) else { return false }
    let before = Set((function.head.lowerBound..<token).map { code.source.spelling(code.tokens[$0]) })
    return rule.free.allSatisfy { before.contains($0) }
  }
}
