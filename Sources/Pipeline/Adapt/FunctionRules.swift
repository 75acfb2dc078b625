// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionIndex
import ConversionLearning
import DriverAdaptation
import KernelModel

extension RuleSource {
  /// What becomes of variables that are passed for a parameter which points to another structure now, or that point to a
  /// field that is gone.
  func retypings(_ symbol: SoughtSymbol, _ store: ConversionSource) async throws -> [LearnedRule] {
    var rules: [LearnedRule] = []
    for (before, after) in try await exchanged(symbol, store) {
      func tag(_ structure: String) -> String { structure.split(separator: " ").last.map(String.init) ?? structure }
      let conversions = try await store.conversions(losing: tag(before), gaining: tag(after))
      let declared = try await store.declared(among: Self.names(in: conversions)) ?? []
      let near = nearness(of: conversions, store)
      let learner = RetypingLearner(
        before, after, for: symbol.name, from: conversions,
        among: try await store.conversions(losing: tag(before)), near: near
      ) { declared.contains($0) }
      if let rule = learner.rule() { rules += [rule] + (try await whole(rule, conversions, store).map { [$0] } ?? []) }
    }
    return rules
  }

  /// The structures that variables of the symbol's kind pointed to, and those that they point to now.
  private func exchanged(_ symbol: SoughtSymbol, _ store: ConversionSource) async throws -> [(String, String)] {
    func prototype(_ side: ConversionIndex.Side) async throws -> String? {
      if side == .old, symbol.container != nil { return try await oldField(symbol, store)?.text }
      let found = try await store.declarations(of: symbol.name, in: side, container: symbol.container)
      return symbol.container == nil ? Self.prototype(found) : found.first?.text
    }
    switch symbol.kind {
    case .arguments, .callbackPrototype:
      guard let before = try await prototype(.old), let after = try await prototype(.new) else { return [] }
      return CallbackRule.retypedParameters(
        of: symbol.name, isField: symbol.container != nil, before: before, after: after)
    case .fieldGone, .functionGone:
      guard let before = try await prototype(.old) else { return [] }
      let structures =
        symbol.isField
        ? [FieldBase.structure(declaredBy: before)].compactMap { $0 }
        : CallbackRule.parameterStructures(of: symbol.name, before)
      guard !structures.isEmpty else { return [] }
      let conversions = try await store.conversions(losing: symbol.name)
      return structures.compactMap { structure in
        Retyping.successor(of: structure, beside: symbol.name, from: conversions).map { (structure, $0) }
      }
    default: return []
    }
  }

  /// The rule for functions that the driver has in common with the tree; nil where there are none.
  private func whole(
    _ rule: LearnedRule, _ conversions: [Conversion], _ store: ConversionSource
  ) async throws -> LearnedRule? {
    guard let retyping = rule.retyping else { return nil }
    let functions = try await common(FunctionConversion.all(of: retyping, in: ofNamesakes(conversions)), store)
    guard !functions.isEmpty else { return nil }
    var whole = rule
    whole.rule.id += "_whole"
    whole.functions = functions
    let others = FunctionConversion.all(of: retyping, in: Self.naming(functions, conversions))
    whole.rule.replay += FunctionConversion.replay(functions, on: others)
    return whole
  }

  /// The rule for functions that named the symbol and that the driver has as well; nil where there are none.
  func wholeFunctions(
    _ symbol: SoughtSymbol, _ conversions: [Conversion], _ store: ConversionSource
  ) async throws -> LearnedRule? {
    let own = ofNamesakes(conversions)
    let functions = try await common(FunctionConversion.all(of: symbol.name, in: own), store)
    let others = FunctionConversion.all(of: symbol.name, in: Self.naming(functions, conversions))
    return FunctionConversion.rule(functions, for: symbol.name, replayedOn: others)
  }

  /// Conversions that hold functions of the same names.
  private static func naming(_ functions: [FunctionConversion], _ conversions: [Conversion]) -> [Conversion] {
    let names = Set(functions.map(\.name))
    return conversions.filter { conversion in names.contains { conversion.oldText.contains("\($0)(") } }
  }

  /// Whoever copies functions keeps the name of their file.
  private func ofNamesakes(_ conversions: [Conversion]) -> [Conversion] {
    func name(_ path: String) -> Substring { path.split(separator: "/").last ?? "" }
    let names = Set(code.keys.map(name))
    return conversions.filter { names.contains(name($0.path)) }
  }

  /// Those that the driver has as well, with what they need to be included.
  private func common(
    _ functions: [FunctionConversion], _ store: ConversionSource
  ) async throws -> [FunctionConversion] {
    guard !functions.isEmpty, case let names = functionNames else { return [] }
    var functions = functions.filter { names.contains($0.name) }
    for index in functions.indices { functions[index].headers = try await headers(of: functions[index], store) }
    return functions
  }

  private var functionNames: Set<String> {
    var spellings = Spellings()
    return code.values.reduce(into: []) { names, text in
      let code = Code(text, &spellings)
      for function in code.functions { names.insert(code.source.spelling(code.tokens[function.name])) }
    }
  }

  /// Headers that the in-tree file came to include for what the function says now.
  private func headers(of function: FunctionConversion, _ store: ConversionSource) async throws -> [String] {
    guard let old = store.folder, let new = store.newFolder else { return [] }
    let path: Set = [function.site.file]
    let gained = (IncludedHeaders.of(path, in: new)[function.site.file] ?? [])
      .subtracting(IncludedHeaders.of(path, in: old)[function.site.file] ?? [])
    guard !gained.isEmpty else { return [] }
    var needed: Set<String> = []
    for name in Self.names(in: [function.after]).subtracting(Self.names(in: [function.before])).sorted() {
      let files = try await store.declarations(of: name, in: .new).map(\.site.file)
      needed.formUnion(gained.filter { header in files.contains { $0.hasSuffix("/\(header)") } })
    }
    return needed.sorted()
  }
}
