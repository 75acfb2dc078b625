// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// What the rules of one symbol would do to the files: all sites at once.
struct Proposal: Sendable {
  var edits: [Edit] = []
  /// Rules in use, each with the number of its sites.
  var uses: [(rule: LearnedRule, sites: Int)] = []
  var flags: [Flag] = []
  var deletions: [AdaptationChange.Deletion] = []
  var grades: [AdaptationChange.PlaceGrade] = []
  /// Active places of the symbol that no rule fits.
  var unfit = 0
  /// The same by name, and fields whose structure does not show.
  var left: [RuleApplication.Left] = []
  /// Bytes of the units that are edited, by file, where an edit can do no harm outside of its unit; nil where it can:
  /// declarations, macros, prototypes.
  var units: [String: [Range<Int>]]? = [:]
  /// Made once for each file.
  var checks: [String: ResultChecks] = [:]
  /// Variables that went with the field that they held.
  var looked = 0

  mutating func use(_ rule: LearnedRule) {
    if let index = uses.firstIndex(where: { $0.rule.rule.id == rule.rule.id }) {
      uses[index].sites += 1
      if rule.rule.smpl.isEmpty { uses[index].rule.rule.smpl = "" }
    } else {
      uses.append((rule, 1))
    }
  }

  /// An edit that reaches into a condition, or into what the kernel skips, is none: nor are the others without it.
  mutating func removeEdits(onBlanksOf texts: [String: SourceText]) {
    let isClean = edits.allSatisfy { edit in
      texts[edit.file].map { !$0[edit.range.clamped(to: 0..<$0.count)].contains(ActiveText.blank) } ?? true
    }
    if !isClean { withdraw() }
  }

  /// The check of a result.
  mutating func add(_ followed: ResultChecks.Followed, _ file: String) {
    if let flag = followed.flag { self.flag(flag) }
    guard let edit = followed.edit, let unit = followed.unit,
      !edits.contains(where: { Proposer.overlap(edit, $0) })
    else { return }
    edits.append(edit)
    units?[file, default: []].append(unit)
  }

  mutating func withdraw() {
    (edits, uses) = ([], [])
    unfit += 1
  }

  mutating func flag(_ flag: Flag) {
    if !flags.contains(flag) { flags.append(flag) }
  }

  /// The rule with the most sites: the one to leave out when the proposal does not hold.
  var mainRule: String? { uses.max { $0.sites < $1.sites }?.rule.rule.id }
}

/// Finds the places of a symbol in the driver and the best rule for each.
struct Proposer {
  let symbol: SoughtSymbol
  let rules: [LearnedRule]
  /// Lines of the files as they are now that the oracle complained about.
  let lines: [String: Set<Int>]
  /// Line ranges that the target's preprocessor skips.
  let inactive: [String: [ClosedRange<Int>]]
  let maximalSites: Int
  /// Rules of other broken symbols, for conversions that concern several at once.
  var others: [LearnedRule] = []
  /// Names that the edits before this proposal brought.
  var brought: Set<String> = []
  /// Those, and what the driver calls or takes for a type.
  var known: Set<String> = []
  /// A variable that only holds the symbol's field is read as the field.
  var looksThrough = false
  /// `lines` are a compiler's; without one nobody says what is broken.
  var isJudged = true

  func proposal(_ files: [String: SourceText]) -> Proposal {
    var proposal = proposed(files)
    // Edits that get into each other's way are none.
    for (file, edits) in Dictionary(grouping: proposal.edits, by: \.file) {
      if let text = files[file], case .failure = applying(edits, to: text) { proposal.withdraw() }
    }
    return proposal
  }

