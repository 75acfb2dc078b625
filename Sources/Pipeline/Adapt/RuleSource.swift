// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionIndex
import ConversionLearning
import DriverAdaptation
import KernelModel

/// Rules by symbol, learned from the index when they are first asked for.
struct RuleSource: Sendable {
  /// Nil where the kernels' sources are not at hand.
  private let source: ConversionSource?
  /// The driver's sources by path.
  let code: [String: SourceText]
  /// What the driver includes: in-tree files that include the same are the better examples.
  private let headers: Set<String>
  private let paths: [String]
  private var known: [SoughtSymbol: [LearnedRule]] = [:]
  /// Fields of the old tree by the names that they have now.
  private var oldFields: [String: SoughtSymbol] = [:]

  /// - Parameter code: the driver's sources by path.
  init(trees: TreeDeclarations, code: [String: SourceText]) {
    self.init(source: ConversionSource(trees: trees.store), code: code)
  }

  init(source: ConversionSource?, code: [String: SourceText]) {
    (self.source, self.code) = (source, code)
    paths = code.keys.sorted()
    headers = code.values.reduce(into: []) { $0.formUnion(IncludedHeaders.of($1)) }
  }

  /// Rules for a symbol, best first; none where the kernels' sources are not at hand.
  mutating func rules(for symbol: SoughtSymbol) async throws -> [LearnedRule] {
    if let rules = known[symbol] { return rules }
    guard let store = source else { return [] }
    if symbol.kind == .callbackPrototype, symbol.container == nil, let old = oldFields[symbol.name] {
      let whole = SoughtSymbol(name: symbol.name, kind: symbol.kind, container: old.container)
      known[symbol] = try await rules(for: whole)
      return known[symbol] ?? []
    }
    // A callback's new prototype follows from its declaration; how in-tree functions of that name changed does not tell.
    if symbol.kind == .callbackPrototype {
      let rules = try await recoveries(symbol, store) + retypings(symbol, store)
      known[symbol] = rules
      return rules
    }
    let (conversions, knowledge) = try await examples(of: symbol, store)
    var rules: [LearnedRule] = []
    for var rule in Learner.rules(for: symbol, from: conversions, knowing: knowledge) {
      guard try await fits(rule, symbol, store) else { continue }
      if symbol.container != nil, let field = rule.renamedField(symbol.name) { oldFields[field] = symbol }
      if let length = rule.copy?.length { rule.copy?.count = try await number(length, store) }
      rules.append(rule)
    }
    var all = try await folded(rules, symbol, store) + rules + retypings(symbol, store)
    if let rule = try await wholeFunctions(symbol, conversions, store) { all.append(rule) }
    known[symbol] = all
    return all
  }

  /// Rules for what functions of the old kernel did with the symbol, by those of the functions that rules bring.
  private func folded(
    _ rules: [LearnedRule], _ symbol: SoughtSymbol, _ store: ConversionSource
  ) async throws -> [LearnedRule] {
    var folded: [LearnedRule] = []
    var seen: Set<String> = []
    for rule in rules {
      for name in rule.rule.introduces where seen.insert(name).inserted {
        let new = try await store.declarations(of: name, in: .new).filter { $0.container == nil }
        guard !new.isEmpty else { continue }
        let old = Set(try await store.declarations(of: name, in: .old).filter { $0.container == nil })
        guard let wrapper = old.first, old.count == 1 else { continue }
        if let rule = Folding.rule(for: symbol, into: wrapper, shownBy: rule) { folded.append(rule) }
      }
    }
    return folded
  }

  /// At most `limit` places of a symbol, each held out from learning, where a rule would have been chosen; none where the
  /// kernels' sources are not at hand.
  func heldOut(_ symbol: SoughtSymbol, limit: Int) async throws -> [HeldOutPlace] {
    guard let store = source else { return [] }
    let (conversions, knowledge) = try await examples(of: symbol, store)
    return Learner.heldOut(for: symbol, from: conversions, knowing: knowledge, limit: limit)
  }

