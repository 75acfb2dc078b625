// SPDX-License-Identifier: GPL-2.0-or-later

/// C lets the words of an integer type stand in any order, and some be left out (C11 6.7.2): one spelling for each type.
package enum IntegerSpelling {
  private static let words: Set<String> = ["unsigned", "signed", "long", "short", "int", "char"]

  /// A declaration with `long` for `long int` and `unsigned int` for `unsigned`, as checkpatch wants people to write.
  package static func plain(_ text: String) -> String {
    text.replacing(/\b(long|short) int\b/) { String($0.output.1) }
      .replacing(
        /\b((?:int|long|short|char)\s+)?unsigned\b(?!\s+(?:int|long|short|char|__int128|const|volatile)\b)/
      ) { $0.output.1 == nil ? "unsigned int" : String($0.output.0) }
  }

  package static func isInteger(_ type: [String]) -> Bool {
    type.contains { words.contains($0) } && type.allSatisfy { words.contains($0) || $0 == "const" || $0 == "*" }
  }

  /// The type with its integer words in the usual order and without those that say nothing; they replace the first one.
  package static func usual(_ type: [String]) -> [String] {
    let own = type.filter(words.contains)
    guard own.count > 1 || own == ["unsigned"] || own == ["signed"], let first = type.firstIndex(where: words.contains)
    else { return type }
    let isChar = own.contains("char")
    let sign = own.contains("unsigned") ? ["unsigned"] : own.contains("signed") && isChar ? ["signed"] : []
    let sizes = own.filter { $0 == "long" || $0 == "short" }
    let base = isChar ? ["char"] : sizes.isEmpty ? ["int"] : []
    return type[..<first].filter { !words.contains($0) } + sign + sizes + base
      + type[first...].filter { !words.contains($0) }
  }
}
