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

  /// The metavariable that the left side assigns and the right side does not have; nil where there is none.
  static func lostTarget(_ left: Pattern, _ right: Pattern) -> Int? {
    let tree = left.tree
    guard tree.nodes[tree.root].kind == .assignment, let target = tree.children(tree.root).first,
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
  /// All uses of the variable behind the place, rewritten; nil if one of them fits no follower.
  static func consequences(
    _ followers: [Follower], of lost: Int, _ match: Match, _ code: Code, _ spellings: Spellings
  ) -> [Consequence]? {
    guard let target = match.bindings[lost], target.tokens.count == 1,
      let function = code.function(holding: match.tokens.lowerBound),
      let own = code.unit(holding: match.tokens.lowerBound)
    else { return nil }
    let word = code.words[target.tokens.lowerBound]
    var found: [Consequence] = []
    for unit in own + 1..<max(own + 1, code.units.count) {
      let tokens = code.units[unit].tokens
      guard tokens.lowerBound < function.body.upperBound else { break }
      let uses = tokens.filter { code.words[$0] == word }
      guard let token = uses.first else { continue }
      if token + 1 < code.tokens.count, code.tokens[token + 1].punctuation == 0x3D { break }
      guard uses.count == 1, let consequence = consequence(followers, unit, token, match, code, spellings) else {
        return nil
      }
      found.append(consequence)
    }
    return found
  }

  private static func consequence(
    _ followers: [Follower], _ unit: Int, _ token: Int, _ match: Match, _ code: Code, _ spellings: Spellings
  ) -> Consequence? {
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
        let output = Substitution.output(right, code, match)
        return collapsed(level, path, tree, unit, output, code, of: follower)
      }
    }
    return nil
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
    let plain = Consequence(
      unit: unit, tokens: tree.nodes[path[level]].tokens, output: output,
      isSaid: follower.isSaid && (follower.use != .condition || isWholeCondition(level, path, tree, code)))
    guard level > 0, tree.nodes[path[level - 1]].kind == .binary,
      [punctuation("||"), punctuation("&&")].contains(tree.nodes[path[level - 1]].operation),
      tree.children(path[level - 1]).count == 2
    else { return plain }
    let parent = path[level - 1]
    let other = tree.children(parent).first { Int($0) != path[level] }.map { tree.nodes[Int($0)].tokens }
    guard let other, other.map({ code.source.spelling(code.tokens[$0]) }) == output.map(spelled) else { return plain }
    let kept = other.map { OutputToken(origin: $0, text: "", spaceBefore: false) }
    let isSaid =
      tree.nodes[parent].operation == punctuation("||") && tree.children(parent).first == Int32(path[level])
      && isWholeCondition(level - 1, path, tree, code)
    return Consequence(unit: unit, tokens: tree.nodes[parent].tokens, output: kept, isSaid: isSaid)
  }
}