  /// How in-tree code was converted, and what is known about the trees beside.
  private func examples(
    of symbol: SoughtSymbol, _ store: ConversionSource
  ) async throws -> ([Conversion], TreeKnowledge) {
    let conversions = try await store.conversions(losing: symbol.name)
    let definitions = try await store.declarations(of: symbol.name, in: .old)
    let names = Self.names(in: conversions).union(Self.names(in: definitions.map(\.body)))
    let declared = try await store.declared(among: names) ?? Self.called(in: conversions)
    let coChange = try await store.newNames(inFilesLosing: symbol.name)
    var newcomers: [TreeKnowledge.Newcomer] = []
    for found in coChange.newcomers {
      let share = Double(found.files) / Double(max(1, coChange.files))
      if share >= TreeKnowledge.Newcomer.leastShare, try await isTypeName(found.name, store) { continue }
      newcomers.append(.init(name: found.name, share: share, baseRate: found.baseRate))
    }
    var knowledge = TreeKnowledge(
      declares: { declared.contains($0) }, newcomers: newcomers,
      converted: symbol.survives ? try await store.converted(symbol.name) : coChange.files,
      gained: try await store.filesGaining(names), definitions: definitions,
      nearness: nearness(of: conversions, store), fields: try await fields(symbol, definitions, conversions, store))
    if symbol.kind == .arguments, let before = Self.prototype(definitions),
      let after = Self.prototype(try await store.declarations(of: symbol.name, in: .new))
    {
      knowledge.projection = ArgumentProjection(name: symbol.name, before: before, after: after)
    }
    return (conversions, knowledge)
  }

  /// What the headers declare a function to be, where they agree.
  static func prototype(_ declarations: [Declaration]) -> String? {
    let functions = declarations.filter {
      [.function, .inlineFunction].contains($0.kind) && $0.container == nil
    }
    return Set(functions.map(\.text)).count == 1 ? functions.first?.text : nil
  }

  /// A typedef of the new tree: a prototype's matter, which the compiler sees to, and nothing that an edit could lack.
  private func isTypeName(_ name: String, _ store: ConversionSource) async throws -> Bool {
    let declared = try await store.declarations(of: name, in: .new)
    return !declared.isEmpty && declared.allSatisfy { $0.kind == .type && $0.text.hasPrefix("typedef") }
  }

  /// Which fields may be of the symbol's structure, where its own name does not tell.
  private func fields(
    _ symbol: SoughtSymbol, _ definitions: [Declaration], _ conversions: [Conversion], _ store: ConversionSource
  ) async throws -> FieldTypes {
    guard symbol.isField, let container = symbol.container, FieldTypes.isCommon(definitions) else {
      return FieldTypes()
    }
    let sought = FieldTypes.sought(symbol.name, in: conversions)
    let tag = container.split(separator: " ").last.map(String.init) ?? container
    let found = try await store.fields(sought, besides: tag).filter { FieldTypes.holds(container, $0) }
    return FieldTypes(isCommon: true, holders: Set(found.map(\.name)))
  }

  /// Where the values of parameters come from that a callback no longer has.
  private func recoveries(_ symbol: SoughtSymbol, _ store: ConversionSource) async throws -> [LearnedRule] {
    let before = try await oldField(symbol, store)
    let after = try await store.declarations(of: symbol.name, in: .new, container: symbol.container).first
    guard let before, let after, symbol.container != nil else { return [] }
    let (lost, gained) = CallbackRule.exchangedParameters(
      field: symbol.name, before: before.text, after: after.text)
    func tag(_ type: [String]) -> String? { type.last { $0 != "*" && $0 != "const" } }
    var rules: [LearnedRule] = []
    for lost in lost {
      guard let name = tag(lost.type) else { continue }
      // What came in its place tells the functions of this kind from the many others that name the type.
      var conversions: [Conversion] = []
      for other in Set(gained.compactMap(tag)).sorted() {
        conversions += try await store.conversions(losing: name, gaining: other)
      }
      if gained.isEmpty { conversions = try await store.conversions(losing: name) }
      let declared = try await store.declared(among: Self.names(in: conversions)) ?? []
      let near = nearness(of: conversions, store)
      let rule = ParameterRecovery.rule(lost, from: conversions, near: near) { declared.contains($0) }
      if let rule { rules.append(rule) }
    }
    return rules
  }

