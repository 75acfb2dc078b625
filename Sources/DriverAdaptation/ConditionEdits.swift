// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// Lets a condition that asks whether the kernel has a macro ask for the macro's successor as well.
enum ConditionEdits {
  /// The rules that name a successor, as rules for conditions; best first.
  static func rules(_ learned: [LearnedRule]) -> [LearnedRule] {
    var seen: Set<String> = []
    return learned.compactMap { rule in
      guard [.expression, .identifier, .statement].contains(rule.span), !rule.isDefinition,
        let old = head(rule.left), old == rule.rule.symbol, let new = head(rule.right), new != old,
        seen.insert(new).inserted
      else { return nil }
      var condition = rule
      condition.rule.id = "condition_\(rule.rule.id)"
      condition.rule.smpl = ""
      condition.rule.summary = "`defined(\(old))` → `defined(\(old)) || defined(\(new))`"
      condition.rule.introduces = [new]
      (condition.span, condition.left, condition.right) = (.condition, old, new)
      return condition
    }
  }

  static func edits(_ rule: LearnedRule, _ files: [String: SourceText], lines: [String: Set<Int>]) -> [Edit] {
    let tests = TestedMacros(files)
    return lines.keys.sorted().flatMap { file -> [Edit] in
      guard let text = files[file] else { return [] }
      return tests.all(in: file).filter { $0.name == rule.left && lines[file]!.contains($0.line) }.map { test in
        let own = String(decoding: text[test.range], as: UTF8.self)
        let both = { (mark: String, glue: String) in
          "\(mark)defined(\(rule.left)) \(glue) \(mark)defined(\(rule.right))"
        }
        let new =
          own.hasPrefix("defined")
          ? "(\(both("", "||")))"
          : own.contains("ifndef")
            ? "#if " + both("!", "&&")
            : "#if " + both("", "||")
        return Edit(file: file, range: test.range, replacement: new, rule: rule.rule.id)
      }
    }
  }

  /// `name` of `name`, `name(…)` and `name(…);`.
  private static func head(_ text: String) -> String? {
    let name = text.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    guard !name.isEmpty else { return nil }
    var depth = 0
    for (index, character) in zip(text.indices, text).dropFirst(name.count) {
      if character == "(" { depth += 1 } else if character == ")" { depth -= 1 }
      if depth == 0, character != ";", text.index(after: index) != text.endIndex,
        text[text.index(after: index)...] != ";"
      {
        return nil
      }
    }
    return String(name)
  }
}
