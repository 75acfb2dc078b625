// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// A rule in SmPL, Coccinelle's language.
struct SemanticPatch {
  let rule: LearnedRule
  let symbol: SoughtSymbol

  init(_ rule: LearnedRule, symbol: SoughtSymbol) { (self.rule, self.symbol) = (rule, symbol) }

  /// Text that stands on its own; its rule is named after `Rule.id`.
  var text: String {
    if let companion = rule.companion { return lost == nil ? accompanied(companion) : "" }
    if let lost { return followed(lost) }
    return switch rule.span {
    case .include: include
    // Its functions may stand in any file, its array before any statement, its structure too, which SmPL can't say.
    case .prototype, .namespace, .recovery, .clash, .entry, .condition, .copy, .gathering, .retyping, .function: ""
    case .identifier: rename
    case .operand: patch(["expression E;"], ["-E | \(rule.left)", "+E"])
    case .element: rule.merger.map(merging) ?? element
    case .statement, .expression:
      isDeclarer
        ? declarer : isDesignator ? designator : rule.absorption.map(absorbing) ?? expression
    }
  }

  /// The metavariable that the rule no longer sets.
  private var lost: Int? {
    var spellings = Spellings()
    return FollowerLearner.lostTarget(Pattern(rule.left, &spellings), Pattern(rule.right, &spellings))
  }

  var name: String { Self.stem(rule.rule.id) }

