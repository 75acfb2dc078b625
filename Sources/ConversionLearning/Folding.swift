// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// The way back of a definition: a function of the old kernel that was nothing but a call of the symbol. On that kernel the
/// two mean the same, and a function that the new kernel still has is taken to do there what it did, however few examples
/// there are.
package enum Folding {
  /// - Parameters:
  ///   - wrapper: an inline function or macro of the old kernel.
  ///   - rule: one that brings the wrapper.
  /// - Returns: the rule for the calls that the wrapper's body makes, e.g. `old(¤0, &table)` → `wrapper(¤0)`; nil if the
  ///   body is anything else.
  package static func rule(
    for symbol: SoughtSymbol, into wrapper: Declaration, shownBy rule: LearnedRule
  ) -> LearnedRule? {
    guard !symbol.survives, !symbol.isField, let definition = Definition(wrapper), definition.span == .expression,
      definition.right.hasPrefix(symbol.name + "("), definition.left.hasPrefix(wrapper.name + "(")
    else { return nil }
    var spellings = Spellings()
    let (call, folded) = (Pattern(definition.right, &spellings), Pattern(definition.left, &spellings))
    guard call.count == folded.count, call.tree.nodes[call.tree.root].kind == .call else { return nil }
    var rule = rule
    (rule.span, rule.left, rule.right, rule.before) = (.expression, definition.right, definition.left, [])
    (rule.companion, rule.followers, rule.absorption, rule.free) = (nil, [], nil, [])
    rule.isDefinition = true
    rule.rule.id += "-\(SemanticPatch.stem(wrapper.name))"
    rule.rule.summary = "`\(Summary.shown(rule.left))` → `\(Summary.shown(rule.right))`"
    (rule.rule.confidence, rule.rule.flags, rule.rule.introduces) = (1, [], [wrapper.name])
    rule.rule.smpl = SemanticPatch(rule, symbol: symbol).text
    return rule
  }
}
