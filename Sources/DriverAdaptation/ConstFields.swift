// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// A field that was made const: who filled it fills something else, and who reads it reads a constant.
extension Proposer {
  /// What only reads the field takes it as const.
  func constParameters(_ files: [String: SourceText], _ rule: String, _ proposal: inout Proposal) {
    let edits = ConstParameters(symbol: symbol, rule: rule, codes: activeCodes(files).codes).edits()
    if edits.isEmpty { return }
    proposal.edits += edits
    proposal.units = nil
  }

  /// The bytes of the statements that fill an array of their own from now on.
  func copies(_ file: String, _ files: [String: SourceText], _ proposal: inout Proposal) -> [Range<Int>] {
    guard let text = files[file], let rule = rules.first(where: { $0.span == .copy }), let copy = rule.copy,
      Confidence.isEnough(rule.rule.confidence, support: rule.rule.support, isDeletion: false, isHalf: false)
    else { return [] }
    let active = ActiveText.of(text, inactive: inactive[file] ?? [])
    var spellings = Spellings()
    let code = Code(active, &spellings)
    guard let word = spellings.known(symbol.name) else { return [] }
    let copies = LocalCopies(
      file: file, code: code, field: word, rule: rule.rule.id, copy: copy, macro: { macro($0, files) })
    var covered: [Range<Int>] = []
    for region in copies.regions(complainedAbout: lines[file] ?? []) {
      guard !covered.contains(where: { $0.overlaps(region.bytes) }), let edits = copies.edits(region),
        !edits.contains(where: { active[$0.range].contains(ActiveText.blank) })
      else { continue }
      proposal.edits += edits
      proposal.use(rule)
      let site = Site(file: file, line: region.line)
      proposal.grades.append(
        .init(site: site, rule: rule.rule.id, grade: rule.grade(in: Context(use: .ignored, shapes: [], next: ""))))
      copies.flags(region, site).forEach { proposal.flag($0) }
      if rule.rule.confidence < Confidence.sure {
        let share = Int((rule.rule.confidence * 100).rounded())
        proposal.flag(
          Flag(.lowConfidence, "\(site): \(rule.rule.summary): \(share) % of the in-tree places like this one"))
      }
      covered.append(region.bytes)
      proposal.units = nil
    }
    return covered
  }

  /// The one word that the driver defines a name as.
  private func macro(_ name: String, _ files: [String: SourceText]) -> String? {
    var bodies: Set<String> = []
    for text in files.values where contains(text, name) {
      let source = LexedSource(text)
      for token in source.tokens.indices.dropLast() where source.tokens[token].isDirective {
        guard token > 1, source.spelling(source.tokens[token]) == name,
          source.spelling(source.tokens[token - 1]) == "define"
        else { continue }
        let body = source.tokens[(token + 1)...].prefix { $0.isDirective && !$0.startsLine }
        bodies.insert(body.map { source.spelling($0) }.joined(separator: " "))
      }
    }
    return bodies.count == 1 ? bodies.first : nil
  }
}
