// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning

/// Where a function goes on when there was nothing to fetch.
enum FetchExit {
  /// A loop's condition becomes the call, or one that leaves becomes its denial.
  case condition(Range<Int>, isDenied: Bool)
  /// The statement that leaves.
  case statement(String)
}

/// Finds where one function leaves when nothing is left to read through a variable.
struct FetchExits: TokenPlaces {
  let code: Code
  let function: Function
  let variable: Int32
  let fetch: Fetch
  let reader: RelativeText

  /// For a value that is read in a unit; nil where there is nowhere to leave to.
  func exit(_ unit: Int) -> FetchExit? {
    let open = block(of: unit)
    guard open > 0 else { return nil }
    let isFirst = (open + 1..<unit).allSatisfy {
      StatementInsertion.isDeclaration($0, code) && !names(variable, in: $0)
    }
    if isFirst, keyword(open - 1) == .while, let condition = condition(open - 1),
      code.punctuation(at: condition.lowerBound) == 0x21, isEmpty(condition.dropFirst(), isDenied: true)
    {
      return .condition(condition, isDenied: false)
    }
    let check = (open + 1..<unit).last { other in
      keyword(other) == .if && isJump(other + 1)
        && condition(other).map { isEmpty($0, isDenied: false) } ?? false
        && block(of: other) == open && !code.isCommanded(other)
    }
    if let check, check + 2 == unit, let condition = condition(check) { return .condition(condition, isDenied: true) }
    if isInLoop(unit) { return .statement("break;") }
    guard let check, !(check + 2..<unit).contains(where: { names(variable, in: $0) }) else { return nil }
    let jump = code.units[check + 1]
    return .statement(
      String(decoding: code.source.text[start(jump.tokens.lowerBound)..<end(jump.end - 1)], as: UTF8.self))
  }

  /// Nothing but declarations stands before the statement in its block.
  func isAtOnce(_ unit: Int) -> Bool {
    (block(of: unit) + 1..<unit).allSatisfy { StatementInsertion.isDeclaration($0, code) }
  }

  func isJump(_ unit: Int) -> Bool {
    guard code.units[unit].kind == .statement else { return false }
    return Keyword(rawValue: code.words[code.units[unit].tokens.lowerBound]).map(Keyword.leaving.contains) ?? false
  }

  /// The condition holds where nothing is left, as the tree's functions show; behind a `!` as a whole.
  private func isEmpty(_ condition: Range<Int>, isDenied: Bool) -> Bool {
    let text = reader.text(condition)
    return fetch.empty.contains(text) && !(isDenied && (text.contains("&&") || text.contains("||")))
  }

  private func keyword(_ unit: Int) -> Keyword? {
    guard code.units[unit].kind == .control else { return nil }
    return Keyword(rawValue: code.words[code.units[unit].tokens.lowerBound])
  }

  /// What stands in the parentheses of `if (…)` and `while (…)`.
  private func condition(_ unit: Int) -> Range<Int>? {
    let tokens = code.units[unit].tokens
    guard tokens.count > 3, code.punctuation(at: tokens.lowerBound + 1) == 0x28,
      Int(code.brackets.partner[tokens.lowerBound + 1]) == tokens.upperBound - 1
    else { return nil }
    return tokens.lowerBound + 2..<tokens.upperBound - 1
  }

  /// A `break` would leave a loop, and nothing else.
  private func isInLoop(_ unit: Int) -> Bool {
    var open = block(of: unit)
    while open > 0, function.body.contains(code.units[open - 1].tokens.lowerBound) {
      switch keyword(open - 1) {
      case .while, .for, .do: return true
      case .if, .else: open = block(of: open - 1)
      default: return false
      }
    }
    return false
  }
}
