// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// How in-tree functions that lost a parameter came by its value: `id = client_id(client);`.
package enum ParameterRecovery {
  private static let leastFiles = 3

  /// A parameter that a callback no longer has.
  package struct Lost: Codable, Hashable, Sendable {
    /// The spellings of its type, an array's as a pointer's.
    package var type: [String]
    /// Which of the lost ones of that type it is, and how many there are.
    package var ordinal: Int
    package var count: Int

    package init(type: [String], ordinal: Int = 0, count: Int = 1) {
      (self.type, self.ordinal, self.count) = (type, ordinal, count)
    }
  }

  /// The spellings of a type, `struct id **` for what is declared as `struct id *name[]`.
  package static func usual(_ type: [String]) -> [String] {
    guard type.last == "]", let open = type.lastIndex(of: "["), type.count - open <= 3 else { return type }
    return type[..<open] + ["*"]
  }

  /// - Parameters:
  ///   - lost: the parameter.
  ///   - conversions: places where the type's name was lost.
  ///   - declares: whether the new tree declares a name.
  /// - Returns: the rule that most files follow, its right side an expression in which `¤k` is the function's `k`-th
  ///   parameter; nil where too few do.
  package static func rule(
    _ lost: Lost, from conversions: [Conversion], near nearness: Nearness, declares: (String) -> Bool
  ) -> LearnedRule? {
    let type = lost.type
    var files: [String: Set<String>] = [:]
    var examples: [String: [String: Rule.Example]] = [:]
    var all: Set<String> = []
    for conversion in conversions {
      var spellings = Spellings()
      let window = Window(conversion, &spellings)
      for (expression, example) in recoveries(lost, window, declares, &all) {
        files[expression, default: []].insert(window.path)
        examples[expression, default: [:]][window.path] = example
      }
    }
    let best = files.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
    guard let best, best.value.count >= leastFiles else { return nil }
    let shown = nearness.sorted(best.value).prefix(Rule.exampleLimit).compactMap { examples[best.key]?[$0] }
    let total = files.values.reduce(into: Set<String>()) { $0.formUnion($1) }.count
    let rule = Rule(
      id: "recover_\(SemanticPatch.stem(type.last { $0 != "*" } ?? ""))"
        + (lost.count > 1 ? "_\(lost.ordinal + 1)" : ""),
      symbol: type.joined(separator: " "),
      kind: .declaration, smpl: "", summary: "`\(Summary.shown(best.key))`", support: best.value.count,
      confidence: Double(best.value.count) / Double(max(1, total)), opportunities: total, examples: shown,
      replay: .init(reproduced: 0, tried: 0), introduces: [], flags: [])
    var learned = LearnedRule(
      rule: rule, span: .recovery, left: type.joined(separator: " "), right: best.key, evidence: Evidence(places: []))
    learned.lost = lost
    return learned
  }

  /// For each function of the window that lost such a parameter and gained a variable of its type: what that is set to.
  private static func recoveries(
    _ lost: Lost, _ window: Window, _ declares: (String) -> Bool, _ losing: inout Set<String>
  ) -> [(String, Rule.Example)] {
    var found: [(String, Rule.Example)] = []
    for old in window.old.functions {
      let word = window.old.words[old.name]
      guard let new = window.new.functions.first(where: { window.new.words[$0.name] == word }),
        case let names = Self.parameters(old, window.old).filter({ $0.type == lost.type }).map(\.name),
        names.count == lost.count, !Self.parameters(new, window.new).contains(where: { $0.type == lost.type })
      else { continue }
      losing.insert(window.path)
      let parameters = Self.parameters(new, window.new).map(\.name)
      for unit in window.new.units.indices where window.oldUnit[unit] < 0 {
        let tokens = window.new.units[unit].tokens
        guard window.new.units[unit].kind == .statement, new.body.contains(tokens.lowerBound),
          let value = Self.value(of: lost.type, tokens, window.new),
          // Of several of one type that which had the variable's name.
          lost.count == 1 || names[lost.ordinal] == window.new.source.spelling(window.new.tokens[value.lowerBound - 2])
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

  private static func parameters(_ function: Function, _ code: Code) -> [(type: [String], name: String)] {
    let open = function.name + 1
    let close = Int(code.brackets.partner[open])
    guard close > open else { return [] }
    return code.tokens[open + 1..<close].split { $0.punctuation == 0x2C }.map { part in
      let words = part.map { code.source.spelling($0) }
      guard let name = words.prefix(while: { $0 != "[" }).last else { return ([], "") }
      let index = words.prefix { $0 != "[" }.count - 1
      return (usual(Array(words[..<index] + words[(index + 1)...])), name)
    }
  }
}
