// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// What became of the check of a call's result: `if (!x)` that became `if (is_bad(x))`. The compiler takes either.
package struct ResultCheck: Codable, Hashable, Sendable {
  /// Conditions without spaces, `¤0` for the variable that took the result.
  package var old: Set<String>
  package var new: String
  /// In-tree files where the check became the new one, and all in which a check is seen before and after.
  package var support: Int
  package var files: Int

  package init(old: Set<String>, new: String, support: Int, files: Int) {
    (self.old, self.new, self.support, self.files) = (old, new, support, files)
  }

  /// From this share on the tree says what to do.
  private static let share = 0.6
  /// Below this one, and for fewer files, it is chance.
  private static let leastShare = 0.25
  static let leastFiles = 3

  var isSeen: Bool { support >= Self.leastFiles && Double(support) >= Self.leastShare * Double(files) }

  /// The new check of an object.
  package func text(for object: String) -> String { new.replacing("\(Pattern.mark)0", with: object) }

  package var isSure: Bool { isSeen && Double(support) >= Self.share * Double(files) }
}

/// The first condition behind a statement that asks for what the statement assigned.
package struct CheckedResult {
  /// How many units may stand between.
  private static let reach = 6
  /// Index of the unit that checks.
  package let unit: Int
  /// Tokens of the check: `!x`, `is_bad(x)`, `x == NULL`.
  package let tokens: Range<Int>
  /// The variable in it.
  package let object: Range<Int>
  /// As in `ResultCheck`.
  package let text: String

  /// Nil where the unit assigns nothing, or nobody asks for it soon.
  package init?(of unit: Int, in code: Code) {
    let objects = Self.objects(unit, code)
    // On a condition it is another branch's value as well that is asked for.
    guard !objects.isEmpty, !code.isCommanded(unit),
      let function = code.function(holding: code.units[unit].tokens.lowerBound)
    else { return nil }
    for next in code.units.indices.dropFirst(unit + 1).prefix(Self.reach) {
      let tokens = code.units[next].tokens
      guard tokens.lowerBound < function.body.upperBound else { return nil }
      if code.units[next].kind == .statement, Self.objects(next, code).contains(where: objects.contains) { return nil }
      guard code.units[next].kind == .control, Keyword(rawValue: code.words[tokens.lowerBound]) == .if else { continue }
      for object in objects {
        guard let found = Self.find(object, in: tokens, code) else { continue }
        guard code.units[next].depth == code.units[unit].depth, let check = Self.check(around: found, code) else {
          return nil
        }
        (self.unit, self.object, self.tokens) = (next, found, check)
        let words = self.tokens.map { token in
          found.contains(token)
            ? token == found.lowerBound ? "\(Pattern.mark)0" : "" : code.source.spelling(code.tokens[token])
        }
        text = words.joined()
        return
      }
    }
    return nil
  }

  /// What a statement assigns: the spellings of `a` and `b->c` in `struct x *a = b->c = f();`.
  private static func objects(_ unit: Int, _ code: Code) -> [[Int32]] {
    guard code.units[unit].kind == .statement else { return [] }
    let tokens = code.units[unit].tokens
    var (objects, first, index) = ([[Int32]](), tokens.lowerBound, tokens.lowerBound)
    while index < tokens.upperBound {
      if code.punctuation(at: index) == 0x3D {
        let left = first..<index
        // In a declaration the name stands last.
        let isDeclared = left.count > 1 && !left.contains { code.isMember($0) }
        let object = isDeclared ? index - 1..<index : left
        first = index + 1
        guard !object.isEmpty, code.punctuation(at: object.lowerBound) != 0x5D else { return [] }
        objects.append(Array(code.words[object]))
      }
      index = max(index, Int(code.brackets.partner[index])) + 1
    }
    return objects
  }

  /// The object as a whole, not as a part of something else.
  private static func find(_ object: [Int32], in tokens: Range<Int>, _ code: Code) -> Range<Int>? {
    tokens.lazy.compactMap { token -> Range<Int>? in
      let range = token..<token + object.count
      guard range.upperBound <= tokens.upperBound, code.words[range].elementsEqual(object), !code.isMember(token),
        !code.isMember(range.upperBound + 1), ![0x5B, 0x28].contains(code.punctuation(at: range.upperBound))
      else { return nil }
      return range
    }.first
  }

  /// Nil where the object is part of a larger comparison.
  private static func check(around object: Range<Int>, _ code: Code) -> Range<Int>? {
    var range = object
    let (before, behind) = (object.lowerBound - 1, object.upperBound)
    let isArgument =
      before > 0 && code.punctuation(at: before) == 0x28 && code.punctuation(at: behind) == 0x29
      && code.tokens[before - 1].kind == .identifier && Keyword(rawValue: code.words[before - 1]) == nil
    let equals = [punctuation("=="), punctuation("!=")]
    if isArgument {
      range = before - 1..<behind + 1
    } else if equals.contains(code.punctuation(at: behind)), behind + 1 < code.tokens.count,
      code.tokens[behind + 1].kind != .punctuator
    {
      range = object.lowerBound..<behind + 2
    }
    if code.punctuation(at: range.lowerBound - 1) == 0x21 { range = range.lowerBound - 1..<range.upperBound }
    let edges = [0x28, 0x29, punctuation("&&"), punctuation("||")]
    return edges.contains(code.punctuation(at: range.lowerBound - 1))
      && edges.contains(code.punctuation(at: range.upperBound)) ? range : nil
  }
}

/// How in-tree checks of the results of a symbol's calls looked before and after.
struct SeenChecks {
  private struct Seen {
    var path: String
    var old: String
    var new: String
    /// What the new statement calls.
    var calls: Set<String>
  }
  private var seen: [Seen] = []

  init(_ learner: Learner) {
    for occurrence in learner.occurrences where occurrence.outcome == .changed {
      let window = learner.windows[occurrence.window]
      let unit = Int(window.newUnit[occurrence.unit])
      guard unit >= 0, !seen.contains(where: { $0.path == window.path }),
        let old = CheckedResult(of: occurrence.unit, in: window.old),
        let new = CheckedResult(of: unit, in: window.new),
        // Another variable that is asked for is a follower's matter.
        window.old.words[old.object].elementsEqual(window.new.words[new.object])
      else { continue }
      let calls = Self.calls(window.new.source, window.new.units[unit].tokens)
      seen.append(Seen(path: window.path, old: old.text, new: new.text, calls: calls))
    }
  }

  /// What became of the checks where developers wrote what the rule says to call; nil where nothing did.
  func check(_ rule: LearnedRule) -> ResultCheck? {
    let right = LexedSource(rule.right)
    let own = Self.calls(right, 0..<right.tokens.count)
    let like = seen.filter { !own.isDisjoint(with: $0.calls) }
    let changed = Dictionary(grouping: like.filter { $0.old != $0.new }, by: \.new)
    guard let best = changed.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }) else { return nil }
    // A form that few files had may have been restructured with its branches.
    let old = Dictionary(grouping: best.value, by: \.old).filter { $0.value.count >= ResultCheck.leastFiles }
    let support = old.values.reduce(0) { $0 + $1.count }
    let check = ResultCheck(old: Set(old.keys), new: best.key, support: support, files: like.count)
    return check.isSeen ? check : nil
  }

  private static func calls(_ source: LexedSource, _ tokens: Range<Int>) -> Set<String> {
    Set(
      tokens.dropLast().filter {
        source.tokens[$0].kind == .identifier && source.tokens[$0 + 1].punctuation == 0x28
      }.map { source.spelling(source.tokens[$0]) })
  }
}
