// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// The checks of results that a conversion tells errors by in another way: `if (!x)` that became `if (is_bad(x))`.
struct ResultChecks: TokenPlaces {
  /// What becomes of the check behind one call.
  struct Followed {
    /// Nil where nothing is to be done, or nothing can be.
    var edit: Edit?
    /// Bytes of the condition that is edited.
    var unit: Range<Int>?
    /// What a person should look at.
    var flag: Flag?
  }

  let file: String
  /// What the new kernel compiles.
  let code: Code

  init(file: String, text: SourceText, inactive: [ClosedRange<Int>]) {
    var spellings = Spellings()
    self.init(file: file, code: Code(ActiveText.of(text, inactive: inactive), &spellings))
  }

  init(file: String, code: Code) { (self.file, self.code) = (file, code) }

  /// - Parameter offset: a byte of the call.
  func follow(_ check: ResultCheck, at offset: Int, _ site: Site, rule: String) -> Followed {
    let token = code.source.firstToken(endingAfter: offset)
    guard let unit = code.unit(holding: token) else { return Followed() }
    let found = CheckedResult(of: unit, in: code)
    if let found, found.text == check.new { return Followed() }
    guard check.isSure, let found, check.old.contains(found.text) else {
      let count = "\(check.support) of \(check.files) in-tree files"
      return Followed(
        flag: Flag(
          .valueUsed,
          "\(site): the check of the result became `\(check.text(for: "E0"))` in \(count), and not here"))
    }
    let object = code.spelled(found.object)
    let range = start(found.tokens.lowerBound)..<end(found.tokens.upperBound - 1)
    let whole = code.units[found.unit].tokens
    var followed = Followed(
      edit: Edit(file: file, range: range, replacement: check.text(for: text(found.object)), rule: rule),
      unit: start(whole.lowerBound)..<end(whole.upperBound - 1))
    if isAskedAgain(found) {
      followed.flag = Flag(
        .valueUsed,
        "\(site): `\(object)` is asked for elsewhere, too; errors are told by `\(check.text(for: object))` now")
    }
    return followed
  }

  private func text(_ tokens: Range<Int>) -> String {
    String(decoding: code.source.text[start(tokens.lowerBound)..<end(tokens.upperBound - 1)], as: UTF8.self)
  }

  /// Another condition names the variable, of a field of any structure its name.
  private func isAskedAgain(_ found: CheckedResult) -> Bool {
    let word = code.words[found.object.upperBound - 1]
    let isField = found.object.count > 1
    let function = code.function(holding: found.object.lowerBound)
    return code.units.indices.contains { unit in
      let tokens = code.units[unit].tokens
      guard code.units[unit].kind == .control, unit != found.unit,
        isField || (unit > found.unit && function?.body.contains(tokens.lowerBound) ?? false)
      else { return false }
      return tokens.contains { code.words[$0] == word && code.isMember($0) == isField }
    }
  }
}
