// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// The rule for a callback whose prototype changed: it follows from the two declarations, not from conversions.
package enum CallbackRule {
  /// The parameters that a callback no longer has, and the types of those that it got, as their spellings; none where the
  /// declarations are no prototypes of one field.
  package static func exchangedParameters(
    field: String, before: String, after: String
  ) -> (lost: [ParameterRecovery.Lost], gained: [[String]]) {
    guard let change = PrototypeChange(field: field, before: before, after: after) else { return ([], []) }
    return (change.removed.map(change.lost), change.inserted.map { change.after.type(change.after.parameters[$0]) })
  }

  /// Structures that a parameter of a callback, or of a function, points to, and those that it pointed to before.
  package static func retypedParameters(
    of name: String, isField: Bool, before: String, after: String
  ) -> [(before: String, after: String)] {
    guard let old = prototype(of: name, isField: isField, before),
      let new = prototype(of: name, isField: isField, after)
    else { return [] }
    return PrototypeChange.exchangedStructures(old, new).map { ($0.before, $0.after) }
  }

  /// Structures that parameters of a function point to, with their tag keywords.
  package static func parameterStructures(of name: String, _ declaration: String) -> [String] {
    prototype(of: name, isField: false, declaration).map { PrototypeChange.structures($0) } ?? []
  }

  private static func prototype(of name: String, isField: Bool, _ text: String) -> Prototype? {
    var spellings = Spellings()
    let code = Code(text, &spellings)
    if isField { return Prototype(field: name, code) }
    return code.tokens.indices.first { code.spells($0, name) }.flatMap { Prototype(head: 0, name: $0, code) }
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
    let declared = (before: found.before?.text ?? "", after: found.after?.text ?? "")
    let shown = [declared, types(in: found.message, of: found.symbol)].compactMap { $0 }
      .first { PrototypeChange(field: found.symbol, before: $0.before, after: $0.after) != nil }
    guard let (before, after) = shown else { return nil }
    let stem = ([found.container, found.symbol].compactMap { $0?.split(separator: " ").last }).joined(separator: "_")
    return .declared(
      "callback_\(stem)", for: found.symbol, .declaration, .prototype, before, after,
      summary: "`\(before)` → `\(after)`")
  }
}
