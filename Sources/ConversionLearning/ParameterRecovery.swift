// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// How in-tree functions that lost a parameter came by its value: `id = client_id(client);`.
package enum ParameterRecovery {
  private static let leastFiles = 3

  /// - Parameters:
  ///   - type: the spellings of the parameter's type.
  ///   - conversions: places where the type's name was lost.
  ///   - declares: whether the new tree declares a name.
  /// - Returns: the rule that most files follow, its right side an expression in which `¤k` is the function's `k`-th
  ///   parameter; nil where too few do.
  package static func rule(
    type: [String], from conversions: [Conversion], near nearness: Nearness, declares: (String) -> Bool
  ) -> LearnedRule? {
    var files: [String: Set<String>] = [:]
    var examples: [String: [String: Rule.Example]] = [:]
    var all: Set<String> = []
    for conversion in conversions {
      var spellings = Spellings()
      let window = Window(conversion, &spellings)
      for (expression, example) in recoveries(type, window, declares, &all) {
        files[expression, default: []].insert(window.path)
        examples[expression, default: [:]][window.path] = example
      }
    }
    let best = files.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
    guard let best, best.value.count >= leastFiles else { return nil }
    let shown = nearness.sorted(best.value).prefix(Rule.exampleLimit).compactMap { examples[best.key]?[$0] }
    let total = files.values.reduce(into: Set<String>()) { $0.formUnion($1) }.count
    let rule = Rule(
      id: "recover_\(SemanticPatch.stem(type.last { $0 != "*" } ?? ""))", symbol: type.joined(separator: " "),
      kind: .declaration, smpl: "", summary: "`\(Summary.shown(best.key))`", support: best.value.count,
      confidence: Double(best.value.count) / Double(max(1, total)), opportunities: total, examples: shown,
      replay: .init(reproduced: 0, tried: 0), introduces: [], flags: [])
    return LearnedRule(
      rule: rule, span: .recovery, left: type.joined(separator: " "), right: best.key, evidence: Evidence(places: []))
  }

  /// For each function of the window that lost such a parameter and gained a variable of its type: what that is set to.
  private static func recoveries(
    _ type: [String], _ window: Window, _ declares: (String) -> Bool, _ losing: inout Set<String>
  ) -> [(String, Rule.Example)] {
    var found: [(String, Rule.Example)] = []
    for old in window.old.functions {
      let word = window.old.words[old.name]
      guard let new = window.new.functions.first(where: { window.new.words[$0.name] == word }),
        Self.parameter(of: type, in: old, window.old) != nil, Self.parameter(of: type, in: new, window.new) == nil
      else { continue }
      losing.insert(window.path)
      let parameters = Self.parameterNames(new, window.new)
      for unit in window.new.units.indices where window.oldUnit[unit] < 0 {
        let tokens = window.new.units[unit].tokens
        guard window.new.units[unit].kind == .statement, new.body.contains(tokens.lowerBound),
          let value = Self.value(of: type, tokens, window.new)
        else { continue }
        let words = value.map { token -> String? in
          let spelled = window.new.source.spelling(window.new.tokens[token])
          let before = window.new.tokens[token - 1].punctuation
          let isField = before == punctuation("->") || before == punctuation(".")
          guard window.new.tokens[token].kind == .identifier, !isField else { return spelled }
          if let number = parameters.firstIndex(of: spelled) { return "\(Pattern.mark)\(number)" }
          return declares(spelled) ? spelled : nil
        }
        guard !words.contains(where: { $0 == nil }) else { continue }
        let expression = Template.canonical(words.compactMap { $0 }.joined(separator: " "))
        let line = window.start + LineTable(window.old.source.text).line(of: Int(window.old.tokens[old.name].start)) - 1
        found.append(
          (
            expression,
            Rule.Example(
              site: Site(file: window.path, line: line), before: Spacing.line(window.old, old.head),
              after: Spacing.line(window.new, tokens))
          ))
      }
    }
    return found
  }

  /// The tokens behind `=` in a declaration of the type.
  private static func value(of type: [String], _ tokens: Range<Int>, _ code: Code) -> Range<Int>? {
    let spelled = tokens.map { code.source.spelling(code.tokens[$0]) }
    guard spelled.starts(with: type), spelled.count > type.count + 2, spelled[type.count + 1] == "=" else { return nil }
    let value = tokens.lowerBound + type.count + 2..<tokens.upperBound
    return value.contains {
      code.tokens[$0].punctuation == 0x2C && code.brackets.partner[$0] < 0 && isTop($0, value, code)
    }
      ? nil : value
  }

  private static func isTop(_ token: Int, _ range: Range<Int>, _ code: Code) -> Bool {
    var depth = 0
    for index in range.lowerBound..<token {
      switch code.tokens[index].punctuation {
      case 0x28, 0x5B, 0x7B: depth += 1
      case 0x29, 0x5D, 0x7D: depth -= 1
      default: break
      }
    }
    return depth == 0
  }

  private static func parts(_ function: Function, _ code: Code) -> [[String]] {
    let open = function.name + 1
    let close = Int(code.brackets.partner[open])
    guard close > open else { return [] }
    return code.tokens[open + 1..<close].split { $0.punctuation == 0x2C }.map { $0.map { code.source.spelling($0) } }
  }

  private static func parameter(of type: [String], in function: Function, _ code: Code) -> Int? {
    parts(function, code).firstIndex { $0.starts(with: type) && $0.count == type.count + 1 }
  }

  private static func parameterNames(_ function: Function, _ code: Code) -> [String] {
    parts(function, code).map { $0.last ?? "" }
  }
}
