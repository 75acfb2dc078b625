// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import KernelModel

/// The rule for a callback whose prototype changed: it follows from the two declarations, not from conversions.
package enum CallbackRule {
  /// The types of the parameters that a callback no longer has, as spellings; none where the declarations are no
  /// prototypes of one field.
  package static func lostParameters(field: String, before: String, after: String) -> [[String]] {
    guard let change = PrototypeChange(field: field, before: before, after: after) else { return [] }
    return change.steps.compactMap { step in
      guard case .remove(let old) = step else { return nil }
      return change.before.type(change.before.parameters[old])
    }
  }

  /// Nil where the break does not show both prototypes, or where they leave open what to do.
  static func rule(for found: Break) -> LearnedRule? {
    guard found.kind == .callbackPrototype, let before = found.before?.text, let after = found.after?.text,
      PrototypeChange(field: found.symbol, before: before, after: after) != nil
    else { return nil }
    let stem = ([found.container, found.symbol].compactMap { $0?.split(separator: " ").last }).joined(separator: "_")
    let rule = Rule(
      id: "callback_\(stem)", symbol: found.symbol, kind: .declaration, smpl: "", summary: "`\(before)` → `\(after)`",
      support: 0, confidence: 1, opportunities: 0, examples: [], replay: Rule.Replay(reproduced: 0, tried: 0),
      introduces: [], flags: [])
    return LearnedRule(rule: rule, span: .prototype, left: before, right: after, evidence: Evidence(places: []))
  }
}
