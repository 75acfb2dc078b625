// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Learns from whole functions which field took a setter's value.
struct GatheringLearner {
  private static let leastFiles = 2
  /// Share of the files with the same constants that a part of the field's value has to stand in.
  private static let share = 0.75
  let learner: Learner

  /// A field that an old function did not set and its successor sets.
  private struct Setting: Hashable {
    var structure: String
    var variable: String
    var field: String
    var value: [String]

    /// The operands of its chain of `|`.
    var parts: [String] { value.split(separator: "|").map { $0.joined(separator: " ") } }
  }

  /// An old function that called the setter, with what its successor sets.
  private struct Function {
    var path: String
    var calls: [[String]]
    var settings: Set<Setting>
    var makers: Set<Gathering.Maker>
    var site: Site

    func settings(of target: Target) -> [Setting] {
      settings.filter { $0.structure == target.structure && $0.field == target.field }
    }
  }

  private struct Target: Hashable {
    var structure: String
    var field: String
  }

  /// Which field takes the value: as it is, or the constants that stand for the setter's.
  private struct Finding {
    var target: Target
    var values: [String: String]

    /// What the successor of a function should set the field to, in parts; nil where the finding does not say.
    func wanted(_ function: Function) -> Set<String>? {
      let arguments = function.calls.map { $0.dropFirst().joined(separator: ", ") }
      guard !values.isEmpty else { return Set(function.calls.compactMap(\.last)) }
      guard let value = arguments.first.flatMap({ values[$0] }) else { return nil }
      return Set(value.split(separator: " | ").map(String.init))
    }

    func isShown(by function: Function) -> Bool {
      guard let wanted = wanted(function) else { return false }
      let own = function.settings(of: target)
      guard values.isEmpty else { return wanted.isSubset(of: Set(own.flatMap(\.parts))) }
      return own.contains { wanted.contains($0.value.joined(separator: " ")) }
    }
  }

  /// Nil where too few files show one.
  func rule() -> LearnedRule? {
    let functions = learner.windows.flatMap { window in
      window.old.functions.compactMap { function($0, window) }
    }
    guard let finding = finding(functions) else { return nil }
    // What does not set the structure at all was converted in another way, elsewhere.
    let opportunities = functions.filter { function in
      function.settings.contains { $0.structure == finding.target.structure } && finding.wanted(function) != nil
    }
    let replayed = opportunities.count { function in
      let others = self.finding(functions.filter { $0.path != function.path })
      return others?.target == finding.target && others?.isShown(by: function) ?? false
    }
    return rule(
      finding, opportunities.filter(finding.isShown), opportunities.count,
      .init(reproduced: replayed, tried: opportunities.count))
  }

  private func finding(_ functions: [Function]) -> Finding? { taken(functions) ?? named(functions) }

  /// The field takes the value as it is.
  private func taken(_ functions: [Function]) -> Finding? {
    let pairs = functions.filter { $0.calls.allSatisfy { $0.count == 2 } }
    let target = best(
      pairs.map { function in
        let values = Set(function.calls.compactMap(\.last))
        let found = function.settings.filter { values.contains($0.value.joined(separator: " ")) }
        return (function.path, Set(found.map { Target(structure: $0.structure, field: $0.field) }))
      })
    return target.map { Finding(target: $0, values: [:]) }
  }

  /// The field takes constants in place of the setter's: the field whose values the setter's tell best.
  private func named(_ functions: [Function]) -> Finding? {
    let constant = functions.filter { $0.calls.count == 1 && $0.calls[0].dropFirst().allSatisfy(Self.isConstant) }
    let targets = Set(
      constant.flatMap(\.settings).map { Target(structure: $0.structure, field: $0.field) })
    let findings = targets.map { target in
      let finding = Finding(target: target, values: values(of: target, constant))
      return (finding: finding, count: constant.count(where: finding.isShown))
    }
    func rank(_ entry: (finding: Finding, count: Int)) -> (Int, String) {
      (entry.count, "\(entry.finding.target.field) \(entry.finding.target.structure)")
    }
    return findings.filter { !$0.finding.values.isEmpty }.max { rank($0) < rank($1) }?.finding
  }

