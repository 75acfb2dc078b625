// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Where in a file a condition can stand: whole lines that hold some edits and can be written twice.
struct CompatRegions {
  private let source: LexedSource
  private let brackets: Brackets
  private let lines: LineTable

  init(_ text: SourceText) {
    source = LexedSource(text)
    brackets = Brackets(source)
    lines = LineTable(text)
  }

  /// The regions, in order, those that touch taken together; nil if an edit stands where no condition can.
  func regions(_ edits: [Edit]) -> [Range<Int>]? {
    var result: [Range<Int>] = []
    for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      guard let region = region(edit.range) else { return nil }
      if let last = result.last, region.lowerBound <= last.upperBound {
        result[result.count - 1] = last.lowerBound..<max(last.upperBound, region.upperBound)
      } else {
        result.append(region)
      }
    }
    return result
  }

  /// Whether the byte stands outside of all braces.
  func isAtFileScope(_ offset: Int) -> Bool {
    let end = source.firstToken(endingAfter: offset)
    var index = 0
    while index < end {
      let partner = Int(brackets.partner[index])
      if source.tokens[index].punctuation == punctuation("{"), partner >= end { return false }
      index = partner > index && partner < end ? partner + 1 : index + 1
    }
    return true
  }

  /// Whole lines around a range such that no parenthesis and no preprocessor line is cut.
  private func region(_ range: Range<Int>) -> Range<Int>? {
    var region = wholeLines(range)
    while true {
      let tokens = source.firstToken(endingAfter: region.lowerBound)..<source.firstToken(endingAfter: region.upperBound)
      var wider = region
      for index in tokens where source.tokens[index].isDirective {
        guard let directive = directive(holding: index) else { return lines(ofParameters: range) }
        wider = wider.lowerBound..<max(wider.upperBound, directive.upperBound)
        wider = min(wider.lowerBound, directive.lowerBound)..<wider.upperBound
      }
      for index in tokens where isRound(index) && brackets.partner[index] >= 0 {
        let other = source.tokens[Int(brackets.partner[index])].range
        wider = min(wider.lowerBound, other.lowerBound)..<max(wider.upperBound, other.upperBound)
      }
      if let open = enclosing(tokens) {
        let close = source.tokens[Int(brackets.partner[open])].range
        wider = min(wider.lowerBound, source.tokens[open].range.lowerBound)..<max(wider.upperBound, close.upperBound)
      }
      wider = wholeLines(wider)
      if wider == region { return region }
      region = wider
    }
  }

  /// The lines of an edit in a parameter list that has conditions of the driver's own between its lines: another one may
  /// stand beside them. Not so in a call, whose name may be a macro's.
  private func lines(ofParameters range: Range<Int>) -> Range<Int>? {
    guard isAtFileScope(range.lowerBound) else { return nil }
    let region = wholeLines(range)
    let tokens = source.firstToken(endingAfter: region.lowerBound)..<source.firstToken(endingAfter: region.upperBound)
    guard !tokens.isEmpty, !tokens.contains(where: { source.tokens[$0].isDirective }) else { return nil }
    return region
  }

  private func isRound(_ index: Int) -> Bool {
    [punctuation("("), punctuation(")"), punctuation("["), punctuation("]")].contains(source.tokens[index].punctuation)
  }

  /// The innermost parenthesis that is open before the tokens and closed behind them.
  private func enclosing(_ tokens: Range<Int>) -> Int? {
    var index = tokens.lowerBound - 1
    while index >= 0 {
      let token = source.tokens[index]
      let partner = Int(brackets.partner[index])
      if token.punctuation == punctuation("(") || token.punctuation == punctuation("["), partner >= tokens.upperBound {
        return index
      }
      // A parenthesis never reaches out of a function or over a preprocessor line's macro body.
      if token.punctuation == punctuation("{"), partner >= tokens.upperBound || partner < 0 { return nil }
      index = partner >= 0 && partner < index ? partner - 1 : index - 1
    }
    return nil
  }

  /// Bytes of the `#define` or `#include` line (with its continuations) of a token; nil for conditionals.
  private func directive(holding index: Int) -> Range<Int>? {
    var start = index
    while start > 0, !(source.tokens[start].startsLine && source.tokens[start].punctuation == punctuation("#")) {
      start -= 1
    }
    guard start + 1 < source.tokens.count else { return nil }
    let word = source.tokens[start + 1]
    guard ["define", "undef", "include", "pragma", "error", "warning"].contains(source.spelling(word)) else {
      return nil
    }
    var end = start + 1
    while end < source.tokens.count, source.tokens[end].isDirective,
      !(source.tokens[end].startsLine && source.tokens[end].punctuation == punctuation("#"))
    {
      end += 1
    }
    return source.tokens[start].range.lowerBound..<source.tokens[end - 1].range.upperBound
  }

  private func wholeLines(_ range: Range<Int>) -> Range<Int> {
    let first = lines.range(ofLine: lines.line(of: range.lowerBound)).lowerBound
    if range.isEmpty, range.lowerBound == first { return range }
    let last = lines.range(ofLine: lines.line(of: max(range.lowerBound, range.upperBound - 1))).upperBound
    return first..<max(first, last)
  }
}
