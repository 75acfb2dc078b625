// SPDX-License-Identifier: GPL-2.0-or-later

/// How a rule stands at one place, from what the tree shows and before anybody looks at what comes of it.
package struct Grade: Codable, Hashable, Sendable {
  /// Share of the in-tree places in the same context that were converted so; the rule's overall share, halved, where the
  /// tree shows no place of that context.
  package var share: Double
  /// Rank among the rules that match there, 0…1: the share's lower limit, less for few files and for doubts. It orders
  /// rules; how often it is right is what `Calibration` measures.
  package var score: Double
  /// The tree shows the rule in such a context.
  package var isContextKnown: Bool

  package init(share: Double, score: Double, isContextKnown: Bool) {
    (self.share, self.score, self.isContextKnown) = (share, score, isContextKnown)
  }

  init(_ evidence: Evidence, in context: Context, support: Int, doubt: Confidence.Doubt) {
    let count = evidence.count(in: context)
    isContextKnown = count.opportunities > 0
    let shown = isContextKnown ? count : evidence.total
    let part = (isContextKnown ? 1 : 0.5) * evidence.removals
    share = Evidence.share(shown) * part
    score = Confidence.score(shown, support: support, doubt: doubt) * part
  }
}