  /// The text with everything that can't stand in an identifier replaced by `_`.
  static func stem(_ text: String) -> String {
    let bytes = text.utf8.map { byte in
      let isLetter = byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
      return isLetter || (byte >= 0x30 && byte <= 0x39) ? byte : 0x5F
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// - Parameter suffix: told apart by it from the other rules of the text.
  func patch(_ declarations: [String], _ body: [String], suffix: String = "") -> String {
    "@\(name)\(suffix)@\n" + declarations.map { $0 + "\n" }.joined() + "@@\n" + body.map { $0 + "\n" }.joined()
  }

  func shown(_ pattern: String, _ letter: String = "E") -> String {
    pattern.replacing(Pattern.mark, with: letter)
  }

  var count: Int {
    var spellings = Spellings()
    return Pattern(rule.left, &spellings).count
  }

  private var include: String {
    let added = rule.right.isEmpty ? [] : ["+#include <\(rule.right)>"]
    return patch([], ["-#include <\(rule.left)>"] + added)
  }

  private var rename: String {
    symbol.kind == .typeGone
      ? patch([], ["-struct \(rule.left)", "+struct \(rule.right)"])
      : patch([], ["-\(rule.left)", "+\(rule.right)"])
  }

  /// What an initialiser's element stands in: the metavariables and the head. A field is its own structure's.
  private var object: (declaration: String, head: String) {
    symbol.isField && symbol.container != nil
      ? ("identifier s;", "\(symbol.container ?? "") s = {") : ("identifier T, s;", "struct T s = {")
  }

  /// The form in which Coccinelle finds an element wherever it stands and minds the comma; then the same for objects
  /// that are set up by statements.
  private var element: String {
    let declarations = (0..<count).map { "expression E\($0);" }
    guard rule.left.hasPrefix("."), rule.right.isEmpty || rule.right.hasPrefix(".") else { return expression }
    let added = rule.right.isEmpty ? [] : ["+\(shown(rule.right)),"]
    let initialiser = patch(
      [object.declaration] + declarations, [object.head, "-\(shown(rule.left)),"] + added + ["};"])
    func alternative(_ base: String) -> [String] {
      let left = "-\(base)\(shown(rule.left).dropFirst());"
      return rule.right.isEmpty ? [left] : [left, "+\(base)\(shown(rule.right).dropFirst());"]
    }
    return "\(initialiser)\n\(assigned(declarations, alternative))"
  }

  /// The same for objects that are set up by statements: those of the field's structure, where that is known.
  private func assigned(_ declarations: [String], _ alternative: (String) -> [String]) -> String {
    let container = symbol.isField ? symbol.container : nil
    let objects = container.map { ["\($0) S;", "\($0) *P;"] } ?? ["expression S, P;"]
    let head = ["@\(name)_assigned@"] + objects + declarations + ["@@", "("]
    return (head + alternative("S.") + ["|"] + alternative("P->") + [")"]).map { $0 + "\n" }.joined()
  }

  /// Both forms, the two lines in the order in which the tree has them.
  private func merging(_ merger: Merger) -> String {
    let values = count == 1 ? "E0" : "E0, E1"
    let second: String
    switch merger.values {
    case .joined: second = "E1"
    case .alone(let number): second = number
    }
    let added = shown(merger.right).dropFirst()
    let initialiser = patch(
      [object.declaration, "expression \(values);"],
      [object.head, "-.\(merger.first) = E0,", "-.\(merger.second) = \(second),", "+.\(added),", "};"])
    func alternative(_ base: String) -> [String] {
      ["-\(base)\(merger.first) = E0;", "-\(base)\(merger.second) = \(second);", "+\(base)\(added);"]
    }
    return "\(initialiser)\n\(assigned(["expression \(values);"], alternative))"
  }

  /// The name of an initialiser's element, `.old` → `.new`, whatever its value.
  private var isDesignator: Bool {
    [rule.left, rule.right].allSatisfy { side in
      side.hasPrefix(".") && side.dropFirst().allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    }
  }

  private var designator: String {
    patch(
      [object.declaration, "expression E;"], [object.head, "-\(rule.left) = E,", "+\(rule.right) = E,", "};"])
  }

  private var expression: String {
    let end = rule.span == .statement ? ";" : ""
    let added = rule.right.isEmpty ? [] : ["+\(shown(rule.right))\(end)"]
    return patch(declarations, ["-\(shown(rule.left))\(end)"] + added)
  }

  /// Behind the place or before it.
  private func absorbing(_ absorption: Absorption) -> String {
    let (call, added) = ("-\(shown(rule.left));", "+\(shown(rule.right));")
    let value = "E\(absorption.value)"
    func patch(_ suffix: String, _ object: String, _ assignment: String, isBehind: Bool) -> String {
      let own = [
        call.replacing("E\(absorption.object)", with: object), added.replacing("E\(absorption.object)", with: object),
      ]
      let body = isBehind ? own + ["...", "-\(assignment)"] : ["-\(assignment)", "..."] + own
      let numbers = (0...absorption.value).map { "E\($0)" }.joined(separator: ", ")
      return "@\(name)_\(suffix)@\nexpression \(numbers);\n@@\n" + body.map { $0 + "\n" }.joined()
    }
    let object = "E\(absorption.object)"
    let direct = "\(object).\(absorption.field) = \(value);"
    let pointed = "\(object)->\(absorption.field) = \(value);"
    return [
      patch("direct", "&\(object)", direct, isBehind: true), patch("pointed", object, pointed, isBehind: true),
      patch("direct_before", "&\(object)", direct, isBehind: false),
      patch("pointed_before", object, pointed, isBehind: false),
    ].joined(separator: "\n")
  }

  /// A base of the field has its structure's type.
  var declarations: [String] { declarations(except: nil) }

  /// - Parameters:
  ///   - except: a metavariable that is declared otherwise; and others.
  ///   - others: expressions that the sides don't have.
  func declarations(except: Int?, but left: [Int] = [], besides others: [String] = []) -> [String] {
    var plain: [Int] = []
    var tags: [Int] = []
    var typed: [Int] = []
    for number in 0..<count where number != except && !left.contains(number) {
      let base = "\(Pattern.mark)\(number)->\(symbol.name)"
      if symbol.isField, symbol.container != nil, rule.left.contains(base) {
        typed.append(number)
      } else if isTag(number) {
        tags.append(number)
      } else {
        plain.append(number)
      }
    }
    let expressions = others + plain.map { "E\($0)" }
    var lines = expressions.isEmpty ? [] : ["expression \(expressions.joined(separator: ", "));"]
    if !tags.isEmpty { lines.append("identifier \(tags.map { "E\($0)" }.joined(separator: ", "));") }
    if let container = symbol.container { lines += typed.map { "\(container) *E\($0);" } }
    return lines
  }

  /// The metavariable stands behind `struct` or the like.
  private func isTag(_ number: Int) -> Bool {
    ["struct", "union", "enum"].contains { (rule.left + rule.right).contains("\($0) \(Pattern.mark)\(number)") }
  }

  /// A macro that declares an object, used like a statement at file level.
  private var isDeclarer: Bool {
    let places = rule.evidence.places
    let declaring = places.count { $0.context.use == .declaration || $0.context.use == .ignored }
    let isMacro = !symbol.name.utf8.contains { $0 >= 0x61 && $0 <= 0x7A }
    return isMacro && rule.left.hasPrefix(symbol.name + "(") && declaring * 2 > places.count
  }

  private var declarer: String {
    let names = (0..<count).map { "i\($0)" }.joined(separator: ", ")
    let added = rule.right.isEmpty ? [] : ["+\(shown(rule.right, "i"));"]
    var declarations = ["declarer name \(symbol.name);"]
    if rule.right.contains("("), let other = rule.right.split(separator: "(").first.map(String.init),
      other != symbol.name, !other.contains(" ")
    {
      declarations.append("declarer name \(other);")
    }
    if !names.isEmpty { declarations.append("identifier \(names);") }
    return patch(declarations, ["-\(shown(rule.left, "i"));"] + added)
  }
}