  private func proposed(_ files: [String: SourceText]) -> Proposal {
    var proposal = Proposal()
    if let rule = rules.first, rule.span == .prototype {
      let callbacks = Callbacks(rule, knowing: rules, lines: lines) { isActive($0, line: $1) }
      let (active, codes, spellings) = activeCodes(files)
      callbacks?.propose(codes, spellings, &proposal)
      proposal.removeEdits(onBlanksOf: active)
      proposal.units = nil
      return proposal
    }
    if let rule = rules.first, let edits = edits(following: rule, files) {
      proposal.edits = edits
      if !edits.isEmpty { proposal.uses = [(rule, edits.count)] }
      if rule.span != .namespace { proposal.units = nil }
      return proposal
    }
    for file in files.keys.sorted() {
      guard let text = files[file], contains(text, symbol.name) else { continue }
      if symbol.kind == .headerGone {
        includes(file, text, &proposal)
      } else if let rule = rules.first, rule.span == .include {
        proposal.units = nil
        if let use = lines[file]?.min() { addition(rule, file, text, use: use, &proposal) }
      } else {
        code(file, files, &proposal)
      }
    }
    if proposal.edits.isEmpty { migrate(files, &proposal) }
    if proposal.edits.isEmpty { takeOver(files, &proposal) }
    if symbol.kind == .madeConst, let rule = proposal.mainRule { constParameters(files, rule, &proposal) }
    flagCoChanges(&proposal)
    return proposal
  }

  /// The edits of a rule that is no pattern for places of its symbol; nil for all others.
  private func edits(following rule: LearnedRule, _ files: [String: SourceText]) -> [Edit]? {
    switch rule.span {
    case .clash: NameClash.edits(rule, files)
    case .entry: EntryPoint.edits(rule, files)
    case .condition: ConditionEdits.edits(rule, files, lines: lines)
    case .namespace: NamespaceImport.edits(rule, files, lines: lines)
    case .identifier, .expression, .operand, .statement, .element, .include, .prototype, .recovery, .copy,
      .gathering, .retyping, .function:
      nil
    }
  }

  /// What the tree changes together may come with another rule of the same symbol.
  private func flagCoChanges(_ proposal: inout Proposal) {
    let names = KnownNames.all(in: proposal.edits.map(\.replacement)).union(known)
    for flag in proposal.uses.flatMap({ $0.rule.unanswered(by: names) }) { proposal.flag(flag) }
  }

  func contains(_ text: SourceText, _ name: String) -> Bool {
    let needle = Array(name.utf8)
    guard let first = needle.first, text.count >= needle.count else { return false }
    return text.withUnsafeBufferPointer { bytes in
      for start in 0...(bytes.count - needle.count) where bytes[start] == first {
        if needle.indices.allSatisfy({ bytes[start + $0] == needle[$0] }) { return true }
      }
      return false
    }
  }

  func isActive(_ file: String, line: Int) -> Bool {
    !(inactive[file] ?? []).contains { $0.contains(line) }
  }

  private func includes(_ file: String, _ text: SourceText, _ proposal: inout Proposal) {
    guard
      let rule = rules.first(where: {
        $0.span == .include
          && Confidence.isEnough($0.rule.confidence, support: $0.rule.support, isDeletion: false, isHalf: false)
      })
    else {
      return
    }
    var spellings = Spellings()
    let code = Code(text, &spellings)
    let lines = LineTable(text)
    let edits = Includes(file: file, code: code).replace(symbol.name, with: rule.right, rule: rule.rule.id) { token in
      isActive(file, line: lines.line(of: Int(code.tokens[token].start)))
    }
    for edit in edits {
      proposal.edits.append(edit)
      proposal.use(rule)
    }
    if !edits.isEmpty { rule.rule.flags.forEach { proposal.flag($0) } }
  }

  private func addition(_ rule: LearnedRule, _ file: String, _ text: SourceText, use: Int, _ proposal: inout Proposal) {
    var spellings = Spellings()
    let code = Code(text, &spellings)
    let table = LineTable(text)
    let edit = Includes(file: file, code: code).add(rule.right, rule: rule.rule.id, use: use) { token in
      isActive(file, line: table.line(of: Int(code.tokens[token].start)))
    }
    guard let edit else { return }
    proposal.edits.append(edit)
    proposal.use(rule)
  }

