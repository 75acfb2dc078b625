// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// Turns an application of a rule into edits that touch only the tokens that differ.
struct Rewriter: TokenPlaces {
  let file: String
  let code: Code
  private let text: SourceText
  private let lines: LineTable

  init(file: String, code: Code) {
    (self.file, self.code, text) = (file, code, code.source.text)
    lines = LineTable(code.source.text)
  }

  /// Nil where the place can't be edited without harm.
  func edits(_ application: Application) -> [Edit]? {
    let id = application.rule.rule.id
    guard var edits = ownEdits(application) else { return nil }
    for consequence in application.consequences {
      guard let more = self.edits(consequence, id) else { return nil }
      edits += more
    }
    if let unit = application.absorbed {
      guard let removal = removeUnit(unit, id) else { return nil }
      edits += removal
    }
    if let token = application.unused, let unit = code.unit(holding: token), isSoleDeclaration(unit, of: token) {
      edits += removeUnit(unit, id) ?? []
    }
    if let statement = application.companion {
      let insertion = StatementInsertion(file: file, code: code).edit(statement, behind: application.unit, rule: id)
      guard let insertion else { return nil }
      edits.append(insertion)
    }
    return edits
  }

  /// The same for a change beside a rule's own place.
  func edits(_ consequence: Consequence, _ rule: String) -> [Edit]? {
    replace(consequence.tokens, with: consequence.output, unit: consequence.unit, rule)
  }

  /// `int r;` and nothing more.
  private func isSoleDeclaration(_ unit: Int, of token: Int) -> Bool {
    let tokens = code.units[unit].tokens
    return StatementInsertion.isDeclaration(unit, code) && tokens.upperBound == token + 1
      && !tokens.contains { code.tokens[$0].punctuation == 0x2C || code.tokens[$0].punctuation == 0x3D }
  }

  private func ownEdits(_ application: Application) -> [Edit]? {
    let id = application.rule.rule.id
    switch application.rule.span {
    case .operand: return removeOperand(application.tokens, id)
    case .statement, .element:
      if application.output.isEmpty { return removeUnit(application.unit, id) }
      return replace(application.tokens, with: application.output, unit: application.unit, id)
    case .identifier, .expression:
      return replace(application.tokens, with: application.output, unit: application.unit, id)
    case .include, .prototype, .namespace, .recovery, .clash, .entry, .condition, .copy, .gathering, .retyping,
      .function:
      return nil
    }
  }

  private func edit(_ range: Range<Int>, _ replacement: String, _ rule: String) -> Edit {
    Edit(file: file, range: range, replacement: replacement, rule: rule)
  }

  private func removeOperand(_ tokens: Range<Int>, _ rule: String) -> [Edit]? {
    let bar: UInt32 = 0x7C
    if tokens.lowerBound > 1, code.tokens[tokens.lowerBound - 1].punctuation == bar {
      return [edit(end(tokens.lowerBound - 2)..<end(tokens.upperBound - 1), "", rule)]
    }
    guard tokens.upperBound + 1 < code.tokens.count, code.tokens[tokens.upperBound].punctuation == bar else {
      return nil
    }
    return [edit(start(tokens.lowerBound)..<start(tokens.upperBound + 1), "", rule)]
  }

  /// Takes a statement or an element away, with its line where it stands alone.
  func removeUnit(_ index: Int, _ rule: String) -> [Edit]? {
    let unit = code.units[index]
    // The only statement of an `if` or a loop: what follows would become its body.
    if unit.kind == .statement, code.isCommanded(index) { return nil }
    guard !unit.tokens.isEmpty else { return nil }
    var range = start(unit.tokens.lowerBound)..<end(unit.end - 1)
    let first = lines.range(ofLine: lines.line(of: range.lowerBound)).lowerBound
    let last = lines.range(ofLine: lines.line(of: range.upperBound - 1)).upperBound
    if isBlank(first..<range.lowerBound), isBlankOrComment(range.upperBound..<last) {
      return [edit(first..<last, "", rule)]
    }
    let isSpace: (Int) -> Bool = { [0x20, 0x09].contains(text[$0]) }
    if !unit.hasTerminator, unit.kind == .element, index > 0, code.units[index - 1].hasTerminator {
      range = end(code.units[index - 1].tokens.upperBound - 1)..<range.upperBound
    } else {
      var stop = range.upperBound
      while stop < text.count, isSpace(stop) { stop += 1 }
      range = range.lowerBound..<stop
    }
    return [edit(range, "", rule)]
  }

  private func isSpaces(_ range: Range<Int>) -> Bool { text[range].allSatisfy { $0 == 0x20 || $0 == 0x09 } }

