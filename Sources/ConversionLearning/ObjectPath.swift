// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// The object that a pointer points to, as the steps that lead there: `&a->b.c` and `p->c` end alike, whatever leads to
/// the `b` that `p` points to.
package struct ObjectPath: Codable, Hashable, Sendable {
  /// `a`, `*` for what that points to, `b` for a field, `[i]` for an element.
  package var steps: [String]

  package init(steps: [String]) { self.steps = steps }

  /// Nil where the expression is no chain of names.
  package init?(pointer tokens: Range<Int>, _ code: Code) {
    let isAddress = code.punctuation(at: tokens.lowerBound) == 0x26
    let links = Self.links(isAddress ? tokens.lowerBound + 1 : tokens.lowerBound, upTo: tokens.upperBound, code)
    guard let last = links.last, last.end == tokens.upperBound else { return nil }
    steps = links.map(\.step) + (isAddress ? [] : [Self.target])
  }

  package static let target = "*"

  /// The pointer, as C writes it.
  package var pointer: String {
    steps.last == Self.target ? Self.spelled(steps.dropLast()) : "&" + Self.spelled(steps[...])
  }

  package func starts(with other: ObjectPath) -> Bool { steps.starts(with: other.steps) }

  private static func spelled(_ steps: ArraySlice<String>) -> String {
    var text = ""
    for (index, step) in zip(steps.indices, steps) {
      let before = index > steps.startIndex ? steps[index - 1] : nil
      switch step {
      case target: continue
      case _ where before == nil || step.hasPrefix("["): text += step
      default: text += (before == target ? "->" : ".") + step
      }
    }
    return text
  }

  /// The steps of a chain that begins at a token, each with the token behind it; none where no name stands.
  static func links(_ first: Int, upTo end: Int, _ code: Code) -> [(step: String, end: Int)] {
    guard first < end, code.tokens[first].kind == .identifier, Keyword(rawValue: code.words[first]) == nil else {
      return []
    }
    var at = first + 1
    if code.punctuation(at: at) == 0x28, at < end { at = Int(code.brackets.partner[at]) + 1 }
    guard at > first, at <= end else { return [] }
    var links = [(Spacing.line(code, first..<at), at)]
    while at < end {
      switch code.punctuation(at: at) {
      case 0x5B:
        let close = Int(code.brackets.partner[at])
        guard close > at, close < end else { return links }
        links.append((Spacing.line(code, at..<close + 1), close + 1))
        at = close + 1
      case 0x2E, punctuation("->"):
        guard at + 1 < end, code.tokens[at + 1].kind == .identifier else { return links }
        if code.punctuation(at: at) != 0x2E { links.append((target, at)) }
        links.append((code.source.spelling(code.tokens[at + 1]), at + 2))
        at += 2
      default: return links
      }
    }
    return links
  }
}

/// Reads code with a variable as `¤0`, and the object that it was taken from as `¤1`, both as pointers.
package struct RelativeText {
  package static let variableMark = "\(Pattern.mark)0"
  package static let ownerMark = "\(Pattern.mark)1"
  package let code: Code
  package let variable: Int32
  package let owner: ObjectPath?

  package init(_ code: Code, variable: Int32, owner: ObjectPath?) {
    (self.code, self.variable, self.owner) = (code, variable, owner)
  }

  package func text(_ tokens: Range<Int>) -> String {
    var words: [String] = []
    var at = tokens.lowerBound
    while at < tokens.upperBound {
      if code.words[at] == variable, !code.isMember(at) {
        words.append(Self.variableMark)
        at += 1
        if code.punctuation(at: at) == 0x2E, at < tokens.upperBound {
          words.append("->")
          at += 1
        }
      } else if let end = ownerEnd(at, tokens.upperBound, &words) {
        at = end
      } else {
        words.append(code.source.spelling(code.tokens[at]))
        at += 1
      }
    }
    return Template.canonical(words.joined(separator: " "))
  }

  /// Writes the mark where the owner begins at a token; nil where it does not.
  private func ownerEnd(_ at: Int, _ end: Int, _ words: inout [String]) -> Int? {
    guard let owner, !code.isMember(at) else { return nil }
    let links = ObjectPath.links(at, upTo: end, code)
    let steps = links.map(\.step)
    if owner.steps.last == ObjectPath.target {
      guard steps.starts(with: owner.steps.dropLast()), !owner.steps.dropLast().isEmpty else { return nil }
      words.append(Self.ownerMark)
      return links[owner.steps.count - 2].end
    }
    guard steps.starts(with: owner.steps) else { return nil }
    let behind = links[owner.steps.count - 1].end
    if behind < end, code.punctuation(at: behind) == 0x2E {
      words += [Self.ownerMark, "->"]
      return behind + 1
    }
    guard words.last == "&", steps.count == owner.steps.count else { return nil }
    words[words.count - 1] = Self.ownerMark
    return behind
  }
}
