// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// What becomes of the uses of a variable that a rule no longer sets: `if (ret)` that became `if (!device)`.
package struct Follower: Codable, Hashable, Sendable {
  /// In the rule's own notation.
  package var left: String
  package var right: String
  /// What stood around it.
  package var use: Context.Use
  /// In-tree files that show it.
  package var support: Int
}

/// Reads followers off the functions in which a rule's places stand.
struct FollowerLearner {
  let learner: Learner
  let candidate: Candidate

  /// The metavariable that the left side assigns and the right side does not have; nil where there is none. `|=` and the
  /// like leave a variable as it was.
  static func lostTarget(_ left: Pattern, _ right: Pattern) -> Int? {
    let tree = left.tree
    guard tree.nodes[tree.root].kind == .assignment, tree.nodes[tree.root].operation == 0x3D,
      let target = tree.children(tree.root).first,
      case let number = left.metavariable(Int(target)), number >= 0, !right.metavariables.contains(number)
    else { return nil }
    return number
  }

  func followers(at places: [(occurrence: Occurrence, match: Match)]) -> [Follower] {
    guard let lost = Self.lostTarget(candidate.left, candidate.right) else { return [] }
    var files: [Follower: Set<String>] = [:]
    for (occurrence, match) in places {
      let window = learner.windows[occurrence.window]
      guard let target = match.bindings[lost], target.tokens.count == 1 else { continue }
      for found in followers(of: window.old.words[target.tokens.lowerBound], behind: occurrence, match, window) {
        files[found, default: []].insert(window.path)
      }
    }
    return files.map { follower, files in
      var follower = follower
      follower.support = files.count
      return follower
    }.sorted { ($0.support, $1.left, $1.right) > ($1.support, $0.left, $0.right) }
  }

  private func followers(of word: Int32, behind place: Occurrence, _ match: Match, _ window: Window) -> [Follower] {
    guard let function = window.old.function(holding: place.token) else { return [] }
    var found: [Follower] = []
    for unit in place.unit + 1..<max(place.unit + 1, window.old.units.count) {
      let tokens = window.old.units[unit].tokens
      guard tokens.lowerBound < function.body.upperBound else { break }
      guard let token = tokens.first(where: { window.old.words[$0] == word }) else { continue }
      if token + 1 < window.old.tokens.count, window.old.tokens[token + 1].punctuation == 0x3D { break }
      guard window.newUnit[unit] >= 0, !window.isSame[unit] else { continue }
      let pair = TreePair(window.old, window.old.units[unit], window.new, window.new.units[Int(window.newUnit[unit])])
      let path = pair.old.path(to: token)
      guard var level = path.indices.last else { continue }
      while level >= 0, pair.newNode[path[level]] < 0 || !pair.isChanged(path[level]) { level -= 1 }
      // What is compared says nothing alone.
      while level >= 0, Follower.isCompared(level, path, pair.old) { level -= 1 }
      guard level >= 0, pair.newNode[path[level]] >= 0 else { continue }
      let node = path[level]
      let new = pair.new.nodes[pair.newNode[node]].tokens
      let use = Context(
        window.old, unit, pair.old, Match(bindings: [], tokens: pair.old.nodes[node].tokens, node: node),
        span: .expression
      ).use
      found.append(
        Follower(
          left: text(window.old, pair.old.nodes[node].tokens, match, window.old),
          right: text(window.new, new, match, window.old), use: use, support: 0))
    }
    return found
  }

  /// The tokens with the rule's metavariables in place of the names that they stand for.
  private func text(_ code: Code, _ tokens: Range<Int>, _ match: Match, _ old: Code) -> String {
    let words = tokens.map { token -> String in
      let number = match.bindings.firstIndex { binding in
        binding.map { $0.tokens.count == 1 && old.words[$0.tokens.lowerBound] == code.words[token] } ?? false
      }
      return number.map { "\(Pattern.mark)\($0)" } ?? code.source.spelling(code.tokens[token])
    }
    return Template.canonical(words.joined(separator: " "))
  }
}

/// A change beside the place of a rule.
package struct Consequence: Sendable {
  /// Index of the unit.
  package let unit: Int
  package let tokens: Range<Int>
  package let output: [OutputToken]
  /// The rule's semantic patch says it as well.
  var isSaid = true
}

extension Follower {
  /// A follower at one place.
  private struct Applied {
    var consequence: Consequence
    var follower: Follower
    /// The variable is what is asked for, and not its opposite.
    var isTest: Bool
    var unit: Int { consequence.unit }
  }
}