  private func code(_ file: String, _ files: [String: SourceText], _ proposal: inout Proposal) {
    guard let text = files[file] else { return }
    var spellings = Spellings()
    let code = Code(text, &spellings)
    guard let word = spellings.known(symbol.name) else { return }
    let applier = Applier(rules, &spellings)
    let copied = copies(file, files, &proposal) + gathered(file, text, &proposal)
    let rewriter = Rewriter(file: file, code: code)
    let table = LineTable(text)
    var taken = 0
    for token in code.tokens.indices where code.words[token] == word && taken < maximalSites {
      guard isPlace(token, code), !copied.contains(where: { $0.contains(Int(code.tokens[token].start)) }) else {
        continue
      }
      let line = table.line(of: Int(code.tokens[token].start))
      guard isField(token, code, file, line) else {
        if isUntyped(token, code) {
          proposal.left.append(.init(site: Site(file: file, line: line), reason: .typeNeeded))
        }
        continue
      }
      var applications = applier.applications(code, token: token)
      // The compiler lets a constant be read: what it does not complain about is left alone unless the tree is of one mind.
      if symbol.kind == .madeConst, !(lines[file]?.contains(line) ?? false) {
        applications.removeAll { $0.grade.share < Confidence.sure || !$0.grade.isContextKnown }
      }
      guard isActive(file, line: line) else {
        if !applications.isEmpty {
          proposal.flag(
            Flag(
              .inactiveCode,
              "\(file):\(line): `\(symbol.name)` in code that this kernel does not compile is left as it is"))
        }
        continue
      }
      taken += 1
      if looksThrough, let held = HeldField(around: token, in: code), look(through: held, file, code, &proposal) {
        continue
      }
      let free = { (edits: [Edit]) in !edits.contains { edit in proposal.edits.contains { Self.overlap(edit, $0) } } }
      guard let (application, edits) = best(applications, rewriter, free) else {
        proposal.unfit += 1
        proposal.left.append(.init(site: Site(file: file, line: line), reason: .noRule))
        continue
      }
      proposal.edits += edits
      proposal.use(application.rule)
      check(application.rule, file, text, at: Int(code.tokens[token].start), line: line, &proposal)
      if !application.rule.isDefinition {
        proposal.grades.append(
          .init(site: Site(file: file, line: line), rule: application.rule.rule.id, grade: application.grade))
      }
      let unit = code.units[application.unit]
      if unit.kind == .directive || application.context.use == .declaration || unit.depth == 0 {
        proposal.units = nil
      } else {
        let bytes = Int(code.tokens[unit.tokens.lowerBound].start)..<Int(code.tokens[unit.end - 1].end)
        proposal.units?[file, default: []].append(bytes)
      }
      flags(application, Site(file: file, line: line)).forEach { proposal.flag($0) }
      if isSupportedLoss(application) {
        let lost = lostArguments(application, code)
        proposal.deletions += lost.map { .init(site: Site(file: file, line: line), text: "argument \($0)") }
      }
      if application.output.isEmpty, application.companion == nil {
        proposal.deletions.append(.init(site: Site(file: file, line: line), text: code.written(application.tokens)))
      }
    }
  }

  /// Makes the check of the result follow.
  private func check(
    _ rule: LearnedRule, _ file: String, _ text: SourceText, at offset: Int, line: Int, _ proposal: inout Proposal
  ) {
    guard let check = rule.check else { return }
    let checks = proposal.checks[file] ?? ResultChecks(file: file, text: text, inactive: inactive[file] ?? [])
    proposal.checks[file] = checks
    proposal.add(checks.follow(check, at: offset, Site(file: file, line: line), rule: rule.rule.id), file)
  }

  func best(
    _ applications: [Application], _ rewriter: Rewriter, _ isFree: ([Edit]) -> Bool
  ) -> (Application, [Edit])? {
    for application in applications where isSureEnough(application) {
      guard let edits = rewriter.edits(application), !edits.isEmpty, isFree(edits) else { continue }
      return (application, edits)
    }
    return nil
  }

  private func isSureEnough(_ application: Application) -> Bool {
    let rule = application.rule.rule
    let isDeletion = application.output.isEmpty && application.companion == nil
    return Confidence.isEnough(
      application.grade.share, support: rule.support, isDeletion: isDeletion,
      isHalf: !application.rule.unanswered(by: brought).isEmpty)
  }

