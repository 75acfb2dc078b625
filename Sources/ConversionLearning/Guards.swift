// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Reasons to look before a rule is applied, whatever the site.
struct Guards {
  let symbol: SoughtSymbol
  let template: Template
  let support: Int
  let confidence: Double
  let examples: [Rule.Example]
  let coChanges: [String]

  var flags: [Flag] {
    var flags: [Flag] = []
    let old = Summary.shown(template.left)
    if confidence < Confidence.sure {
      let percent = Int((confidence * 100).rounded())
      flags.append(Flag(.lowConfidence, "`\(old)`: the tree does so in \(percent) % of the places"))
    }
    if support < 3 {
      let files = support == 1 ? "one in-tree file shows" : "\(support) in-tree files show"
      flags.append(Flag(.fewExamples, "`\(old)`: \(files) what becomes of it"))
    }
    for name in coChanges {
      flags.append(Self.coChange(name))
    }
    if template.right.isEmpty, support < 3 {
      flags.append(Flag(.deletion, "`\(old)` is deleted with few examples"))
    }
    if !template.right.isEmpty, template.lost > 0 {
      flags.append(Flag(.argumentLost, "a part of `\(old)` is dropped"))
    }
    for literal in newLiterals where support < 2 {
      flags.append(Flag(.literal, "`\(literal)` comes from a single example"))
    }
    return flags
  }

  static func coChange(_ name: String) -> Flag {
    Flag(.coChange, "`\(name)` appears in most files converted this way, and not in this edit")
  }

  /// The name that such a flag speaks of.
  static func coChanged(_ flag: Flag) -> String? {
    let parts = flag.detail.split(separator: "`", omittingEmptySubsequences: false)
    return flag.reason == .coChange && parts.count > 1 ? String(parts[1]) : nil
  }

  /// Strings and numbers of the right side that the left side does not have.
  private var newLiterals: [String] {
    let left = LexedSource(template.left)
    let known = Set(left.tokens.map { left.spelling($0) })
    let right = LexedSource(template.right)
    return right.tokens.filter { $0.kind == .string || $0.kind == .number || $0.kind == .character }
      .map { right.spelling($0) }.filter { !known.contains($0) }
  }
}

/// A rule in one line for people.
enum Summary {
  static func text(_ template: Template, with companion: Companion? = nil) -> String {
    let end = template.span == .statement ? ";" : ""
    let right = template.right.isEmpty ? "(deleted)" : "`\(shown(template.right))\(end)`"
    let setting =
      template.absorption.map { " E\($0.object)->\($0.field) = E\($0.value);" } ?? ""
    let more = companion.map { ", with `\(shown($0.text));`" } ?? ""
    return "`\(shown(template.left))\(end)\(setting)` → \(right)\(more)"
  }

  /// Metavariables as the semantic patch names them.
  static func shown(_ pattern: String) -> String { pattern.replacing(Pattern.mark, with: "E") }
}
