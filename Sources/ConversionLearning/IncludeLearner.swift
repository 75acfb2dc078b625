// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// What takes the place of a header: the difference of the include lines of each file that lost it.
enum IncludeLearner {
  static func rules(
    for symbol: SoughtSymbol, from conversions: [Conversion], near nearness: Nearness
  ) -> [LearnedRule] {
    var files: [String: (old: Set<String>, new: Set<String>, line: Int)] = [:]
    var commits: [String: CommitName] = [:]
    for conversion in conversions {
      let old = headers(conversion.oldText)
      let new = headers(conversion.newText)
      let line = old.first { $0.name == symbol.name }.map { conversion.oldStart + $0.line - 1 }
      var file = files[conversion.path] ?? ([], [], 0)
      file.old.formUnion(old.map(\.name))
      file.new.formUnion(new.map(\.name))
      file.line = line ?? file.line
      if line != nil { commits[conversion.path] = conversion.commit }
      files[conversion.path] = file
    }
    let losing = files.filter { $0.value.old.contains(symbol.name) && !$0.value.new.contains(symbol.name) }
    var gained: [String: [String]] = [:]
    for (path, file) in losing {
      // A file that has the successor already just drops the line: nothing is learned from the rest of its changes.
      for header in file.new.subtracting(file.old) { gained[header, default: []].append(path) }
    }
    let silent = losing.filter { $0.value.new.isSubset(of: $0.value.old) }.map(\.key)
    if !silent.isEmpty { gained[""] = silent }
    var rules = gained.map { header, files in
      var rule = rule(symbol, header, nearness.sorted(files), losing.mapValues(\.line))
      var seen: Set<CommitName> = []
      rule.rule.commits = files.sorted().compactMap { commits[$0] }.filter { seen.insert($0).inserted }
      return rule
    }
    rules.sort {
      ($0.rule.support, $0.isDeletion ? 0 : 1, $1.right) > ($1.rule.support, $1.isDeletion ? 0 : 1, $0.right)
    }
    return rules.prefix(6).enumerated().map { index, rule in
      var rule = rule
      rule.rule.id = "include_\(SemanticPatch.stem(symbol.name))-\(index + 1)"
      rule.rule.smpl = SemanticPatch(rule, symbol: symbol).text
      return rule
    }
  }

  private static func rule(
    _ symbol: SoughtSymbol, _ header: String, _ sources: [String], _ losing: [String: Int]
  ) -> LearnedRule {
    let share = Double(sources.count) / Double(losing.count)
    let after = header.isEmpty ? "" : "#include <\(header)>"
    let examples = sources.prefix(Rule.exampleLimit).map {
      Rule.Example(site: Site(file: $0, line: losing[$0] ?? 0), before: "#include <\(symbol.name)>", after: after)
    }
    // Each file held out in turn: the others must show the rule.
    let replay = Rule.Replay(
      reproduced: sources.count > 1 ? sources.count : 0,
      tried: sources.count > 1 ? losing.count : losing.count - sources.count)
    var flags: [Flag] = []
    // The compiler proves that the driver reaches what it needs: most files are enough to say from where.
    if share < 0.5 {
      let percent = Int((share * 100).rounded())
      flags.append(Flag(.lowConfidence, "<\(symbol.name)>: the tree does so in \(percent) % of the files"))
    }
    if sources.count < 3 {
      flags.append(Flag(.fewExamples, "<\(symbol.name)>: in-tree files that show it: \(sources.count)"))
    }
    let summary = "`#include <\(symbol.name)>` → " + (header.isEmpty ? "(deleted)" : "`\(after)`")
    let context = Context(use: .other, shapes: [], next: "")
    let reproduced = Array(repeating: Evidence.Place(context: context, reproduced: true), count: sources.count)
    let others = Array(
      repeating: Evidence.Place(context: context, reproduced: false), count: losing.count - sources.count)
    return LearnedRule(
      rule: Rule(
        id: "", symbol: symbol.name, kind: .include, smpl: "", summary: summary, support: sources.count,
        confidence: share, opportunities: losing.count, examples: Array(examples), replay: replay,
        introduces: header.isEmpty ? [] : [header], flags: flags), span: .include, left: symbol.name, right: header,
      before: [], evidence: Evidence(places: reproduced + others, removals: 1), free: [])
  }

  /// Headers in angle brackets with their lines from 1.
  private static func headers(_ text: String) -> [(name: String, line: Int)] {
    let source = LexedSource(text)
    let lines = LineTable(source.text)
    return source.tokens.filter { $0.kind == .headerName }.map { token in
      (String(source.spelling(token).dropFirst().dropLast()), lines.line(of: Int(token.start)))
    }
  }
}
