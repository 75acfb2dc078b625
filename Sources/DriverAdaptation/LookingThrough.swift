// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

extension Proposer {
  /// Puts what a variable holds in its place, wherever it is read, and applies the rules there; the variable goes. False,
  /// and nothing done, where no one rule fits at all of these places.
  func look(through held: HeldField, _ file: String, _ code: Code, _ proposal: inout Proposal) -> Bool {
    let lines = LineTable(code.source.text)
    func site(_ token: Int) -> Site { Site(file: file, line: lines.line(of: Int(code.tokens[token].start))) }
    guard held.uses.allSatisfy({ isActive(file, line: site($0).line) }),
      let (applications, edits) = fitting(held, file, code), var rule = applications.first?.rule,
      !edits.contains(where: { edit in proposal.edits.contains { Self.overlap(edit, $0) } })
    else { return false }
    proposal.edits += edits
    proposal.looked += 1
    // A declaration goes, which the rule's patch does not say.
    proposal.units = nil
    rule.rule.smpl = ""
    for (use, application) in zip(held.uses, applications) {
      proposal.use(rule)
      if !rule.isDefinition {
        proposal.grades.append(.init(site: site(use), rule: rule.rule.id, grade: application.grade))
      }
      flags(application, site(use)).forEach { proposal.flag($0) }
    }
    if held.mayDiffer {
      let value = code.spelled(held.value)
      proposal.flag(
        Flag(
          .valueUsed,
          "\(site(held.value.lowerBound)): `\(held.name)` kept `\(value)`; it is read again at each use now"))
    }
    return true
  }

  /// The rule at each use in turn, and all edits against the file.
  private func fitting(_ held: HeldField, _ file: String, _ code: Code) -> ([Application], [Edit])? {
    let own = held.value.filter { code.spells($0, symbol.name) }
    guard own.count == 1 else { return nil }
    let value = code.spelled(held.value)
    let before = code.spelled(held.value.lowerBound..<own[0]).utf8.count
    let rewriter = Rewriter(file: file, code: code)
    var taken: [Edit] = []
    for unit in [held.declaration, held.definition].compactMap({ $0 }) {
      guard let removal = rewriter.removeUnit(unit, "") else { return nil }
      taken += removal
    }
    let gone = taken.reduce(0) { $0 + $1.range.count }
    var places: [Int] = []
    for (index, use) in held.uses.enumerated() {
      let range = code.tokens[use].range
      guard range.lowerBound >= taken.map(\.range.upperBound).max() ?? 0 else { return nil }
      places.append(range.lowerBound - gone + index * (value.utf8.count - range.count) + before)
      taken.append(Edit(file: file, range: range, replacement: value))
    }
    var layers = Layers(file: file, text: code.source.text)
    layers.apply(taken)
    guard let (applications, edits) = fitting(layers.current, file, at: places),
      let id = applications.first?.rule.rule.id, applications.allSatisfy({ $0.rule.rule.id == id })
    else { return nil }
    layers.apply(edits)
    return (applications, layers.edits.map { Edit(file: file, range: $0.range, replacement: $0.replacement, rule: id) })
  }

  private func fitting(_ text: SourceText, _ file: String, at places: [Int]) -> ([Application], [Edit])? {
    var spellings = Spellings()
    let code = Code(text, &spellings)
    let applier = Applier(rules, &spellings)
    let rewriter = Rewriter(file: file, code: code)
    var found: [Application] = []
    var edits: [Edit] = []
    for place in places {
      let token = code.source.firstToken(endingAfter: place)
      guard code.tokens.indices.contains(token), Int(code.tokens[token].start) == place else { return nil }
      // What goes without a successor, or reaches further than the use, is not for a place that is not written so.
      let applications = applier.applications(code, token: token).filter {
        !$0.output.isEmpty && $0.rule.check == nil && $0.companion == nil && $0.absorbed == nil
          && $0.consequences.isEmpty && $0.unused == nil
      }
      let free = { (more: [Edit]) in !more.contains { edit in edits.contains { Self.overlap(edit, $0) } } }
      guard let (application, more) = best(applications, rewriter, free) else { return nil }
      found.append(application)
      edits += more
    }
    return (found, edits)
  }
}