  /// What the old tree declares a field to be, under the name that it had there.
  func oldField(_ symbol: SoughtSymbol, _ store: ConversionSource) async throws -> Declaration? {
    let found = try await store.declarations(of: symbol.name, in: .old, container: symbol.container).first
    guard found == nil, let old = oldFields[symbol.name], old.container == symbol.container else { return found }
    var renamed = try await store.declarations(of: old.name, in: .old, container: old.container).first
    renamed?.text.replace("(*\(old.name))", with: "(*\(symbol.name))")
    return renamed
  }

  /// What a number or a macro of the new tree says, where it says that alone.
  private func number(_ text: String, _ store: ConversionSource) async throws -> Int? {
    if let number = Int(text) { return number }
    let bodies = Set(try await store.declarations(of: text, in: .new).filter { $0.kind == .macro }.map(\.body))
    return bodies.count == 1 ? bodies.first.flatMap { Int($0.trimmingPrefix(while: \.isWhitespace)) } : nil
  }

  /// A field that became another one of the same structure: the new one has to be there, and of the same type. A number
  /// may have become one of another unit, a pointer one to something else; of functions that are assigned the compiler tells.
  private func fits(_ rule: LearnedRule, _ symbol: SoughtSymbol, _ store: ConversionSource) async throws -> Bool {
    guard let container = symbol.container, let field = rule.renamedField(symbol.name) else { return true }
    let old = try await store.declarations(of: symbol.name, in: .old, container: container)
    let new = try await store.declarations(of: field, in: .new, container: container)
    guard !old.isEmpty else { return true }
    func type(_ declaration: Declaration) -> [String] {
      let source = LexedSource(declaration.text)
      return source.tokens.map { source.spelling($0) }.filter { $0 != declaration.name }
    }
    func isFunction(_ declaration: Declaration) -> Bool { declaration.text.contains("(*\(declaration.name))") }
    // Of calls it tells nothing.
    let isAssigned = rule.left.hasPrefix(".")
    return new.contains { one in
      old.contains { type($0) == type(one) || isAssigned && isFunction($0) && isFunction(one) }
    }
  }

  /// Whose headers are like the driver's; nothing where the old tree is no folder.
  func nearness(of conversions: [Conversion], _ store: ConversionSource) -> Nearness {
    guard let folder = store.folder, !headers.isEmpty else { return Nearness() }
    return Nearness(
      driver: headers, paths: paths, files: IncludedHeaders.of(Set(conversions.map(\.path)), in: folder))
  }

  /// Where nothing is known of declarations: what is called, what is written in capitals, and tags. Any other name may be
  /// a variable of the function that was converted.
  private static func called(in conversions: [Conversion]) -> Set<String> {
    var called: Set<String> = []
    var tags: Set<String> = []
    var others: Set<String> = []
    for text in conversions.flatMap({ [$0.oldText, $0.newText] }) {
      let source = LexedSource(text)
      let words = source.tokens.map { source.spelling($0) }
      for (index, token) in source.tokens.enumerated() where token.kind == .identifier {
        let (before, next) = (index > 0 ? words[index - 1] : "", index + 1 < words.count ? words[index + 1] : "")
        if next == "(" || !words[index].utf8.contains(where: { $0 >= 0x61 && $0 <= 0x7A }) {
          called.insert(words[index])
        } else if ["struct", "union", "enum"].contains(before) {
          tags.insert(words[index])
        } else if before != ".", before != "->" {
          others.insert(words[index])
        }
      }
    }
    return called.union(tags.subtracting(others))
  }

  static func names(in conversions: [Conversion]) -> Set<String> {
    names(in: conversions.flatMap { [$0.oldText, $0.newText] })
  }

  static func names(in texts: [String]) -> Set<String> {
    var names: Set<String> = []
    for text in texts {
      let source = LexedSource(text)
      for token in source.tokens where token.kind == .identifier { names.insert(source.spelling(token)) }
    }
    return names
  }
}