extension Follower {
  /// All uses of the variable behind the place, rewritten; nil if one of them fits no follower, or may get its value, or
  /// what the follower names, from elsewhere as well.
  static func consequences(
    _ followers: [Follower], of lost: Int, _ match: Match, _ code: Code, _ spellings: Spellings
  ) -> [Consequence]? {
    guard let target = match.bindings[lost], target.tokens.count == 1,
      let function = code.function(holding: match.tokens.lowerBound),
      let own = code.unit(holding: match.tokens.lowerBound), !code.isCommanded(own),
      !isCarried(code.words[target.tokens.lowerBound], to: own, function, code)
    else { return nil }
    let word = code.words[target.tokens.lowerBound]
    let others = match.bindings.compactMap { $0?.tokens }.filter { $0 != target.tokens }
    var isStale = false
    var found: [Applied] = []
    for unit in own + 1..<max(own + 1, code.units.count) {
      let tokens = code.units[unit].tokens
      guard tokens.lowerBound < function.body.upperBound else { break }
      let uses = tokens.filter { code.words[$0] == word }
      if let token = uses.first {
        if isSet(token, code) {
          guard isSetAnew(token, in: unit, behind: own, code) else { return nil }
          break
        }
        guard uses.count == 1, !isStale, code.units[unit].depth >= code.units[own].depth,
          var applied = consequence(followers, unit, token, match, code, spellings)
        else { return nil }
        // What is returned is only known where the variable was asked for.
        if applied.follower.use == .returned {
          guard let asked = found.last, asked.isTest, branches(asked.unit, to: unit, code) else { return nil }
          let isSaid = asked.consequence.isSaid && asked.consequence.tokens.count == 1 && unit == asked.unit + 1
          applied.consequence.isSaid = applied.consequence.isSaid && isSaid
        }
        found.append(applied)
      }
      isStale = isStale || others.contains { sets($0, in: tokens, code) }
    }
    return found.map(\.consequence)
  }

  /// The unit does nothing but give the variable another value, wherever control came from.
  static func isSetAnew(_ token: Int, in unit: Int, behind own: Int, _ code: Code) -> Bool {
    isSet(token, code) && code.units[unit].tokens.count { code.words[$0] == code.words[token] } == 1
      && code.units[unit].kind == .statement && code.units[unit].depth <= code.units[own].depth
      && !code.isCommanded(unit)
  }

  private static func isSet(_ token: Int, _ code: Code) -> Bool {
    code.tokens.indices.contains(token + 1) && code.tokens[token + 1].punctuation == 0x3D
  }

  /// The tokens give a value to what some others stand for, or count it up.
  private static func sets(_ object: Range<Int>, in tokens: Range<Int>, _ code: Code) -> Bool {
    tokens.contains { token in
      let end = token + object.count
      guard end <= tokens.upperBound, code.words[token..<end] == code.words[object] else { return false }
      let changing = [0x3D, punctuation("++"), punctuation("--")]
      return changing.contains(code.punctuation(at: end))
        || changing.dropFirst().contains(code.punctuation(at: token - 1))
    }
  }

  /// The unit is what an `if` commands, or stands in the block that it does.
  private static func branches(_ condition: Int, to unit: Int, _ code: Code) -> Bool {
    if unit == condition + 1 { return true }
    let depth = code.units[condition].depth
    return code.units[condition + 1].kind == .open
      && (condition + 2...unit).allSatisfy { code.units[$0].depth > depth }
  }

  /// In a loop the variable is asked for before it is set: the value is the last round's.
  static func isCarried(_ word: Int32, to own: Int, _ function: Function, _ code: Code) -> Bool {
    let earlier = code.units.indices.filter { unit in
      unit < own && function.body.contains(code.units[unit].tokens.lowerBound)
    }
    let loop = earlier.first { unit in
      let keyword = Keyword(rawValue: code.words[code.units[unit].tokens.lowerBound])
      return [.for, .while, .do].contains(keyword) && code.units[unit].depth < code.units[own].depth
    }
    // What each round declares is not carried to the next.
    guard let loop, code.plainType(of: word, in: earlier.filter { $0 >= loop }) == nil else { return false }
    return earlier.contains { unit in
      unit >= loop && code.units[unit].tokens.contains { code.words[$0] == word && !isSet($0, code) }
    }
  }

