// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Variables of one structure that became variables of another, and what became of their uses.
package struct Retyping: Codable, Hashable, Sendable {
  /// `¤0->data` → `¤0->__data`: `¤0` is the variable, the others are what goes with it.
  package struct Use: Codable, Hashable, Sendable {
    package var left: String
    package var right: String
    /// In-tree files that show it, and those that used the left side.
    package var support: Int
    package var opportunities: Int

    /// For people.
    package var summary: String { "`\(Summary.shown(left))` → `\(Summary.shown(right))`" }
    /// Share of the files that show it (0…1).
    package var share: Double { Double(support) / Double(max(1, opportunities)) }

    /// What is called now, and was not before.
    package var function: String? {
      func called(_ text: String) -> [String] {
        let source = LexedSource(text)
        return source.tokens.indices.dropLast().filter {
          source.tokens[$0].kind == .identifier && source.tokens[$0 + 1].punctuation == 0x28
        }.map { source.spelling(source.tokens[$0]) }
      }
      let old = called(left)
      return called(right).first { !old.contains($0) }
    }
  }
  /// The structures with their tag keyword.
  package var before: String
  package var after: String
  /// The most frequent first.
  package var uses: [Use]
  /// Uses that only test the variable: `!¤0`, `if (¤0)`. What a test asks depends on where the variable comes from.
  package var checks: [Use]
  /// The call that takes the place of reading through a variable and moving it on, and where the variables come from.
  package var fetch: Fetch?
  package var origin: VariableOrigin?
}

extension Retyping {
  /// What a use of a variable becomes: nil where no use that was learned matches.
  ///
  /// - Parameter token: the variable's name.
  package func consequence(of token: Int, _ code: Code, _ spellings: inout Spellings) -> (Use, Consequence)? {
    guard let unit = code.unit(holding: token) else { return nil }
    let tree = ExpressionTree(code, Self.expression(of: token, code.units[unit].tokens, code))
    for node in tree.path(to: token) {
      for use in uses {
        var matcher = Matcher(Pattern(use.left, &spellings), code, tree)
        guard let match = matcher.match(node), let variable = match.bindings.first??.tokens,
          variable.last == token, variable.count <= 2
        else { continue }
        let output = Substitution.output(Pattern(use.right, &spellings), code, match)
        return (use, Consequence(unit: unit, tokens: match.tokens, output: output))
      }
    }
    return nil
  }
}

extension Retyping {
  /// What variables point to now in in-tree functions that named a symbol and pointed to a structure: what most of the
  /// files say; nil where too few do.
  package static func successor(of structure: String, beside symbol: String, from conversions: [Conversion]) -> String?
  {
    var files: [String: Set<String>] = [:]
    for conversion in conversions {
      var spellings = Spellings()
      let window = Window(conversion, &spellings)
      guard let word = spellings.known(symbol) else { continue }
      for old in window.old.functions where old.body.contains(where: { window.old.words[$0] == word }) {
        guard let new = window.successor(of: old) else { continue }
        let (lost, gained) = (
          FieldBase.structures(in: old, window.old), FieldBase.structures(in: new, window.new)
        )
        guard lost.contains(structure), !gained.contains(structure) else { continue }
        for other in gained.subtracting(lost) { files[other, default: []].insert(conversion.path) }
      }
    }
    let best = files.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
    return best.flatMap { $0.value.count >= RetypingLearner.leastFiles ? $0.key : nil }
  }
}

extension Retyping {
  /// The tokens of a unit; of a declaration that begins with `struct` what it gives to the variable.
  static func expression(of variable: Int, _ tokens: Range<Int>, _ code: Code) -> Range<Int> {
    let isDeclared = FieldBase.declared(variable, code) != nil && code.punctuation(at: variable + 1) == 0x3D
    return isDeclared && tokens.contains(variable) ? variable..<tokens.upperBound : tokens
  }

  /// The test that is made of the variable here, where the tree came to test it otherwise.
  package func asksOtherwise(_ token: Int, _ code: Code, _ spellings: inout Spellings) -> Use? {
    guard let unit = code.unit(holding: token) else { return nil }
    let tree = ExpressionTree(code, code.units[unit].tokens)
    return checks.first { use in
      tree.path(to: token).contains { node in
        var matcher = Matcher(Pattern(use.left, &spellings), code, tree)
        return matcher.match(node)?.bindings.first??.tokens.last == token
      }
    }
  }
}

extension Retyping.Use {
  /// Nothing but the variable itself is asked: `!¤0`, `if (¤0)`.
  var isCheck: Bool {
    let source = LexedSource(left)
    let words = ["\(Pattern.mark)0", "if", "while", "NULL", "(", ")", "!", "==", "!=", "&&", "||", "?", ":"]
    return source.tokens.allSatisfy { words.contains(source.spelling($0)) }
  }
}
