// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import ConversionLearning
import KernelModel

/// `kmend rules`: how in-tree users of a symbol were converted.
package struct RuleListing: Sendable {
  /// Of the places that lose a symbol the share that has it again, from which on it lives on in another form.
  private static let survivingShare = 0.5
  let workspace: Workspace
  let steps: Steps

  package init(workspace: Workspace, steps: Steps) { (self.workspace, self.steps) = (workspace, steps) }

  /// Learns the rules of a symbol.
  ///
  /// - Parameter symbol: a function, macro, type's tag, `struct NAME.FIELD`, a header's path (`asm/unaligned.h`) or a
  ///   name of build files.
  /// - Throws: `Failure`: `badInput` for a symbol that nothing knows, `unavailable` for kernels without source.
  package func rules(for symbol: String, from origin: RuleOrigin) async throws -> RulesReport {
    let (source, told) = try await RuleOrigins(workspace: workspace, steps: steps).open(origin)
    return try await report(symbol, source, told)
  }

  private func report(_ symbol: String, _ source: ConversionSource, _ told: RulesSource) async throws -> RulesReport {
    let (name, container) = Self.split(symbol)
    let before = try await source.declarations(of: name, in: .old, container: container)
    let after = try await source.declarations(of: name, in: .new, container: container)
    var kind = Self.kind(name, container, before, after)
    // Commits may lead away from what the newer tree still has for others.
    if let history = source.history, container == nil, kind != .headerGone, source.trees == nil || !after.isEmpty {
      kind = try await history.share(keeping: name) >= Self.survivingShare ? .arguments : .nameGone
    }
    var rules = RuleSource(source: source, code: [:])
    let sought = SoughtSymbol(name: name, kind: kind, container: container)
    // A field that both trees declare alike asks for nothing: what happened to its users has other reasons.
    let isAlike = container != nil && !before.isEmpty && before.first?.text == after.first?.text
    let learned = isAlike ? [] : try await rules.rules(for: sought)
    let converted = try await source.converted(name)
    let lines = try await BuildLines.examples(of: name, in: source)
    guard !before.isEmpty || !after.isEmpty || !learned.isEmpty || converted > 0 || !lines.isEmpty else {
      throw Failure(
        .badInput, symbol, "is not declared in \(told.title), and no code there was converted",
        remedy: "name a function, macro, type, 'struct NAME.FIELD' or a header's path")
    }
    return RulesReport(
      symbol: symbol, sought: sought, source: told, before: before.first?.text, after: after.first?.text,
      converted: converted, rules: learned.map { ListedRule($0) }, buildLines: lines)
  }

  private static func split(_ symbol: String) -> (name: String, container: String?) {
    guard !symbol.hasSuffix(".h"), let dot = symbol.lastIndex(of: ".") else { return (symbol, nil) }
    let container = String(symbol[..<dot])
    return (
      String(symbol[symbol.index(after: dot)...]), container.contains(" ") ? container : "struct \(container)"
    )
  }

  /// What a driver that uses the symbol would run into.
  static func kind(
    _ name: String, _ container: String?, _ before: [Declaration], _ after: [Declaration]
  ) -> Break.Kind {
    if name.hasSuffix(".h") { return .headerGone }
    if container != nil {
      let constant = after.contains { new in before.contains { new.text == "const \($0.text)" } }
      let isCallback = !before.isEmpty && (before + after).allSatisfy { $0.text.contains("(*\(name))") }
      return after.isEmpty ? .fieldGone : constant ? .madeConst : isCallback ? .callbackPrototype : .typeChanged
    }
    let declared = before + after
    let isFunction = declared.contains { $0.kind == .function || $0.kind == .inlineFunction }
    if !after.isEmpty {
      return isFunction ? .arguments : declared.contains { $0.kind == .macro } ? .macroArity : .other
    }
    if before.contains(where: { $0.kind == .type && $0.text.hasPrefix("struct ") }) { return .typeGone }
    return isFunction ? .functionGone : .nameGone
  }
}
