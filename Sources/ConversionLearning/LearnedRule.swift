// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// A rule with the patterns that the rewriter applies, and the evidence by context.
package struct LearnedRule: Codable, Hashable, Sendable {
  /// What the left side stands for in the source.
  package enum Span: String, Codable, Sendable {
    /// One name, wherever it stands.
    case identifier
    /// An expression: call, member reference, assignment.
    case expression
    /// One operand of a chain of `|`, taken out of it.
    case operand
    /// A whole statement.
    case statement
    /// A whole element of an initialiser; also the assignment that says the same.
    case element
    /// An `#include` line; the sides are header paths.
    case include
    /// The functions that a field of an ops structure points to; the sides are the field's declarations.
    case prototype
    /// A line that imports a namespace of symbols into a module; only the right side says something.
    case namespace
    /// A name of the driver's own, in all its files.
    case clash
    /// The same, and a line behind the function that announces it.
    case entry
    /// The name that a preprocessor condition asks for; the right side is the one to ask for as well.
    case condition
    /// An element of an array that was made const; code fills an array of its own instead.
    case copy
    /// A call that sets something on an object; the call that makes the object takes it in a structure instead.
    case gathering
    /// Functions that the driver has in common with the tree.
    case function
    /// Variables of one structure, the left side, that become variables of another, with their uses.
    case retyping
    /// A parameter that a callback lost: the left side is its type, the right side where its value comes from now.
    case recovery
  }
  package var rule: Rule
  package var span: Span
  /// C text in which `¤0`, `¤1`, … stand for what the left side matches there.
  package var left: String
  /// Empty: what the left side matches is deleted.
  package var right: String
  /// Statements that go before the one that holds the match, in the same notation.
  package var before: [String]
  /// The places in the tree where the left side matches, and what became of them.
  package var evidence: Evidence
  /// Names on the right side that neither the left side nor the new tree explains: the driver's function must have them.
  package var free: [String]
  /// The old kernel defined the left side to be the right side: it means the same everywhere, whatever the examples say.
  package var isDefinition: Bool
  /// The symbol is a function that returns nothing: no place can use its value.
  package var hasNoValue = false
  /// A statement that the function of each place gets as well.
  package var companion: Companion?
  /// Where the rule no longer sets a variable: what becomes of the variable's uses.
  package var followers: [Follower] = []
  /// What becomes of the check of the result.
  package var check: ResultCheck?
  /// A statement that goes into the place.
  package var absorption: Absorption?
  /// Two fields become one: the sides say it for people, this for places.
  package var merger: Merger?
  /// For `copy`.
  package var copy: LocalCopy?
  /// For `gathering`.
  package var gathering: Gathering?
  /// For `function`, and for `retyping` where a function's uses are not enough.
  package var functions: [FunctionConversion] = []
  /// For `retyping`.
  package var retyping: Retyping?
  /// For `recovery`.
  package var lost: ParameterRecovery.Lost?

  package init(
    rule: Rule, span: Span, left: String, right: String, before: [String] = [], evidence: Evidence, free: [String] = [],
    isDefinition: Bool = false, companion: Companion? = nil
  ) {
    (self.rule, self.span, self.left, self.right) = (rule, span, left, right)
    (self.before, self.evidence, self.free) = (before, evidence, free)
    (self.isDefinition, self.companion) = (isDefinition, companion)
  }

  /// The field that takes the place of the field `name`, where the rule does nothing else.
  package func renamedField(_ name: String) -> String? {
    for before in ["\(Pattern.mark)0->", ".", "\(Pattern.mark)0."]
    where left == before + name && right.hasPrefix(before) {
      let field = right.dropFirst(before.count)
      return field.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } ? String(field) : nil
    }
    return nil
  }

  /// The rule's co-change flags that say nothing of the names: what the driver has already, or gets by other edits.
  package func unanswered(by names: Set<String>) -> [Flag] {
    let flags = rule.flags.filter { $0.reason == .coChange }
    guard !flags.isEmpty else { return [] }
    return flags.filter { flag in !(Guards.coChanged(flag).map(names.contains) ?? false) }
  }

  package var isDeletion: Bool { right.isEmpty && before.isEmpty && companion == nil }
}

/// How places that a left side matches were converted, by what stands around and inside them.
package struct Evidence: Codable, Hashable, Sendable {
  /// One place: its context, and whether the developers wrote what the rule says.
  package struct Place: Codable, Hashable, Sendable {
    package var context: Context
    package var reproduced: Bool

    package init(context: Context, reproduced: Bool) { (self.context, self.reproduced) = (context, reproduced) }
  }
  package var places: [Place]
  /// For a deletion the share of all conversions of the symbol that took it away without a successor, else 1:
  /// "nothing" agrees with everything, so its own places prove little.
  package var removals: Double

  package init(places: [Place], removals: Double = 1) { (self.places, self.removals) = (places, removals) }

  /// Reproduced and all places in the same context where there are enough of them, else what the least rosy single trait
  /// of the context gives.
  package func count(in context: Context) -> (reproduced: Int, opportunities: Int) {
    let used = places.filter { $0.context.use.isValueUsed == context.use.isValueUsed }
    var worst = Self.count(used)
    func narrow(_ matches: (Context) -> Bool) {
      let count = Self.count(used.filter { matches($0.context) })
      guard count.opportunities >= 4 else { return }
      if Self.share(count) < Self.share(worst) { worst = count }
    }
    narrow { $0.use == context.use }
    narrow { $0.next == context.next }
    for (index, shape) in context.shapes.enumerated() {
      narrow { index < $0.shapes.count && $0.shapes[index] == shape }
    }
    let same = Self.count(used.filter { $0.context == context })
    // Many places that are alike in every trait say more than each trait alone.
    if same.opportunities >= 8 { return same }
    return worst
  }

  /// Reproduced and all places.
  package var total: (reproduced: Int, opportunities: Int) { Self.count(places) }

  private static func count(_ places: [Place]) -> (reproduced: Int, opportunities: Int) {
    (places.count { $0.reproduced }, places.count)
  }

  static func share(_ count: (reproduced: Int, opportunities: Int)) -> Double {
    count.opportunities == 0 ? 0 : Double(count.reproduced) / Double(count.opportunities)
  }
}

/// What stands around a match and how its parts look: a rule holds where it was seen to hold.
package struct Context: Codable, Hashable, Sendable {
  package enum Use: String, Codable, Sendable {
    /// A statement of its own: the value is ignored.
    case ignored
    case assigned, returned, condition, argument, operand, initialiser, declaration, other

    package var isValueUsed: Bool { self != .ignored && self != .declaration }
  }
  package var use: Use
  /// For each metavariable, by number, what kind of expression it stands for.
  package var shapes: [String]
  /// What the next statement does with the first metavariable.
  package var next: String

  package init(use: Use, shapes: [String], next: String) { (self.use, self.shapes, self.next) = (use, shapes, next) }
}
