// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// A rule with a companion, in SmPL: where the function has a variable of the structure, as a parameter or of its own.
/// Coccinelle refuses a function that has two of its own; of two parameters it can't tell the right one either.
extension SemanticPatch {
  /// Empty for what SmPL can't say: companions of several variables, and of parts of other statements.
  func accompanied(_ companion: Companion) -> String {
    guard companion.structures.count == 1, let structure = companion.structures.first else { return "" }
    let added = "+\(companion.text.replacing("\(Pattern.mark)0", with: "D"));"
    let (place, metavariables): ([String], [String])
    switch rule.span {
    case .statement:
      place = ["-\(shown(rule.left));"] + (rule.right.isEmpty ? [] : ["+\(shown(rule.right));"])
      metavariables = declarations
    case .operand:
      place = [" V A <+..."] + operand + [" ...+>;"]
      metavariables = ["expression E, V;", "assignment operator A;"]
    default: return ""
    }
    let nest = ["<..."] + place + [added, "...>"]
    let (several, parameter) = ("\(name)_several", "\(structure) *D")
    let function = ["f@p(..., \(parameter), ...)", "{"]
    let position = "position p != \(several).p;"
    var rules = [
      patch(
        ["identifier f, D1, D2;", "position p;"],
        ["f@p(..., \(parameter)1, ..., \(parameter)2, ...) { ... }"], suffix: "_several"),
      patch(["identifier f, D;", position] + metavariables, function + nest + ["}"]),
      patch(
        ["identifier D;"] + metavariables,
        ["(", "\(parameter);", "|", "\(parameter) = ...;", ")"] + nest, suffix: "_own"),
    ]
    if rule.span == .operand {
      let declared = ["... when any", " T v = <+..."] + operand + [" ...+>;", "... when != S1", added, "S2"]
      rules.append(
        patch(
          ["identifier f, v, D;", position, "expression E;", "type T;", "statement S1, S2;"],
          function + declared + ["... when any", "}"], suffix: "_declared"))
    }
    return rules.joined(separator: "\n")
  }

  private var operand: [String] { ["-E | \(rule.left)", "+E"] }
}

extension Companion {
  /// Whether `SemanticPatch.accompanied` says it of a unit's tree.
  static func isSaid(_ span: LearnedRule.Span, _ tree: ExpressionTree) -> Bool {
    span != .operand || [.assignment, .sequence].contains(tree.nodes[tree.root].kind)
  }
}
