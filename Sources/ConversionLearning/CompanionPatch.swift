// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// A rule with a companion, in SmPL: for edits of one of the object's own fields. Which object is meant otherwise, SmPL
/// can't say.
extension SemanticPatch {
  private static let own: Set<String> = ["A", "D", "E", "field_of_D"]

  /// Empty for companions of several variables, for parts of other statements, and where names collide.
  func accompanied(_ companion: Companion) -> String {
    guard companion.structures.count == 1, let structure = companion.structures.first, rule.right.isEmpty else {
      return ""
    }
    let texts = [rule.left, companion.text].map { LexedSource($0) }
    let names = Set(texts.flatMap { source in source.tokens.map { source.spelling($0) } })
    guard names.isDisjoint(with: Self.own) else { return "" }
    let added = "+\(companion.text.replacing("\(Pattern.mark)0", with: "D"));"
    let head = ["\(structure) *D;", "identifier field_of_D;"]
    switch rule.span {
    case .operand:
      return patch(
        head + ["expression E;", "assignment operator A = {=, |=};"],
        [" D->field_of_D A <+...", "-E | \(rule.left)", "+E", " ...+>;", added])
    case .statement:
      let base = "\(Pattern.mark)0 "
      guard rule.left.hasPrefix(base), count == 1, rule.left.split(separator: Pattern.mark).count == 1 else {
        return ""
      }
      return patch(head, ["-D->field_of_D \(rule.left.dropFirst(base.count));", added])
    default: return ""
    }
  }
}

extension Companion {
  /// Whether `SemanticPatch.accompanied` says it of a unit: it sets a field of the object that the statement is about.
  ///
  /// - Parameter statement: as the driver's function would write it.
  static func isSaid(_ statement: String, _ unit: CodeUnit, _ code: Code) -> Bool {
    let (start, object) = (unit.tokens.lowerBound, LexedSource(statement))
    guard unit.kind == .statement, unit.tokens.count > 4, code.punctuation(at: start + 1) == punctuation("->"),
      let first = object.tokens.first
    else { return false }
    return code.source.spelling(code.tokens[start]) == object.spelling(first)
      && [0x3D, punctuation("|=")].contains(code.punctuation(at: start + 3))
  }
}
