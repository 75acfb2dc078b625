// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

extension Proposer {
  /// The files as the target's preprocessor reads them.
  func activeCodes(
    _ files: [String: SourceText]
  ) -> (texts: [String: SourceText], codes: [String: Code], spellings: Spellings) {
    var spellings = Spellings()
    let texts = Dictionary(
      uniqueKeysWithValues: files.map { ($0, ActiveText.of($1, inactive: inactive[$0] ?? [])) })
    let codes = texts.mapValues { Code($0, &spellings) }
    return (texts, codes, spellings)
  }
}
