// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// One place in the old text that names the symbol, and what became of it.
struct Occurrence {
  enum Outcome {
    /// The unit is as it was.
    case kept
    /// The unit became another one.
    case changed
    /// The unit is gone, its surroundings are there.
    case deleted
    /// The unit is gone, others stand in its place.
    case replaced
    /// The unit went with everything around it: that says nothing about the symbol.
    case incomparable
  }
  var window: Int
  var token: Int
  var unit: Int
  var outcome: Outcome
  /// New units beside it that feed what it became: it alone is half of a conversion.
  var feeders: [Int]
  /// Old tree, and new tree if the unit became another.
  var old: ExpressionTree
  var pair: TreePair?

  /// All places of `word` in a window.
  static func all(of word: Int32, in window: Window, number: Int, isField: Bool) -> [Occurrence] {
    var result: [Occurrence] = []
    var trees: (unit: Int, old: ExpressionTree, pair: TreePair?)?
    for (token, found) in window.old.words.enumerated() where found == word {
      guard window.old.tokens[token].kind == .identifier, let unit = window.old.unit(holding: token) else { continue }
      let isMember =
        token > 0
        && (window.old.tokens[token - 1].punctuation == punctuation("->")
          || window.old.tokens[token - 1].punctuation == punctuation("."))
      guard isMember == isField, window.old.units[unit].tokens.contains(token) else { continue }
      if trees?.unit != unit {
        let newUnit = Int(window.newUnit[unit])
        let pair =
          newUnit < 0 || window.isSame[unit]
          ? nil : TreePair(window.old, window.old.units[unit], window.new, window.new.units[newUnit])
        trees = (unit, pair?.old ?? ExpressionTree(window.old, window.old.units[unit].tokens), pair)
      }
      guard let trees else { continue }
      let outcome = outcome(of: unit, word, in: window)
      result.append(
        Occurrence(
          window: number, token: token, unit: unit, outcome: outcome, feeders: feeders(of: unit, in: window),
          old: trees.old, pair: trees.pair))
    }
    return result
  }

  /// The node that the name stands for: the call of a callee, the member reference of a field, else the name itself.
  static func core(_ tree: ExpressionTree, _ path: [Int], _ token: Int) -> Int {
    guard path.count > 1, let last = path.last else { return path.count - 1 }
    let parent = path[path.count - 2]
    if tree.nodes[last].kind == .atom, tree.nodes[parent].kind == .call, tree.children(parent).first == Int32(last) {
      return path.count - 2
    }
    return path.count - 1
  }

  private static func outcome(of unit: Int, _ word: Int32, in window: Window) -> Outcome {
    if window.isSame[unit] { return .kept }
    if window.newUnit[unit] >= 0 { return .changed }
    if isMoved(unit, in: window) { return .kept }
    func survives(_ step: Int) -> Bool? {
      var index = unit + step
      while index >= 0, index < window.old.units.count {
        let neighbour = window.old.units[index]
        // Braces and other uses of the same symbol say nothing about the surroundings.
        if neighbour.kind != .open, neighbour.kind != .close, !window.old.words[neighbour.tokens].contains(word) {
          return window.newUnit[index] >= 0
        }
        index += step
      }
      return nil
    }
    if survives(-1) == false, survives(1) == false { return .incomparable }
    return window.inserted(around: unit).isEmpty ? .deleted : .replaced
  }

  private static func isMoved(_ unit: Int, in window: Window) -> Bool {
    let words = window.old.words[window.old.units[unit].tokens]
    return window.new.units.indices.contains {
      window.oldUnit[$0] < 0 && window.new.words[window.new.units[$0].tokens] == words
    }
  }

  /// Inserted neighbours that set a variable which the new unit, but not the old one's surroundings, gets its value from.
  private static func feeders(of unit: Int, in window: Window) -> [Int] {
    guard window.newUnit[unit] >= 0, !window.isSame[unit] else { return [] }
    let newUnit = Int(window.newUnit[unit])
    let used = Set(names(window.new, window.new.units[newUnit].tokens))
    return window.inserted(around: unit).filter { candidate in
      guard candidate < newUnit, window.new.units[candidate].kind == .statement else { return false }
      let tokens = window.new.units[candidate].tokens
      guard let assigned = tokens.first(where: { window.new.tokens[$0].punctuation == 0x3D }),
        assigned > tokens.lowerBound, window.new.tokens[assigned - 1].kind == .identifier
      else { return false }
      return used.contains(window.new.words[assigned - 1])
    }
  }

  static func names(_ code: Code, _ range: Range<Int>) -> [Int32] {
    range.filter { code.tokens[$0].kind == .identifier && Keyword(rawValue: code.words[$0]) == nil }.map {
      code.words[$0]
    }
  }
}
