// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What `kmend rules --json` prints (schema `kmend-rules-1`, described in README.md).
package struct RulesReport: Codable, Sendable {
  package var schema = "kmend-rules-1"
  package var symbol: String
  package var source: RulesSource
  /// First declaration in each tree; nil where there is none, or no tree.
  package var before: String?
  package var after: String?
  /// In-tree files whose use of the symbol was converted.
  package var converted: Int
  /// The best first.
  package var rules: [Rule]
  /// Lines of Makefiles and the like that lost the symbol, with what took their place.
  package var buildLines: [Rule.Example]

  init(
    symbol: String, source: RulesSource, before: String?, after: String?, converted: Int, rules: [Rule],
    buildLines: [Rule.Example]
  ) {
    (self.symbol, self.source, self.before, self.after) = (symbol, source, before, after)
    (self.converted, self.rules, self.buildLines) = (converted, rules, buildLines)
  }

  /// The rules as one file for spatch(1), those that SmPL can say.
  package var semanticPatch: String {
    let head = "// \(symbol): learned from \(source.title)\n"
    return head
      + rules.filter { !$0.smpl.isEmpty }.map { rule in
        let files = rule.examples.map { "//   \($0.site)\n" }.joined()
        return
          "\n// \(rule.support) in-tree files, right at \(rule.replay.reproduced) of \(rule.replay.tried) held out\n"
          + files + rule.smpl + (rule.smpl.hasSuffix("\n") ? "" : "\n")
      }.joined()
  }
}
