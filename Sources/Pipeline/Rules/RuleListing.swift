// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import ConversionLearning
import KernelModel

/// `kmend rules`: how in-tree users of a symbol were converted.
package struct RuleListing: Sendable {
  let workspace: Workspace
  let steps: Steps

  package init(workspace: Workspace, steps: Steps) { (self.workspace, self.steps) = (workspace, steps) }

  /// Learns the rules of a symbol from two kernels.
  ///
  /// - Parameter symbol: a function, macro, type's tag, `struct NAME.FIELD`, or a header's path (`asm/unaligned.h`).
  /// - Throws: `Failure`: `badInput` for a symbol that neither tree knows, `unavailable` for kernels without source.
  package func rules(for symbol: String, from: String, to: String) async throws -> RulesReport {
    let kernels = Kernels(workspace: workspace)
    let (old, new) = (try kernels.kernel(named: from), try kernels.kernel(named: to))
    let trees = try await TreeDeclarations(old: old, new: new, workspace: workspace, steps: steps)
    guard let store = trees.store else {
      throw Failure(
        .unavailable, "\(from), \(to)", "have no source to learn from", remedy: "add both as debian:VERSION")
    }
    let (name, container) = Self.split(symbol)
    let before = try await store.declarations(of: name, in: .old, container: container)
    let after = try await store.declarations(of: name, in: .new, container: container)
    var source = RuleSource(trees: trees, code: [:])
    let sought = SoughtSymbol(name: name, kind: Self.kind(name, container, before, after), container: container)
    let rules = try await source.rules(for: sought)
    let files = try await store.filesLosing(name)
    guard !before.isEmpty || !after.isEmpty || !rules.isEmpty || files.changed > 0 else {
      throw Failure(
        .badInput, symbol, "neither \(from) nor \(to) declares it, and no in-tree code used it",
        remedy: "name a function, macro, type, 'struct NAME.FIELD' or a header's path")
    }
    return RulesReport(
      symbol: symbol, from: old.identity, to: new.identity, before: before.first?.text, after: after.first?.text,
      converted: files.changed, rules: rules.map(\.rule))
  }

  private static func split(_ symbol: String) -> (name: String, container: String?) {
    guard !symbol.hasSuffix(".h"), let dot = symbol.lastIndex(of: ".") else { return (symbol, nil) }
    let container = String(symbol[..<dot])
    return (
      String(symbol[symbol.index(after: dot)...]), container.contains(" ") ? container : "struct \(container)"
    )
  }

  /// What a driver that uses the symbol would run into.
  private static func kind(
    _ name: String, _ container: String?, _ before: [Declaration], _ after: [Declaration]
  ) -> Break.Kind {
    if name.hasSuffix(".h") { return .headerGone }
    if container != nil { return after.isEmpty ? .fieldGone : .typeChanged }
    let declared = before + after
    let isFunction = declared.contains { $0.kind == .function || $0.kind == .inlineFunction }
    if !after.isEmpty {
      return isFunction ? .arguments : declared.contains { $0.kind == .macro } ? .macroArity : .other
    }
    return isFunction ? .functionGone : .nameGone
  }
}

/// What `kmend rules --json` prints (schema `kmend-rules-1`, described in README.md).
package struct RulesReport: Codable, Sendable {
  package var schema = "kmend-rules-1"
  package var symbol: String
  package var from: KernelIdentity
  package var to: KernelIdentity
  /// First declaration in each tree; nil where there is none.
  package var before: String?
  package var after: String?
  /// In-tree files whose use of the symbol was converted.
  package var converted: Int
  /// The best first.
  package var rules: [Rule]

  init(
    symbol: String, from: KernelIdentity, to: KernelIdentity, before: String?, after: String?, converted: Int,
    rules: [Rule]
  ) {
    (self.symbol, self.from, self.to, self.before, self.after) = (symbol, from, to, before, after)
    (self.converted, self.rules) = (converted, rules)
  }

  /// The rules as one file for spatch(1), those that SmPL can say.
  package var semanticPatch: String {
    let head = "// \(symbol): learned from \(from.name) (\(from.sourceVersion)) → \(to.name) (\(to.sourceVersion))\n"
    return head
      + rules.filter { !$0.smpl.isEmpty }.map { rule in
        let files = rule.examples.map { "//   \($0.site)\n" }.joined()
        return
          "\n// \(rule.support) in-tree files, right at \(rule.replay.reproduced) of \(rule.replay.tried) held out\n"
          + files + rule.smpl + (rule.smpl.hasSuffix("\n") ? "" : "\n")
      }.joined()
  }
}
