// SPDX-License-Identifier: GPL-2.0-or-later

/// What became of a setter that was called on an object once that was there: the value is a field of a structure that the
/// call which makes the object takes. `object = make(x); set_size(object, v);` became
/// `struct limits lim = { .size = v }; object = make(&lim, x);`.
package struct Gathering: Codable, Hashable, Sendable {
  /// With its tag keyword.
  package var structure: String
  /// What the tree calls the variable most often.
  package var variable: String
  package var field: String
  /// How many arguments the setter takes, the object first.
  package var arguments: Int
  /// Where the arguments behind the object are constants that the field does not take as they are: what it is set to, by
  /// the constants, e.g. `true, false`. Empty where the field takes the setter's last argument.
  package var values: [String: String]
  /// The calls that take the structure's address.
  package var makers: Set<Maker>

  package struct Maker: Codable, Hashable, Sendable {
    package var name: String
    /// Number of the argument, from 0.
    package var argument: Int
    /// How many there are.
    package var count: Int

    package init(name: String, argument: Int, count: Int) {
      (self.name, self.argument, self.count) = (name, argument, count)
    }
  }

  /// In one line for people.
  ///
  /// - Parameter rules: those whose fields one structure takes.
  package static func summary(_ rules: [LearnedRule]) -> String {
    let known = rules.compactMap { rule in rule.gathering.map { (rule: rule, gathering: $0) } }
    let setters = known.map { "`\(Summary.shown($0.rule.left))`" }
    let fields = known.map { entry in
      let values = entry.gathering.values.values.sorted()
      let value = values.isEmpty ? "E\(entry.gathering.arguments - 1)" : values.joined(separator: "` or `")
      return "`.\(entry.gathering.field) = \(value)`"
    }
    let structure = known.first?.gathering.structure ?? ""
    return
      "\(setters.joined(separator: ", ")) → \(fields.joined(separator: ", ")) in a `\(structure)` that is passed on"
  }

  /// What the field is set to, given the setter's arguments behind the object; nil where the tree does not show it.
  package func value(_ arguments: [String]) -> String? {
    guard arguments.count == self.arguments - 1 else { return nil }
    return values.isEmpty ? arguments.last : values[arguments.joined(separator: ", ")]
  }
}