  private func isBlankOrComment(_ range: Range<Int>) -> Bool {
    var offset = range.lowerBound
    for comment in code.source.trivia where comment.kind == .comment && range.contains(Int(comment.start)) {
      guard isBlank(offset..<Int(comment.start)), Int(comment.end) <= range.upperBound else { return false }
      offset = Int(comment.end)
    }
    return isBlank(offset..<range.upperBound)
  }

  /// Rewrites the runs of tokens that differ.
  private func replace(_ tokens: Range<Int>, with new: [OutputToken], unit: Int, _ rule: String) -> [Edit]? {
    let old = Array(tokens)
    let spelled = new.map { $0.origin >= 0 ? code.source.bytes(code.tokens[$0.origin]) : ArraySlice($0.text.utf8) }
    let kept = Sequences.best(old.count, new.count) { left, right in
      if new[right].origin == old[left] { return 4 }
      return code.source.bytes(code.tokens[old[left]]).elementsEqual(spelled[right]) ? 1 : 0
    }
    var edits: [Edit] = []
    var (lastOld, lastNew) = (0, 0)
    for (left, right) in kept + [(old.count, new.count)] {
      if lastOld < left || lastNew < right {
        guard let text = rendered(new[lastNew..<right], spelled[lastNew..<right]) else { return nil }
        edits.append(
          run(
            old, lastOld..<left, text, isFirstSpaced: lastNew < right && new[lastNew].spaceBefore,
            nextIsSpaced: right < new.count && new[right].spaceBefore, rule))
      }
      (lastOld, lastNew) = (left + 1, right + 1)
    }
    return edits
      + Indentation(code: code, lines: lines).shifts(for: edits, in: code.units[unit], file, rule)
  }

  private func rendered(_ tokens: ArraySlice<OutputToken>, _ spelled: ArraySlice<ArraySlice<UInt8>>) -> String? {
    var bytes: [UInt8] = []
    for (index, token) in zip(tokens.indices, tokens) {
      if index > tokens.startIndex, isSpaced(token, after: index > tokens.startIndex ? tokens[index - 1] : nil) {
        bytes.append(0x20)
      }
      bytes += spelled[index]
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// Old tokens keep the spacing that they had; new ones have the style's.
  private func isSpaced(_ token: OutputToken, after previous: OutputToken?) -> Bool {
    if token.origin > 0, let previous, previous.origin == token.origin - 1 {
      return start(token.origin) > end(token.origin - 1)
    }
    return token.spaceBefore
  }

  /// One run: `olds` are the tokens that go, `text` is what comes.
  private func run(
    _ old: [Int], _ olds: Range<Int>, _ text: String, isFirstSpaced: Bool, nextIsSpaced: Bool, _ rule: String
  ) -> Edit {
    if !olds.isEmpty, !text.isEmpty {
      var range = start(old[olds.lowerBound])..<end(old[olds.upperBound - 1])
      var text = text
      if olds.lowerBound > 0 {
        let before = end(old[olds.lowerBound - 1])..<range.lowerBound
        if before.isEmpty, isFirstSpaced { text = " " + text }
        if !isFirstSpaced, isSpaces(before) { range = before.lowerBound..<range.upperBound }
      }
      if olds.upperBound < old.count {
        let behind = range.upperBound..<start(old[olds.upperBound])
        if behind.isEmpty, nextIsSpaced { text += " " }
        if !nextIsSpaced, isSpaces(behind) { range = range.lowerBound..<behind.upperBound }
      }
      return edit(range, text, rule)
    }
    if olds.isEmpty {
      // An insertion between two tokens that stay.
      if olds.lowerBound > 0 {
        let after = end(old[olds.lowerBound - 1])
        let next = olds.lowerBound < old.count ? start(old[olds.lowerBound]) : after
        let gap = next > after
        if gap, !isFirstSpaced { return edit(after..<after, text, rule) }
        if gap { return edit(next..<next, text + (nextIsSpaced ? " " : ""), rule) }
        return edit(after..<after, (isFirstSpaced ? " " : "") + text + (nextIsSpaced ? " " : ""), rule)
      }
      let at = start(old[0])
      return edit(at..<at, text + (nextIsSpaced ? " " : ""), rule)
    }
    // A deletion: the space goes with it on the side where nothing needs it.
    let (first, last) = (old[olds.lowerBound], old[olds.upperBound - 1])
    let closes =
      olds.upperBound < old.count && [0x29, 0x5D, 0x2C, 0x3B].contains(code.tokens[old[olds.upperBound]].punctuation)
    if closes || olds.upperBound == old.count, olds.lowerBound > 0 { return edit(end(first - 1)..<end(last), "", rule) }
    if olds.upperBound < old.count { return edit(start(first)..<start(old[olds.upperBound]), "", rule) }
    return edit(start(first)..<end(last), "", rule)
  }
}
