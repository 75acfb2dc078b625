// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// What an in-tree function became, in a function of the driver that says the same wherever it changed.
enum TakenOver {
  /// The edits of one function, and the conversion that they follow; nil where the rule knows none that fits.
  static func edits(
    _ rule: LearnedRule, _ function: Function, _ file: String, _ code: Code
  ) -> (FunctionConversion, [Edit])? {
    let name = code.source.spelling(code.tokens[function.name])
    // Whoever copies a function keeps its name; all others are too many to hold against each.
    for conversion in rule.functions where conversion.name == name {
      guard let found = conversion.replacements(in: function, code) else { continue }
      let line = LineTable(code.source.text).line(of: Int(code.tokens[function.name].start))
      var edits = found.map { Edit(file: file, range: $0.range, replacement: $0.text, rule: rule.rule.id) }
      edits += conversion.headers.compactMap { header in
        // What this kernel does not compile is blank here.
        Includes(file: file, code: code).add(header, rule: rule.rule.id, use: line) { _ in true }
      }
      return (conversion, edits)
    }
    return nil
  }
}

extension Proposer {
  /// Where nothing else fits: functions with a break that the tree has as well.
  func takeOver(_ files: [String: SourceText], _ proposal: inout Proposal) {
    guard let rule = rules.first(where: { $0.span == .function }) else { return }
    let (active, codes, _) = activeCodes(files)
    var taken: [FunctionConversion] = []
    var edits: [Edit] = []
    var seen: Set<Edit> = []
    for file in lines.keys.sorted() {
      guard let code = codes[file] else { continue }
      let table = LineTable(code.source.text)
      for function in code.functions {
        let own =
          table.line(
            of: Int(code.tokens[function.head.lowerBound].start))...table.line(
            of: Int(code.tokens[function.body.upperBound - 1].start))
        guard lines[file]?.contains(where: { own.contains($0) }) ?? false,
          let (conversion, found) = TakenOver.edits(rule, function, file, code)
        else { continue }
        taken.append(conversion)
        edits += found.filter { seen.insert($0).inserted }
      }
    }
    guard !edits.isEmpty else { return }
    proposal.edits = edits
    proposal.uses = [(rule.told(of: taken), edits.count)]
    proposal.uses[0].rule.rule.flags.forEach { proposal.flag($0) }
    proposal.units = nil
    proposal.removeEdits(onBlanksOf: active)
  }
}

extension LearnedRule {
  /// The rule as far as these functions go.
  func told(of functions: some Sequence<FunctionConversion>) -> LearnedRule {
    var told = self
    told.functions = functions.sorted { ($0.site, $0.name) < ($1.site, $1.name) }
    let files = Set(told.functions.map(\.site.file))
    guard !files.isEmpty else { return told }
    (told.rule.support, told.rule.opportunities) = (files.count, files.count)
    told.rule.examples = told.functions.prefix(Rule.exampleLimit).map(\.example)
    let names = told.functions.map { "\($0.name)() as a whole" }.joined(separator: ", ")
    told.rule.summary = span == .function ? names : "\(told.rule.summary), \(names)"
    told.rule.flags += told.functions.map { twin in
      Flag(
        .fewExamples, "\(twin.name)() was converted as a whole, as the one in \(twin.site.file) that says the same")
    }
    return told
  }
}
