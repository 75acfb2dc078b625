// SPDX-License-Identifier: GPL-2.0-or-later

/// Which token closes which: the token trees of a file.
///
/// Alternatives of an `#if` begin at the nesting of their `#if`, so that two function heads before one `{` do no harm.
/// A bracket without a partner stands for itself, as does one that stands deeper than compilers go.
package struct Brackets: Sendable {
  /// Open brackets and open `#if` that are followed; compilers give up there, too (clang's -fbracket-depth).
  static let depthLimit = 256

  /// Index of the other bracket, or -1 for other tokens and for brackets without a partner.
  package let partner: [Int32]

  package init(_ source: LexedSource) {
    let tokens = source.tokens
    var partner = [Int32](repeating: -1, count: tokens.count)
    var open: [Int32] = []
    var conditionals = OpenConditionals()
    for (index, token) in tokens.enumerated() {
      if token.isDirective {
        if token.startsLine, index + 1 < tokens.count, tokens[index + 1].isDirective {
          conditionals.step(Conditional(source, tokens[index + 1]), &open)
        }
        continue
      }
      switch token.punctuation {
      case 0x28, 0x5B, 0x7B: if open.count < Self.depthLimit { open.append(Int32(index)) }
      case 0x29, 0x5D, 0x7D:
        let wanted: UInt32 = token.punctuation == 0x29 ? 0x28 : token.punctuation == 0x5D ? 0x5B : 0x7B
        // A missing `)` must not swallow the function: `}` closes over it, but `)` never closes over `{`.
        var depth = open.count - 1
        while depth >= 0, tokens[Int(open[depth])].punctuation != wanted {
          if wanted != 0x7B, tokens[Int(open[depth])].punctuation == 0x7B { depth = -1 } else { depth -= 1 }
        }
        guard depth >= 0 else { continue }
        partner[index] = open[depth]
        partner[Int(open[depth])] = Int32(index)
        open.removeSubrange(depth...)
      default: break
      }
    }
    // Macro bodies: brackets pair within their own line.
    Self.pairDirectives(tokens, &partner)
    self.partner = partner
  }

  private static func pairDirectives(_ tokens: [Token], _ partner: inout [Int32]) {
    var open: [Int32] = []
    for (index, token) in tokens.enumerated() where token.isDirective {
      if token.startsLine, token.punctuation == 0x23 { open = [] }
      switch token.punctuation {
      case 0x28, 0x5B, 0x7B: open.append(Int32(index))
      case 0x29, 0x5D, 0x7D:
        let wanted: UInt32 = token.punctuation == 0x29 ? 0x28 : token.punctuation == 0x5D ? 0x5B : 0x7B
        guard let last = open.last, tokens[Int(last)].punctuation == wanted else { continue }
        partner[index] = last
        partner[Int(last)] = Int32(index)
        open.removeLast()
      default: break
      }
    }
  }
}

/// The brackets that were open where the `#if` began that are still open.
private struct OpenConditionals {
  private var saved: [(atIf: [Int32], afterFirst: [Int32]?)] = []
  /// How many `#if` are open beyond those that are followed.
  private var deeper = 0

  mutating func step(_ conditional: Conditional?, _ open: inout [Int32]) {
    switch conditional {
    case .opens where saved.count == Brackets.depthLimit: deeper += 1
    case .opens: saved.append((open, nil))
    case .closes where deeper > 0: deeper -= 1
    case .closes:
      guard let last = saved.popLast() else { return }
      open = last.afterFirst ?? open
    case .alternative:
      guard deeper == 0, let last = saved.indices.last else { return }
      if saved[last].afterFirst == nil { saved[last].afterFirst = open }
      open = saved[last].atIf
    case nil: break
    }
  }
}

/// What a preprocessor line does to the nesting of `#if`.
enum Conditional {
  case opens, alternative, closes

  /// Reads the word behind the `#`; nil for every other directive.
  init?(_ source: LexedSource, _ word: Token) {
    if source.spells(word, "if") || source.spells(word, "ifdef") || source.spells(word, "ifndef") {
      self = .opens
    } else if source.spells(word, "else") || source.spells(word, "elif") || source.spells(word, "elifdef")
      || source.spells(word, "elifndef")
    {
      self = .alternative
    } else if source.spells(word, "endif") {
      self = .closes
    } else {
      return nil
    }
  }
}