  /// By the setter's constants the names that the field is made of in most files.
  private func values(of target: Target, _ functions: [Function]) -> [String: String] {
    let setting = functions.filter { !$0.settings(of: target).isEmpty }
    let groups = Dictionary(grouping: setting) { $0.calls[0].dropFirst().joined(separator: ", ") }
    var values: [String: String] = [:]
    for (constants, group) in groups where Set(group.map(\.path)).count >= Self.leastFiles {
      let parts = group.map { Set($0.settings(of: target).flatMap(\.parts).filter { !Self.isConstant($0) }) }
      let common = parts.reduce(Set()) { $0.union($1) }.filter { part in
        Double(parts.count { $0.contains(part) }) >= Self.share * Double(group.count)
      }
      if !common.isEmpty { values[constants] = common.sorted().joined(separator: " | ") }
    }
    return values
  }

  private static func isConstant(_ text: String) -> Bool {
    ["true", "false", "NULL"].contains(text) || text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  /// The target that most files show; of equals the one that the setter is named after.
  private func best(_ shown: [(path: String, targets: Set<Target>)]) -> Target? {
    var files: [Target: Set<String>] = [:]
    for (path, targets) in shown { for target in targets { files[target, default: []].insert(path) } }
    func rank(_ entry: (key: Target, value: Set<String>)) -> (Int, Int, String) {
      let isNamed = learner.symbol.name.hasSuffix(entry.key.field)
      return (entry.value.count, isNamed ? 1 : 0, "\(entry.key.field) \(entry.key.structure)")
    }
    guard let best = files.max(by: { rank($0) < rank($1) }), best.value.count >= Self.leastFiles else { return nil }
    return best.key
  }

  private func rule(
    _ finding: Finding, _ shown: [Function], _ opportunities: Int, _ replay: Rule.Replay
  ) -> LearnedRule? {
    let target = finding.target
    let paths = Set(shown.map(\.path))
    guard let first = shown.first, paths.count >= Self.leastFiles else { return nil }
    let makers = shown.reduce(into: Set<Gathering.Maker>()) { $0.formUnion($1.makers) }
    let names = shown.flatMap(\.settings).filter { $0.structure == target.structure }
      .reduce(into: [String: Int]()) { $0[$1.variable, default: 0] += 1 }
    guard !makers.isEmpty, let variable = names.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key else {
      return nil
    }
    let gathering = Gathering(
      structure: target.structure, variable: variable, field: target.field, arguments: first.calls[0].count,
      values: finding.values, makers: makers)
    let name = learner.symbol.name
    let marks = (0..<gathering.arguments).map { "\(Pattern.mark)\($0)" }
    let left = "\(name)(\(marks.joined(separator: ", ")))"
    let count = paths.count
    let rule = Rule(
      id: "", symbol: name, kind: .statement, smpl: "",
      summary: "",
      support: count, confidence: Double(shown.count) / Double(opportunities), opportunities: opportunities,
      examples: learner.knowledge.nearness.sorted(paths).prefix(Rule.exampleLimit).compactMap { path in
        shown.first { $0.path == path }.map { example($0, target) }
      }, replay: replay, introduces: [target.structure],
      flags: count < 3
        ? [Flag(.fewExamples, "`\(Summary.shown(left))`: \(count) in-tree files show what becomes of it")] : [])
    let context = Context(use: .ignored, shapes: [], next: "")
    var learned = LearnedRule(
      rule: rule, span: .gathering, left: left, right: "",
      evidence: Evidence(places: (0..<opportunities).map { .init(context: context, reproduced: $0 < shown.count) }))
    learned.gathering = gathering
    learned.rule.summary = Gathering.summary([learned])
    return learned
  }

  private func example(_ function: Function, _ target: Target) -> Rule.Example {
    let name = learner.symbol.name
    let calls = function.calls.map { Template.canonical("\(name) ( \($0.joined(separator: " , ")) )") + ";" }
    let settings = function.settings(of: target).map {
      Template.canonical(". \($0.field) = \($0.value.joined(separator: " "))")
    }
    return Rule.Example(
      site: function.site, before: calls.joined(separator: " "), after: settings.sorted().joined(separator: ", "))
  }

  // MARK: Functions

  private func function(_ old: CSource.Function, _ window: Window) -> Function? {
    let code = window.old
    let found = calls(old, code)
    guard let first = found.first, found.allSatisfy({ $0.count == first.count && $0.count > 1 }),
      let new = window.new.functions.first(where: { window.new.words[$0.name] == code.words[old.name] }),
      !calls(new, window.new).contains(where: { $0.count == first.count })
    else { return nil }
    let known = settings(old, code)
    let settings = settings(new, window.new).subtracting(known)
    guard !settings.isEmpty else { return nil }
    let line = LineTable(code.source.text).line(of: Int(code.tokens[old.name].start))
    return Function(
      path: window.path, calls: found, settings: settings,
      makers: makers(new, window.new, taking: Set(settings.map(\.variable))),
      site: Site(file: window.path, line: window.start + line - 1))
  }

  private func units(_ function: CSource.Function, _ code: Code) -> [Int] {
    code.units.indices.filter { function.body.contains(code.units[$0].tokens.lowerBound) }
  }

  private func spelled(_ tokens: Range<Int>, _ code: Code) -> [String] {
    tokens.map { code.source.spelling(code.tokens[$0]) }
  }

  /// The arguments of each call of the setter that is a statement.
  private func calls(_ function: CSource.Function, _ code: Code) -> [[String]] {
    units(function, code).compactMap { unit in
      let tokens = code.units[unit].tokens
      guard code.units[unit].kind == .statement, tokens.count > 3, code.words[tokens.lowerBound] == learner.word,
        Int(code.brackets.partner[tokens.lowerBound + 1]) == tokens.upperBound - 1
      else { return nil }
      return code.list(tokens.lowerBound + 2..<tokens.upperBound - 1).map { spelled($0, code).joined(separator: " ") }
    }
  }

  /// Elements of initialised structures, and assignments to a structure's fields.
  private func settings(_ function: CSource.Function, _ code: Code) -> Set<Setting> {
    var settings: Set<Setting> = []
    var object: (structure: String, variable: String)?
    for unit in units(function, code) {
      let tokens = code.units[unit].tokens
      switch code.units[unit].kind {
      case .head: object = initialised(tokens, code)
      case .element:
        guard let object, tokens.count > 3, code.punctuation(at: tokens.lowerBound) == 0x2E,
          code.punctuation(at: tokens.lowerBound + 2) == 0x3D
        else { continue }
        settings.insert(
          Setting(
            structure: object.structure, variable: object.variable,
            field: code.source.spelling(code.tokens[tokens.lowerBound + 1]),
            value: spelled(tokens.dropFirst(3), code)))
      case .statement:
        guard let setting = assigned(tokens, code) else { continue }
        settings.insert(setting)
      default: continue
      }
    }
    return settings
  }

  /// `struct x name =`.
  private func initialised(_ tokens: Range<Int>, _ code: Code) -> (structure: String, variable: String)? {
    guard tokens.count > 3, code.punctuation(at: tokens.upperBound - 1) == 0x3D,
      let structure = FieldBase.declared(tokens.upperBound - 2, code)
    else { return nil }
    return (structure, code.source.spelling(code.tokens[tokens.upperBound - 2]))
  }

  /// `x.field = value`, `x->field |= value`.
  private func assigned(_ tokens: Range<Int>, _ code: Code) -> Setting? {
    guard tokens.count > 4, code.isMember(tokens.lowerBound + 2),
      [0x3D, punctuation("|=")].contains(code.punctuation(at: tokens.lowerBound + 3))
    else { return nil }
    guard let structure = FieldBase.structure(of: tokens.lowerBound + 2, code) else { return nil }
    return Setting(
      structure: structure, variable: code.source.spelling(code.tokens[tokens.lowerBound]),
      field: code.source.spelling(code.tokens[tokens.lowerBound + 2]), value: spelled(tokens.dropFirst(4), code))
  }

  /// Calls with `&variable` among their arguments.
  private func makers(
    _ function: CSource.Function, _ code: Code, taking variables: Set<String>
  ) -> Set<Gathering.Maker> {
    var makers: Set<Gathering.Maker> = []
    for token in function.body.dropLast(3)
    where code.tokens[token].kind == .identifier && code.punctuation(at: token + 1) == 0x28 {
      let close = Int(code.brackets.partner[token + 1])
      guard close > token + 2, Keyword(rawValue: code.words[token]) == nil else { continue }
      let arguments = code.list(token + 2..<close)
      for (number, argument) in arguments.enumerated() where argument.count == 2 {
        guard code.punctuation(at: argument.lowerBound) == 0x26,
          variables.contains(code.source.spelling(code.tokens[argument.lowerBound + 1]))
        else { continue }
        makers.insert(
          .init(name: code.source.spelling(code.tokens[token]), argument: number, count: arguments.count))
      }
    }
    return makers
  }
}
