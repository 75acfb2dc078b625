// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Names that a driver's text holds.
enum KnownNames {
  static func all(in texts: [String]) -> Set<String> {
    texts.reduce(into: []) { names, text in
      let source = LexedSource(text)
      for token in source.tokens where token.kind == .identifier { names.insert(source.spelling(token)) }
    }
  }

  /// Those that are called, or stand where a type stands: a variable of the driver's own that is called so says nothing.
  static func global(in text: SourceText) -> Set<String> {
    let source = LexedSource(text)
    var names: Set<String> = []
    for (index, token) in source.tokens.enumerated().dropLast() where token.kind == .identifier {
      let next = source.tokens[index + 1]
      let isTagged =
        index > 0 && ["struct", "union", "enum"].contains { source.spells(source.tokens[index - 1], $0) }
      if isTagged || next.kind == .identifier || next.punctuation == 0x28 { names.insert(source.spelling(token)) }
    }
    return names
  }
}
