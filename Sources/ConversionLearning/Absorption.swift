// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// A statement that sets a field of the object that a rule's place is about, and that becomes part of the place:
/// `init(&x, mode); x.callback = f;` that became `setup(&x, f, mode);`.
package struct Absorption: Codable, Hashable, Sendable {
  /// Number of the rule's metavariable that stands for the object's address.
  package var object: Int
  package var field: String
  /// Number of the metavariable for what the field is set to; the left side does not have it.
  package var value: Int
}

/// An assignment to a field, in pieces.
struct FieldSetting {
  /// How many statements may stand between it and the place.
  private static let reach = 12
  /// Index of its unit.
  let unit: Int
  let base: Range<Int>
  /// The base is the object itself, not its address.
  let isDirect: Bool
  let field: Int
  let value: Range<Int>

  /// Nil for a unit that is none, or whose value is more than a name: computed elsewhere it might be another.
  init?(_ unit: Int, _ code: Code) {
    guard code.units[unit].kind == .statement else { return nil }
    let tree = ExpressionTree(code, code.units[unit].tokens)
    let root = tree.nodes[tree.root]
    let sides = tree.children(tree.root).map(Int.init)
    guard root.kind == .assignment, root.operation == 0x3D, sides.count == 2,
      tree.nodes[sides[0]].kind == .member, let base = tree.children(sides[0]).first.map(Int.init)
    else { return nil }
    let value = tree.nodes[sides[1]].tokens
    let name = code.tokens[value.lowerBound].punctuation == 0x26 ? value.dropFirst() : value
    guard name.count == 1, name.allSatisfy({ code.tokens[$0].kind == .identifier }) else { return nil }
    self.unit = unit
    self.base = tree.nodes[base].tokens
    isDirect = tree.nodes[sides[0]].operation == punctuation(".")
    field = tree.nodes[sides[0]].tokens.upperBound - 1
    self.value = value
  }

  /// Those in the same block as a unit, the nearest behind it first, then those before it.
  static func around(_ place: Int, _ code: Code) -> [FieldSetting] {
    guard let function = code.function(holding: code.units[place].tokens.lowerBound) else { return [] }
    let depth = code.units[place].depth
    func isInside(_ unit: Int) -> Bool {
      code.units.indices.contains(unit) && function.body.contains(code.units[unit].tokens.lowerBound)
        && code.units[unit].depth >= depth
    }
    let after = (place + 1...place + reach).prefix(while: isInside)
    let before = (max(0, place - reach)..<place).reversed().prefix(while: isInside)
    return (Array(after) + Array(before)).compactMap { unit in
      // The body of an `if` is no part of the block.
      guard code.units[unit].depth == depth, !code.isCommanded(unit) else { return nil }
      return FieldSetting(unit, code)
    }
  }

  /// Whether the expression is the address of the object.
  func isAbout(_ expression: Range<Int>, _ code: Code) -> Bool {
    let words = code.words[expression]
    guard isDirect else { return words == code.words[base] }
    return code.tokens[expression.lowerBound].punctuation == 0x26 && words.dropFirst() == code.words[base]
  }
}