  /// The tree drops the same part in most places like this one, and in enough files: the changelog names it.
  private func isSupportedLoss(_ application: Application) -> Bool {
    let rule = application.rule.rule
    return rule.flags.contains { $0.reason == .argumentLost } && application.grade.isContextKnown
      && application.grade.share >= Confidence.sure
      && Confidence.isEnough(application.grade.share, support: rule.support, isDeletion: true, isHalf: true)
  }

  /// The arguments of a call of the symbol that its rule has no use for, as the driver writes them.
  private func lostArguments(_ application: Application, _ code: Code) -> [String] {
    guard
      let name = application.tokens.first(where: { code.spells($0, symbol.name) }
      ),
      name + 1 < application.tokens.upperBound, case let close = Int(code.brackets.partner[name + 1]), close > name
    else { return [] }
    let kept = application.output.map(\.origin)
    let lost = code.list(name + 2..<close).filter { argument in
      !argument.isEmpty && !kept.contains { argument.contains($0) }
    }
    return lost.map(code.written)
  }

  static func overlap(_ left: Edit, _ right: Edit) -> Bool {
    guard left.file == right.file else { return false }
    if left.range.isEmpty, right.range.isEmpty { return left.range == right.range }
    return left.range.overlaps(right.range)
  }

  /// Not the driver's own definition of the name, nor a condition or definition of the preprocessor.
  private func isPlace(_ token: Int, _ code: Code) -> Bool {
    guard code.tokens[token].kind == .identifier else { return false }
    guard code.tokens[token].isDirective else { return !code.functions.contains { $0.name == token } }
    guard let unit = code.unit(holding: token).map({ code.units[$0] }), unit.tokens.count > 3 else { return false }
    let first = unit.tokens.lowerBound
    return code.source.spells(code.tokens[first + 1], "define") && token > first + 2
  }

  /// A field counts where the oracle complained, or where its base is declared with the very structure.
  private func isField(_ token: Int, _ code: Code, _ file: String, _ line: Int) -> Bool {
    let isMember = code.isMember(token)
    guard symbol.isField else {
      // `.name = …` in the driver's own structures is another name.
      return !isMember || lines[file]?.contains(line) ?? false
    }
    guard isMember else { return false }
    let isOwn = symbol.container != nil && FieldBase.structure(of: token, code) == symbol.container
    if isOwn || !(lines[file]?.contains(line) ?? false) { return isOwn }
    // Of several on the line the oracle meant those that are known to be of the structure, if there are such.
    return !namesakes(of: token, code).contains { FieldBase.structure(of: $0, code) == symbol.container }
  }

  /// The fields of the same name on a token's line.
  private func namesakes(of token: Int, _ code: Code) -> [Int] {
    var first = token
    while first > 0, !code.tokens[first].startsLine { first -= 1 }
    // So many that no person would write more on a line.
    let rest = code.tokens.indices.dropFirst(first + 1).prefix(500).prefix { !code.tokens[$0].startsLine }
    return ([first] + rest).filter { $0 != token && code.words[$0] == code.words[token] && code.isMember($0) }
  }

  /// A field of the symbol's name, of a structure that does not show.
  private func isUntyped(_ token: Int, _ code: Code) -> Bool {
    symbol.isField && code.isMember(token) && FieldBase.structure(of: token, code) == nil
  }

  /// The rule's flags and those of this place.
  func flags(_ application: Application, _ site: Site) -> [Flag] {
    var flags = application.rule.rule.flags.filter { $0.reason != .lowConfidence && $0.reason != .coChange }
    if isSupportedLoss(application) { flags.removeAll { $0.reason == .argumentLost } }
    if application.grade.share < Confidence.sure {
      let share = Int((application.grade.share * 100).rounded())
      flags.append(
        Flag(
          .lowConfidence, "\(site): \(application.rule.rule.summary): \(share) % of the in-tree places like this one"))
    }
    if application.context.use.isValueUsed, !application.grade.isContextKnown {
      flags.append(Flag(.valueUsed, "\(site): the value of `\(symbol.name)` is used, which no in-tree example shows"))
    }
    return flags
  }
}
