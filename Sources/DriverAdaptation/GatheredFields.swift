// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

extension Proposer {
  /// The bytes of the setters' calls whose values go into a structure from now on. Setters of other symbols that fill the
  /// same structure go with this one: they are one conversion.
  func gathered(_ file: String, _ text: SourceText, _ proposal: inout Proposal) -> [Range<Int>] {
    guard let main = rules.first(where: { $0.span == .gathering }), let gathering = main.gathering else { return [] }
    let active = ActiveText.of(text, inactive: inactive[file] ?? [])
    var spellings = Spellings()
    let code = Code(active, &spellings)
    var setters: [Int32: LearnedRule] = [:]
    for rule in others + [main] where rule.gathering?.structure == gathering.structure {
      guard Confidence.isEnough(rule.rule.confidence, support: rule.rule.support, isDeletion: false, isHalf: false),
        let word = spellings.known(rule.rule.symbol)
      else { continue }
      setters[word] = rule
    }
    let settings = GatheredSettings(file: file, code: code, rules: setters)
    var covered: [Range<Int>] = []
    var used: [LearnedRule] = []
    for region in settings.regions() {
      let own = region.settings.filter { $0.rule.rule.id == main.rule.id }
      guard own.contains(where: { lines[file]?.contains($0.line) ?? false }),
        let edits = settings.edits(region, rule: main.rule.id, gathering),
        !edits.contains(where: { active[$0.range].contains(ActiveText.blank) })
      else { continue }
      proposal.edits += edits
      check(region, code, file, for: main, &proposal)
      for setting in region.settings {
        let tokens = code.units[setting.unit].tokens
        covered.append(settings.start(tokens.lowerBound)..<settings.end(tokens.upperBound - 1))
        if !used.contains(where: { $0.rule.id == setting.rule.rule.id }) { used.append(setting.rule) }
        grade(setting, Site(file: file, line: setting.line), for: main, &proposal)
      }
    }
    guard !used.isEmpty else { return [] }
    proposal.units = nil
    let rule = joined(main, used)
    for _ in covered { proposal.use(rule) }
    return covered
  }

  /// The call that makes the object may tell errors in another way now.
  private func check(
    _ region: GatheredSettings.Region, _ code: Code, _ file: String, for main: LearnedRule, _ proposal: inout Proposal
  ) {
    let token = code.tokens[region.callee]
    let name = code.source.spelling(token)
    guard let check = others.first(where: { $0.rule.symbol == name && $0.check != nil })?.check else { return }
    let site = Site(file: file, line: LineTable(code.source.text).line(of: Int(token.start)))
    let followed = ResultChecks(file: file, code: code).follow(check, at: Int(token.start), site, rule: main.rule.id)
    proposal.add(followed, file)
  }

  private func grade(
    _ setting: GatheredSettings.Setting, _ site: Site, for main: LearnedRule, _ proposal: inout Proposal
  ) {
    let rule = setting.rule
    let grade = rule.grade(in: Context(use: .ignored, shapes: [], next: ""))
    proposal.grades.append(.init(site: site, rule: main.rule.id, grade: grade))
    rule.rule.flags.forEach { proposal.flag($0) }
    if setting.mayDiffer {
      proposal.flag(
        Flag(.valueUsed, "\(site): `\(setting.value)` is read earlier now; what is called before may set it"))
    }
    if rule.rule.confidence < Confidence.sure {
      let share = Int((rule.rule.confidence * 100).rounded())
      proposal.flag(
        Flag(.lowConfidence, "\(site): \(rule.rule.summary): \(share) % of the in-tree places like this one"))
    }
  }

  /// One rule that says what all of them say.
  private func joined(_ main: LearnedRule, _ rules: [LearnedRule]) -> LearnedRule {
    let all = [main] + rules.filter { $0.rule.id != main.rule.id }
    var joined = main
    joined.rule.summary = Gathering.summary(all)
    joined.rule.support = all.map(\.rule.support).min() ?? main.rule.support
    joined.rule.confidence = all.map(\.rule.confidence).min() ?? main.rule.confidence
    joined.rule.examples = Array(all.flatMap { $0.rule.examples.prefix(2) }.prefix(Rule.exampleLimit))
    return joined
  }
}
