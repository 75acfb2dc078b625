// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// A value that was read through a variable, which was then moved on, and the call that does both and says whether there
/// was one. In its texts `¤0` is the variable, `¤1` the object that the variable is taken from.
package struct Fetch: Codable, Hashable, Sendable {
  /// What was read: `¤0->buf[¤0->tail]`.
  package var value: String
  /// Statements that moved the variable on, the most frequent first.
  package var advances: [String]
  /// Statements beside those that went with them: `¤1->count++`.
  package var dropped: [String]
  /// Conditions that hold where nothing is left, the most frequent first.
  package var empty: [String]
  /// Name of the function that is called.
  package var function: String
  /// The owner is its first argument; the second otherwise.
  package var isOwnerFirst: Bool
  /// Type of the variable that takes the value, and its names, the most frequent first.
  package var type: String
  package var names: [String]
  /// In-tree files that show it, and those that read the value so.
  package var support: Int
  package var opportunities: Int
  /// In-tree statements that read the value, and what they say now.
  package var examples: [Rule.Example]

  /// `get(owner, &name)`.
  package func call(_ owner: ObjectPath, _ name: String) -> String {
    isOwnerFirst ? "\(function)(\(owner.pointer), &\(name))" : "\(function)(&\(name), \(owner.pointer))"
  }

  /// One of the texts for people.
  package static func shown(_ text: String) -> String { Summary.shown(text) }

  /// For people.
  package var summary: String { "`\(Summary.shown(value))` → `\(function)()`" }
  /// Share of the files that show it (0…1).
  package var share: Double { Double(support) / Double(max(1, opportunities)) }
}

/// Where variables of a structure were taken from, and where those of the other one are: `&¤1->a->b` → `&¤1->a->c`.
package struct VariableOrigin: Codable, Hashable, Sendable {
  /// Steps below the owner.
  package var before: [String]
  package var after: [String]

  /// The owner of a variable with this origin; nil for any other.
  package func owner(of path: ObjectPath) -> ObjectPath? {
    guard path.steps.count > before.count, path.steps.suffix(before.count).elementsEqual(before) else { return nil }
    return ObjectPath(steps: path.steps.dropLast(before.count))
  }
}

extension Code {
  /// The only place in a function where a variable gets the address of something, or another pointer: the tokens of that;
  /// nil where there are several or none.
  package func origin(of variable: Int32, in function: Function) -> Range<Int>? {
    let places = function.body.filter {
      words[$0] == variable && !isMember($0) && punctuation(at: $0 + 1) == 0x3D
    }
    guard places.count == 1, let unit = unit(holding: places[0]), places[0] + 2 < units[unit].tokens.upperBound else {
      return nil
    }
    return places[0] + 2..<units[unit].tokens.upperBound
  }
}
