// SPDX-License-Identifier: GPL-2.0-or-later

/// Sums and differences of plain decimal numbers that are an argument of their own.
package enum NumberSum {
  /// - Parameter words: what stands before the argument, its three tokens, and what stands behind it.
  /// - Returns: the tokens of the number that it comes to, `-` apart; nil for anything else.
  package static func folded(_ words: [String]) -> [String]? {
    guard words.count == 5, ["(", ","].contains(words[0]), [")", ","].contains(words[4]),
      let left = number(words[1]), let right = number(words[3]), ["+", "-"].contains(words[2])
    else { return nil }
    let sum = words[2] == "+" ? left + right : left - right
    return sum < 0 ? ["-", "\(-sum)"] : ["\(sum)"]
  }

  /// What `int` holds, and not octal.
  private static func number(_ word: String) -> Int? {
    guard word.allSatisfy({ $0.isASCII && $0.isNumber }), word == "0" || word.first != "0", let number = Int(word),
      number < 1 << 30
    else { return nil }
    return number
  }
}
