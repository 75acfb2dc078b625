// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// How much the name of a field says about its structure, by the old tree's declarations.
package struct FieldTypes: Sendable {
  /// Structures with a field of one name, from which on the name alone says nothing.
  private static let many = 8
  /// Many structures have a field of the symbol's name.
  package var isCommon: Bool
  /// Fields that may be, or point to, the symbol's structure.
  package var holders: Set<String>

  package init(isCommon: Bool = false, holders: Set<String> = []) {
    (self.isCommon, self.holders) = (isCommon, holders)
  }

  /// Whether a field's name is one that many structures have.
  ///
  /// - Parameter definitions: what the tree declares under the name.
  package static func isCommon(_ definitions: [Declaration]) -> Bool {
    Set(definitions.compactMap { $0.kind == .field ? $0.container : nil }).count >= many
  }

  /// Whether a field is declared to be, or to point to, a structure (`struct name`), alone or in an array.
  package static func holds(_ container: String, _ field: Declaration) -> Bool {
    let source = LexedSource(field.text)
    let words = source.tokens.map { source.spelling($0) }
    return field.kind == .field && zip(words, words.dropFirst()).contains { "\($0) \($1)" == container }
  }

  /// The fields that the field `name` is taken from: `b` of `a->b.name`.
  package static func sought(_ name: String, in conversions: [Conversion]) -> Set<String> {
    var found: Set<String> = []
    for conversion in conversions {
      var spellings = Spellings()
      let code = Code(conversion.oldText, &spellings)
      guard let word = spellings.known(name) else { continue }
      for token in code.tokens.indices where code.words[token] == word && code.isMember(token) {
        if let holder = FieldBase.holder(of: token, code) { found.insert(code.source.spelling(code.tokens[holder])) }
      }
    }
    return found
  }
}
