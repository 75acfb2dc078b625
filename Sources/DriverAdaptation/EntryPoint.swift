// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// The rule for a function whose bare name Kbuild's tools no longer take, and which they tell how to announce:
/// `start(): … use announce(fn) instead`.
package enum EntryPoint {
  /// Nil where the message gives no advice.
  static func rule(for found: Break) -> LearnedRule? {
    let announcer = found.after.flatMap { $0.kind == .macro ? $0.name : nil }
    guard found.kind == .buildRule, !found.symbol.isEmpty, let macro = announcer ?? advice(found.message)
    else { return nil }
    let new = "\(NameClash.prefix(ofFile: found.site.file))_\(found.symbol)"
    return .declared(
      "entry_\(found.symbol)", for: found.symbol, .rename, .entry, found.symbol, new,
      summary: "`\(found.symbol)` → `\(new)`, announced by `\(macro)(\(new));`", introduces: [macro])
  }

  /// `NAME` in `use NAME(fn) instead`; nil where a message gives no such advice.
  package static func announcer(in message: String) -> String? {
    let words = message.split(separator: " ")
    for (word, next) in zip(words, words.dropFirst()) where word == "use" {
      guard let open = next.firstIndex(of: "("), next.hasSuffix(")"), case let name = next[..<open], !name.isEmpty,
        name.utf8.allSatisfy(CompatText.isWord)
      else { continue }
      return String(name)
    }
    return nil
  }

  /// The advice, where the sentence is about the very function: one tool says the same of another one.
  private static func advice(_ message: String) -> String? {
    let words = message.split(separator: " ")
    guard let first = words.first, words.dropFirst().contains(where: { "\($0):" == first }) else { return nil }
    return announcer(in: message)
  }

  /// The new name everywhere, and the announcement behind the function, which nobody else has to know then.
  static func edits(_ rule: LearnedRule, _ files: [String: SourceText]) -> [Edit] {
    var edits = NameClash.edits(rule, files)
    guard !edits.isEmpty, let macro = rule.rule.introduces.first else { return [] }
    let isOnlyDefined = edits.count == 1
    for (file, text) in files.sorted(by: { $0.key < $1.key }) {
      var spellings = Spellings()
      let code = Code(text, &spellings)
      for function in code.functions where code.source.spelling(code.tokens[function.name]) == rule.left {
        let lines = LineTable(text)
        if isOnlyDefined, !function.head.contains(where: { Keyword(rawValue: code.words[$0]) == .static }) {
          let start = Int(code.tokens[function.head.lowerBound].start)
          edits.append(Edit(file: file, range: start..<start, replacement: "static ", rule: rule.rule.id))
        }
        let end = Int(code.tokens[function.body.upperBound - 1].end)
        let offset = lines.range(ofLine: lines.line(of: end - 1)).upperBound
        let lineEnd = CompatText.lineEnd(text)
        let glue = text[offset - 1] == 0x0A ? "" : lineEnd
        edits.append(
          Edit(
            file: file, range: offset..<offset, replacement: "\(glue)\(macro)(\(rule.right));\(lineEnd)",
            rule: rule.rule.id))
      }
    }
    return edits
  }
}
