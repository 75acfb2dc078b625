// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// Two fields of one structure that became one: `.a = x, .b = y` → `.c = x | y`.
package struct Merger: Codable, Hashable, Sendable {
  /// What becomes of the two values.
  package enum Values: Codable, Hashable, Sendable {
    /// The first one, an operator, the second one.
    case joined(String)
    /// The first one alone, where the second one is this number.
    case alone(String)
  }
  package var first: String
  package var second: String
  package var merged: String
  package var values: Values

  var left: String {
    switch values {
    case .joined: ".\(first) = \(Pattern.mark)0, .\(second) = \(Pattern.mark)1"
    case .alone(let number): ".\(first) = \(Pattern.mark)0, .\(second) = \(number)"
    }
  }

  var right: String {
    switch values {
    case .joined(let operation): ".\(merged) = \(Pattern.mark)0 \(operation) \(Pattern.mark)1"
    case .alone: ".\(merged) = \(Pattern.mark)0"
    }
  }

  /// The two settings of a pair, the first field's before the second's; nil where they are of other fields.
  func settings(_ pair: FieldPair, _ code: Code) -> (first: SetField, second: SetField)? {
    for (one, other) in [(pair.one, pair.other), (pair.other, pair.one)]
    where code.spells(one.field, first) && code.spells(other.field, second) {
      return (one, other)
    }
    return nil
  }

  /// What takes a pair's place; nil where the rule does not say.
  func output(_ pair: FieldPair, _ code: Code) -> [OutputToken]? {
    guard let (one, other) = settings(pair, code) else { return nil }
    var output = (pair.one.base).map { OutputToken(origin: $0, text: "", spaceBefore: false) }
    output.append(OutputToken(origin: -1, text: merged, spaceBefore: false))
    output.append(OutputToken(origin: pair.one.field + 1, text: "", spaceBefore: true))
    switch values {
    case .alone(let number):
      guard other.value.count == 1, code.spells(other.value.lowerBound, number) else { return nil }
      return output + written(one.value, beside: nil, code)
    case .joined(let operation):
      // Which of two calls comes first is no longer said, and a bare number adds what the rule for it says.
      guard !Self.isNumber(other.value, code), !(Self.calls(one.value, code) && Self.calls(other.value, code)) else {
        return nil
      }
      output += written(one.value, beside: operation, code)
      output.append(OutputToken(origin: -1, text: operation, spaceBefore: true))
      return output + written(other.value, beside: operation, code)
    }
  }

  static func isNumber(_ value: Range<Int>, _ code: Code) -> Bool {
    value.count == 1 && code.tokens[value.lowerBound].kind == .number
  }

  private static func calls(_ value: Range<Int>, _ code: Code) -> Bool {
    value.dropFirst().contains {
      code.punctuation(at: $0) == 0x28 && code.tokens[$0 - 1].kind == .identifier
    }
  }

  private func written(_ value: Range<Int>, beside operation: String?, _ code: Code) -> [OutputToken] {
    var tokens = value.map { OutputToken(origin: $0, text: "", spaceBefore: Spacing.isWanted(code, before: $0)) }
    tokens[0].spaceBefore = true
    guard let operation, bindsLess(value, than: operation, code) else { return tokens }
    tokens[0].spaceBefore = false
    return [OutputToken(origin: -1, text: "(", spaceBefore: true)] + tokens
      + [OutputToken(origin: -1, text: ")", spaceBefore: false)]
  }

  /// Whether parentheses are needed: around other operators, and around a macro's parameter.
  private func bindsLess(_ value: Range<Int>, than operation: String, _ code: Code) -> Bool {
    let isMacro = code.unit(holding: value.lowerBound).map { code.units[$0].kind == .directive } ?? false
    let isName = { (token: Int) in
      code.tokens[token].kind == .identifier
        && code.source.bytes(code.tokens[token]).contains { $0 > 0x60 && $0 < 0x7B }
    }
    if isMacro, value.count == 1, isName(value.lowerBound) { return true }
    var index = value.lowerBound
    while index < value.upperBound {
      let token = code.tokens[index]
      let isLink = [0x2E, punctuation("->"), 0x28, 0x5B].contains(token.punctuation)
      if token.kind == .punctuator, !isLink, !code.spells(index, operation) { return true }
      index = max(index, Int(code.brackets.partner[index])) + 1
    }
    return false
  }
}

extension Applier {
  /// What the mergers among the rules make of the pair that a token's field is in, best first; nil where it is in none.
  func merged(_ code: Code, token: Int) -> [Application]? {
    guard !mergers.isEmpty, SetField(token, code) != nil, let unit = code.unit(holding: token) else { return nil }
    let pairs = FieldPair.all(code).filter { $0.holds(token) }
    let found = pairs.compactMap { pair in
      mergers.contains { $0.1.settings(pair, code) != nil } ? pair : nil
    }
    guard let pair = found.first else { return nil }
    guard found.count == 1 else { return [] }
    return mergers.compactMap { rule, merger in
      guard let output = merger.output(pair, code) else { return nil }
      let context = MergerLearner.context
      var rule = rule
      // Coccinelle reads no macro that is a part of an initialiser.
      if code.units[unit].kind == .directive { rule.rule.smpl = "" }
      return Application(
        rule: rule, unit: unit, tokens: pair.tokens, output: output, companion: nil, absorbed: nil, consequences: [],
        unused: nil, context: context, grade: rule.grade(in: context))
    }.sorted { $0.grade.score > $1.grade.score }
  }
}
