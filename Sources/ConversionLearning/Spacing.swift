// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// Where the kernel's coding style puts spaces.
enum Spacing {
  /// Whether a space goes between a token and the one before it.
  static func isWanted(_ code: Code, before index: Int) -> Bool {
    let (left, right) = (code.tokens[index - 1], code.tokens[index])
    switch right.punctuation {
    case 0x29, 0x5D, 0x2C, 0x3B, 0x2E, punctuation("->"): return false
    case 0x28, 0x5B:
      if let keyword = Keyword(rawValue: code.words[index - 1]) {
        return ![.sizeof, .typeof, .__typeof__, .__alignof__, ._Alignof].contains(keyword)
      }
      return left.kind == .punctuator && left.punctuation != 0x29 && left.punctuation != 0x5D
        && isWanted(after: left, code, index)
    case punctuation("++"), punctuation("--"): return left.kind == .punctuator && left.punctuation != 0x29
    default: return isWanted(after: left, code, index)
    }
  }

  private static func isWanted(after left: Token, _ code: Code, _ index: Int) -> Bool {
    switch left.punctuation {
    case 0: return true
    case 0x28, 0x5B, 0x2E, punctuation("->"), 0x21, 0x7E, punctuation("++"), punctuation("--"): return false
    case 0x26, 0x2A, 0x2D, 0x2B:
      // Behind an operand they are operators of two sides, else prefixes.
      guard index >= 2 else { return false }
      let before = code.tokens[index - 2]
      let isOperand = before.punctuation == 0x29 || before.punctuation == 0x5D
      return before.kind != .punctuator && Keyword(rawValue: code.words[index - 2]) == nil || isOperand
    case 0x29: return code.tokens[index].kind != .punctuator || isBinary(code.tokens[index].punctuation)
    default: return true
    }
  }

  private static func isBinary(_ symbol: UInt32) -> Bool { symbol != 0x7E && symbol != 0x21 }

  /// The tokens of a range as one line in that style.
  static func line(_ code: Code, _ range: Range<Int>) -> String {
    var line = ""
    for index in range {
      if index > range.lowerBound, isWanted(code, before: index) { line += " " }
      line += code.source.spelling(code.tokens[index])
    }
    return line
  }
}
