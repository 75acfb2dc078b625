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

  /// A field that a macro sets is known by the compiler's message alone: the type that it has, in quotes, and that of what
  /// it is set to.
  private static func types(in message: String, of name: String) -> (before: String, after: String)? {
    var quoted: [Substring] = []
    for (number, part) in message.split(separator: "'", omittingEmptySubsequences: false).enumerated() {
      if number % 2 == 1 { quoted.append(part) }
    }
    guard message.contains("function pointer"), let field = quoted.first(where: { $0.contains("(*)(") }),
      let own = quoted.first(where: { $0.contains("(") && !$0.contains("(*)(") }), let open = own.firstIndex(of: "(")
    else { return nil }
    let result = own[..<open].split(separator: " ").joined(separator: " ")
    guard !result.isEmpty else { return nil }
    return ("\(result) (*\(name))\(own[open...])", String(field).replacing("(*)(", with: "(*\(name))("))
  }

  /// Nil where the break does not show both prototypes, or where they leave open what to do.
  static func rule(for found: Break) -> LearnedRule? {
    guard found.kind == .callbackPrototype else { return nil }
    var before = found.before?.text ?? ""
    var after = found.after?.text ?? ""
    if PrototypeChange(field: found.symbol, before: before, after: after) == nil {
      guard let types = types(in: found.message, of: found.symbol) else { return nil }
      (before, after) = types
    }
    guard PrototypeChange(field: found.symbol, before: before, after: after) != nil else { return nil }
    let stem = ([found.container, found.symbol].compactMap { $0?.split(separator: " ").last }).joined(separator: "_")
    let rule = Rule(
      id: "callback_\(stem)", symbol: found.symbol, kind: .declaration, smpl: "", summary: "`\(before)` → `\(after)`",
      support: 0, confidence: 1, opportunities: 0, examples: [], replay: Rule.Replay(reproduced: 0, tried: 0),
      introduces: [], flags: [])
    return LearnedRule(rule: rule, span: .prototype, left: before, right: after, evidence: Evidence(places: []))
  }
}
