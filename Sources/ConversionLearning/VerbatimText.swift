// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// What a rule takes over from in-tree code as it stands there: tokens of its new text that are neither the driver's own
/// (metavariables, and whatever the old text had) nor names of the kernel's interface.
///
/// Brackets and separators are nobody's.
package struct VerbatimText: Sendable {
  /// As many such tokens are a flag, a negation, a condition with its return: nobody's work. Of 813 rules of 140 symbols
  /// (two pairs of kernels) those that two or more files show add at most three, and the ten that add more than eight are
  /// single files' own statements.
  package static let fewTokens = 8
  private static let separators: Set<UInt32> = [
    0x28, 0x29, 0x5B, 0x5D, 0x7B, 0x7D, 0x2C, 0x3B, 0x2E, punctuation("->"),
  ]
  /// In the order of the text.
  package let tokens: [String]

  /// - Parameter declares: whether the kernel's headers declare a name.
  package init(_ rule: LearnedRule, declares: (String) -> Bool) {
    var known: [String: Int] = [:]
    let uses = rule.retyping?.uses ?? []
    for text in [rule.left] + rule.followers.map(\.left) + uses.map(\.left) + rule.functions.map(\.before) {
      let source = LexedSource(text)
      for token in source.tokens { known[source.spelling(token), default: 0] += 1 }
    }
    var found: [String] = []
    let texts = [rule.right] + rule.before + [rule.companion?.text].compactMap { $0 } + rule.followers.map(\.right)
    for text in texts + uses.map(\.right) + rule.functions.map(\.after) {
      let source = LexedSource(text)
      for (index, token) in source.tokens.enumerated() {
        let word = source.spelling(token)
        if let count = known[word], count > 0 {
          known[word] = count - 1
        } else if !Self.isFree(source, index, declares) {
          found.append(word)
        }
      }
    }
    tokens = found
  }

  package var isMoreThanAFew: Bool { tokens.count > Self.fewTokens }

  private static func isFree(_ source: LexedSource, _ index: Int, _ declares: (String) -> Bool) -> Bool {
    let token = source.tokens[index]
    guard token.kind == .identifier else { return separators.contains(token.punctuation) || token.kind == .headerName }
    let word = source.spelling(token)
    if word.hasPrefix(Pattern.mark) || declares(word) { return true }
    guard index > 0 else { return false }
    // Fields and tags are the kernel's matter as well; a tag that a function declares itself is rare.
    let before = source.tokens[index - 1]
    return before.punctuation == 0x2E || before.punctuation == punctuation("->")
      || ["struct", "union", "enum"].contains(source.spelling(before))
  }
}
