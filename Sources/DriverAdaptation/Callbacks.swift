// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// Gives the driver's functions behind a field of an ops structure the field's new prototype: definitions, declarations
/// and what their bodies return, in all files at once.
struct Callbacks {
  let rule: LearnedRule
  let change: PrototypeChange
  /// Where the values of lost parameters come from.
  let recoveries: [LearnedRule]
  /// What becomes of the uses of parameters that are of another structure now.
  let retypings: [LearnedRule]
  /// Lines that the oracle complained about, by file.
  let lines: [String: Set<Int>]
  let isActive: (String, Int) -> Bool

  /// Nil if the rule is none for a callback.
  init?(
    _ rule: LearnedRule, knowing rules: [LearnedRule], lines: [String: Set<Int>],
    isActive: @escaping (String, Int) -> Bool
  ) {
    let recoveries = rules.filter { $0.span == .recovery }
    // A parameter whose value is found elsewhere is gone, whatever has come in its place.
    let retypings = rules.compactMap(\.retyping).filter { retyping in
      !recoveries.contains { $0.lost?.type == retyping.before.split(separator: " ").map(String.init) + ["*"] }
    }
    guard
      let change = PrototypeChange(
        field: rule.rule.symbol, before: rule.left, after: rule.right, retypings: retypings)
    else { return nil }
    (self.rule, self.change, self.recoveries) = (rule, change, recoveries)
    self.retypings = rules.filter { $0.retyping.map(retypings.contains) ?? false }
    (self.lines, self.isActive) = (lines, isActive)
  }

  /// - Parameter codes: the driver's files as the target's preprocessor reads them.
  func propose(_ codes: [String: Code], _ spellings: Spellings, _ proposal: inout Proposal) {
    var done: Set<String> = []
    var rewritten: [(name: String, file: String?)] = []
    for file in lines.keys.sorted() {
      guard let code = codes[file] else { continue }
      for name in names(file, code) + expanded(file, code) + passed(file, code, of: codes) {
        let isStatic = code.definesStatic(name)
        let scope = isStatic ? [file] : codes.keys.sorted()
        guard done.insert(isStatic ? "\(file):\(name)" : name).inserted else { continue }
        if propose(name, scope.compactMap { path in codes[path].map { (path, $0) } }, &proposal) {
          rewritten.append((name, isStatic ? file : nil))
        }
      }
    }
    migrate(rewritten, codes, spellings, &proposal)
  }

  /// Functions of the old prototype that a macro on the lines makes the names of: `ATTRIBUTE(foo)` those of `foo`.
  private func expanded(_ file: String, _ code: Code) -> [String] {
    let table = LineTable(code.source.text)
    var names: [String] = []
    for token in code.tokens.indices.dropLast(2) where code.spells(token, rule.rule.symbol) {
      let close = Int(code.brackets.partner[token + 1])
      guard code.tokens[token + 1].punctuation == 0x28, close > token,
        lines[file]?.contains(table.line(of: Int(code.tokens[token].start))) ?? false
      else { continue }
      let arguments = code.tokens[token + 2..<close].filter { $0.kind == .identifier }.map { code.source.spelling($0) }
      for function in code.functions {
        let name = code.source.spelling(code.tokens[function.name])
        guard arguments.contains(where: { name == $0 || name.hasPrefix($0 + "_") || name.hasSuffix("_" + $0) }),
          !names.contains(name), hasOldPrototype(name, code)
        else { continue }
        names.append(name)
      }
    }
    return names
  }

  /// Functions of the old prototype that are passed to another one on the lines.
  private func passed(_ file: String, _ code: Code, of codes: [String: Code]) -> [String] {
    let table = LineTable(code.source.text)
    var names: [String] = []
    for call in code.tokens.indices.dropFirst() where code.tokens[call].punctuation == 0x28 {
      guard code.tokens[call - 1].kind == .identifier, case let close = Int(code.brackets.partner[call]), close > call
      else { continue }
      for argument in code.list(call + 1..<close) {
        guard let token = argument.last, argument.dropLast().allSatisfy({ code.tokens[$0].punctuation == 0x26 }),
          code.tokens[token].kind == .identifier,
          lines[file]?.contains(table.line(of: Int(code.tokens[token].start))) ?? false
        else { continue }
        let name = code.source.spelling(code.tokens[token])
        if !names.contains(name), codes.values.contains(where: { hasOldPrototype(name, $0) }) { names.append(name) }
      }
    }
    return names
  }

  private func hasOldPrototype(_ name: String, _ code: Code) -> Bool {
    code.functions.contains { function in
      code.spells(function.name, name)
        && Prototype(head: function.head.lowerBound, name: function.name, code)?.parameterTypes
          == change.before.parameterTypes
    }
  }

