// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import KernelModel

extension LearnedRule {
  /// A rule that follows from what is declared or told, and from no example: it has no place that speaks for or against
  /// it.
  static func declared(
    _ id: String, for symbol: String, _ kind: Rule.Kind, _ span: Span, _ left: String, _ right: String,
    summary: String, introduces: [String] = []
  ) -> LearnedRule {
    let rule = Rule(
      id: id, symbol: symbol, kind: kind, smpl: "", summary: summary, support: 0, confidence: 1, opportunities: 0,
      examples: [], replay: Rule.Replay(reproduced: 0, tried: 0), introduces: introduces, flags: [])
    return LearnedRule(rule: rule, span: span, left: left, right: right, evidence: Evidence(places: []))
  }
}
