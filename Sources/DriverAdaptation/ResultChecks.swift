// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// The checks of results that a conversion tells errors by in another way: `if (!x)` that became `if (IS_ERR(x))`.
struct ResultChecks: TokenPlaces {
  let file: String
  /// What the new kernel compiles.
  let code: Code

  init(file: String, text: SourceText, inactive: [ClosedRange<Int>]) {
    var spellings = Spellings()
    self.init(file: file, code: Code(ActiveText.of(text, inactive: inactive), &spellings))
  }

  init(file: String, code: Code) { (self.file, self.code) = (file, code) }

  /// The edit that makes the check behind a call follow, or what a person should look at; nothing where it is the new one.
  ///
  /// - Parameter offset: a byte of the call.
  func follow(_ check: ResultCheck, at offset: Int, _ site: Site, rule: String) -> (edits: [Edit], flag: Flag?) {
    let token = code.source.firstToken(endingAfter: offset)
    guard let unit = code.unit(holding: token) else { return ([], nil) }
    let found = CheckedResult(of: unit, in: code)
    if let found, found.text == check.new { return ([], nil) }
    if check.isSure, let found, check.old.contains(found.text) {
      let object = code.source.text[start(found.object.lowerBound)..<end(found.object.upperBound - 1)]
      let text = check.text(for: String(decoding: object, as: UTF8.self))
      let range = start(found.tokens.lowerBound)..<end(found.tokens.upperBound - 1)
      return ([Edit(file: file, range: range, replacement: text, rule: rule)], nil)
    }
    let shown = check.text(for: "E0")
    return (
      [],
      Flag(
        .valueUsed,
        "\(site): the check of the result became `\(shown)` in \(check.support) of \(check.files) in-tree files, and not here"
      )
    )
  }
}