  /// Functions that the field is set to on the lines: `.field = name`, `x->field = &name`.
  private func names(_ file: String, _ code: Code) -> [String] {
    let table = LineTable(code.source.text)
    var names: [String] = []
    for token in code.tokens.indices.dropLast(2) where code.spells(token, rule.rule.symbol) && token > 0 {
      let mark = code.tokens[token - 1].punctuation
      guard mark == 0x2E || mark == punctuation("->"), code.tokens[token + 1].punctuation == 0x3D else { continue }
      var value = token + 2
      if code.tokens[value].punctuation == 0x26 { value += 1 }
      guard value < code.tokens.count, code.tokens[value].kind == .identifier else { continue }
      let span = table.line(of: Int(code.tokens[token].start))...table.line(of: Int(code.tokens[value].start))
      guard lines[file]?.contains(where: { span.contains($0) }) ?? false else { continue }
      let name = code.source.spelling(code.tokens[value])
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// What the functions do with parameters that are of another structure now; nothing where something can't go along.
  private func migrate(
    _ functions: [(name: String, file: String?)], _ codes: [String: Code], _ spellings: Spellings,
    _ proposal: inout Proposal
  ) {
    for (number, before, after) in PrototypeChange.exchangedStructures(change.before, change.after) {
      guard change.successor(of: number) == number,
        let rule = retypings.first(where: { ($0.left, $0.right) == (before, after) })
      else { continue }
      let rewritten = functions.map { function in
        TypeMigration.Parameter(owner: function.name, file: function.file, number: number, isField: false)
      }
      let seeds = functions.flatMap { function in
        (function.file.map { [$0] } ?? codes.keys.sorted()).flatMap {
          variables(number, of: function.name, $0, codes)
        }
      }
      guard var migration = TypeMigration(rule, codes, spellings, rewritten: Set(rewritten)) else { continue }
      if migration.migrate(seeds), !migration.edits.isEmpty { proposal.add(migration) }
    }
  }

  /// A parameter in the definitions of a function.
  private func variables(
    _ number: Int, of name: String, _ file: String, _ codes: [String: Code]
  ) -> [TypeMigration.Variable] {
    guard let code = codes[file] else { return [] }
    return FunctionRewriting.Head.all(of: name, code).compactMap { head in
      guard head.body != nil, let own = Prototype(head: head.start, name: head.name, code),
        number < own.parameters.count, let token = own.parameters[number].name
      else { return nil }
      return .init(file: file, function: head.name, word: code.words[token])
    }
  }

  /// All heads of one function, or none: half a change does not compile. False for none.
  private func propose(
    _ name: String, _ codes: [(file: String, code: Code)], _ proposal: inout Proposal
  ) -> Bool {
    var edits: [Edit] = []
    var flags: [Flag] = []
    var deletions: [AdaptationChange.Deletion] = []
    var isDefined = false
    var recovered: [LearnedRule] = []
    for (file, code) in codes {
      let table = LineTable(code.source.text)
      for head in FunctionRewriting.Head.all(of: name, code) {
        let site = Site(file: file, line: table.line(of: Int(code.tokens[head.name].start)))
        guard isActive(file, site.line) else {
          flags.append(inactive(name, site))
          continue
        }
        var rewriting = FunctionRewriting(
          file: file, code: code, rule: rule.rule.id, change: change, recoveries: recoveries)
        guard rewriting.rewrite(head, site) else { return refused(&proposal) }
        isDefined = isDefined || head.body != nil
        edits += rewriting.edits
        flags += rewriting.flags
        deletions += rewriting.deletions
        recovered += rewriting.recovered
      }
      guard change.changesParameters else { continue }
      for call in calls(name, code) {
        let site = Site(file: file, line: table.line(of: Int(code.tokens[call].start)))
        guard isActive(file, site.line) else {
          flags.append(inactive(name, site))
          continue
        }
        var rewriting = CallRewriting(file: file, code: code, rule: rule.rule.id, change: change)
        guard rewriting.rewrite(call, site) else { return refused(&proposal) }
        edits += rewriting.edits
        flags += rewriting.flags
      }
    }
    guard isDefined, !edits.isEmpty else { return refused(&proposal) }
    proposal.edits += edits
    proposal.deletions += deletions
    proposal.use(told(recovered))
    flags.forEach { proposal.flag($0) }
    return true
  }

  private func refused(_ proposal: inout Proposal) -> Bool {
    proposal.unfit += 1
    return false
  }

  private func inactive(_ name: String, _ site: Site) -> Flag {
    Flag(.inactiveCode, "\(site): `\(name)` in code that this kernel does not compile is left as it is")
  }

  /// Where the driver itself calls a function.
  private func calls(_ name: String, _ code: Code) -> [Int] {
    code.calls(of: name, isMember: false)
  }

  /// The rule with what it says about lost parameters.
  private func told(_ recovered: [LearnedRule]) -> LearnedRule {
    var told = rule
    var seen: Set<ParameterRecovery.Lost> = []
    let each = recovered.filter { $0.lost.map { seen.insert($0).inserted } ?? false }
    for recovery in each { told.rule.summary += ", `\(recovery.left)` from \(recovery.rule.summary)" }
    // The rule is as sure as the least sure of them.
    guard let least = each.min(by: { ($0.rule.confidence, $0.rule.support) < ($1.rule.confidence, $1.rule.support) })
    else { return rule }
    (told.rule.support, told.rule.examples) = (least.rule.support, least.rule.examples)
    (told.rule.confidence, told.rule.opportunities) = (least.rule.confidence, least.rule.opportunities)
    return told
  }
}