  private static func consequence(
    _ followers: [Follower], _ unit: Int, _ token: Int, _ match: Match, _ code: Code, _ spellings: Spellings
  ) -> Applied? {
    var spellings = spellings
    let tree = ExpressionTree(code, code.units[unit].tokens)
    let path = tree.path(to: token)
    for follower in followers {
      let (left, right) = (Pattern(follower.left, &spellings), Pattern(follower.right, &spellings))
      for (level, node) in path.enumerated().reversed() {
        let span = tree.nodes[node].tokens
        let use = Context(
          code, unit, tree, Match(bindings: [], tokens: span, node: node), span: .expression
        ).use
        guard use == follower.use, !isCompared(level, path, tree), matches(left, span, match, code) else { continue }
        // What is called or counted up again is another value.
        let named = right.metavariables.filter { $0 >= 0 && $0 < match.bindings.count }
        guard named.allSatisfy({ match.bindings[$0].map { isPlain($0.tokens, code) } ?? false }) else { return nil }
        let output = Substitution.output(right, code, match)
        let consequence = collapsed(level, path, tree, unit, output, code, of: follower)
        let isNegated = level > 0 && tree.nodes[path[level - 1]].kind == .prefix
        return Applied(
          consequence: consequence, follower: follower,
          isTest: follower.use == .condition && follower.isVariable && !isNegated)
      }
    }
    return nil
  }

  /// `x`, `x->y.z`.
  private static func isPlain(_ tokens: Range<Int>, _ code: Code) -> Bool {
    tokens.allSatisfy { token in
      code.tokens[token].kind == .identifier || [0x2E, punctuation("->")].contains(code.tokens[token].punctuation)
    }
  }

  /// `r` in `r < 0`.
  fileprivate static func isCompared(_ level: Int, _ path: [Int], _ tree: ExpressionTree) -> Bool {
    guard level > 0, tree.nodes[path[level - 1]].kind == .binary else { return false }
    return ["==", "!=", "<", ">", "<=", ">="].contains { tree.nodes[path[level - 1]].operation == punctuation($0) }
  }

  /// All that an `if` asks for.
  private static func isWholeCondition(_ level: Int, _ path: [Int], _ tree: ExpressionTree, _ code: Code) -> Bool {
    guard level > 0 else { return false }
    let parent = tree.nodes[path[level - 1]]
    return parent.kind == .call && Keyword(rawValue: code.words[parent.tokens.lowerBound]) == .if
  }

  /// The tokens spell the pattern, its metavariables standing for what the rule bound.
  private static func matches(_ left: Pattern, _ span: Range<Int>, _ match: Match, _ code: Code) -> Bool {
    guard left.code.tokens.count == span.count else { return false }
    return zip(left.code.tokens.indices, span).allSatisfy { index, token in
      let number = left.metavariables[index]
      guard number >= 0 else {
        return left.code.source.spelling(left.code.tokens[index]) == code.source.spelling(code.tokens[token])
      }
      guard number < match.bindings.count, let bound = match.bindings[number], bound.tokens.count == 1 else {
        return false
      }
      return code.words[bound.tokens.lowerBound] == code.words[token]
    }
  }

  /// `r || !x` whose `r` became `!x` is `!x`.
  private static func collapsed(
    _ level: Int, _ path: [Int], _ tree: ExpressionTree, _ unit: Int, _ output: [OutputToken], _ code: Code,
    of follower: Follower
  ) -> Consequence {
    func spelled(_ token: OutputToken) -> String {
      token.origin >= 0 ? code.source.spelling(code.tokens[token.origin]) : token.text
    }
    let isSimple = output.count { $0.origin >= 0 } <= 1
    let plain = Consequence(
      unit: unit, tokens: tree.nodes[path[level]].tokens, output: output,
      isSaid: follower.isSaid && isSimple
        && (follower.use != .condition || isWholeCondition(level, path, tree, code)))
    if level > 0, tree.nodes[path[level - 1]].kind == .prefix, tree.nodes[path[level - 1]].operation == 0x21,
      output.first.map(spelled) == "!"
    {
      return Consequence(
        unit: unit, tokens: tree.nodes[path[level - 1]].tokens, output: Array(output.dropFirst()),
        isSaid: follower.isSaid && isSimple && follower.isVariable && isWholeCondition(level - 1, path, tree, code))
    }
    guard level > 0, tree.nodes[path[level - 1]].kind == .binary,
      [punctuation("||"), punctuation("&&")].contains(tree.nodes[path[level - 1]].operation),
      tree.children(path[level - 1]).count == 2
    else { return plain }
    let parent = path[level - 1]
    let other = tree.children(parent).first { Int($0) != path[level] }.map { tree.nodes[Int($0)].tokens }
    guard let other, other.map({ code.source.spelling(code.tokens[$0]) }) == output.map(spelled) else { return plain }
    let kept = other.map { OutputToken(origin: $0, text: "", spaceBefore: false) }
    let isSaid =
      follower.isSaid && isSimple && follower.isVariable && tree.nodes[parent].operation == punctuation("||")
      && tree.children(parent).first == Int32(path[level])
      && isWholeCondition(level - 1, path, tree, code)
    return Consequence(unit: unit, tokens: tree.nodes[parent].tokens, output: kept, isSaid: isSaid)
  }
}
