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
    guard let best = best(files) else { return nil }
    let shown = nearness.sorted(best.value).prefix(Rule.exampleLimit).compactMap { examples[best.key]?[$0] }
    let total = files.values.reduce(into: Set<String>()) { $0.formUnion($1) }.count
    let rule = Rule(
      id: "recover_\(SemanticPatch.stem(type.last { $0 != "*" } ?? ""))"
        + (lost.count > 1 ? "_\(lost.ordinal + 1)" : ""),
      symbol: type.joined(separator: " "),
      kind: .declaration, smpl: "", summary: "`\(Summary.shown(best.key))`", support: best.value.count,
      confidence: Double(best.value.count) / Double(max(1, total)), opportunities: total, examples: shown,
      replay: replay(files), introduces: [], flags: [])
    var learned = LearnedRule(
      rule: rule, span: .recovery, left: type.joined(separator: " "), right: best.key, evidence: Evidence(places: []))
    learned.lost = lost
    return learned
  }

  /// What most files do; nil where too few agree.
  private static func best(_ files: [String: Set<String>]) -> (key: String, value: Set<String>)? {
    let best = files.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
    return best.flatMap { $0.value.count >= leastFiles ? $0 : nil }
  }

  /// Files that do what the others, without a fifth of the files, say.
  private static func replay(_ files: [String: Set<String>]) -> Rule.Replay {
    let folds = Folds(files.values.joined())
    return (0..<Folds.count).reduce(into: .init(reproduced: 0, tried: 0)) { sum, number in
      let held = folds.files(number)
      guard let best = best(files.mapValues { $0.subtracting(held) }) else { return }
      sum += .init(reproduced: held.intersection(files[best.key] ?? []).count, tried: held.count)
    }
  }

  /// For each function of the window that lost such a parameter: what a new variable of its type is set to, or what
  /// stands in its place.
  private static func recoveries(
    _ lost: Lost, _ window: Window, _ declares: (String) -> Bool, _ losing: inout Set<String>
  ) -> [(String, Rule.Example)] {
    var found: [(String, Rule.Example)] = []
    for old in window.old.functions {
      guard let new = window.successor(of: old),
        case let names = Self.parameters(old, window.old).filter({ $0.type == lost.type }).map(\.name),
        names.count == lost.count, !Self.parameters(new, window.new).contains(where: { $0.type == lost.type })
      else { continue }
      losing.insert(window.path)
      let name = names[lost.ordinal]
      let parameters = Self.parameters(new, window.new).map(\.name)
      let line = window.start + LineTable(window.old.source.text).line(of: Int(window.old.tokens[old.name].start)) - 1
      let values =
        variables(of: lost, name, in: new, window).map { ($0, Spacing.line(window.old, old.head)) }
        + successors(of: name, in: old, window)
      for (value, before) in values {
        guard let expression = expression(value.value, parameters, window.new, declares) else { continue }
        found.append(
          (
            expression,
            Rule.Example(
              site: Site(file: window.path, line: line), before: before, after: Spacing.line(window.new, value.unit))
          ))
      }
    }
    return found
  }

  /// Tokens of the new text: a value, and the statement that holds it.
  private typealias Value = (value: Range<Int>, unit: Range<Int>)

  /// What new variables of the type are set to; of several of one type that which had the parameter's name.
  private static func variables(of lost: Lost, _ name: String, in new: Function, _ window: Window) -> [Value] {
    window.new.units.indices.compactMap { unit in
      let tokens = window.new.units[unit].tokens
      guard window.oldUnit[unit] < 0, window.new.units[unit].kind == .statement, new.body.contains(tokens.lowerBound),
        let value = value(of: lost.type, tokens, window.new),
        lost.count == 1 || name == window.new.source.spelling(window.new.tokens[value.lowerBound - 2])
      else { return nil }
      return (value, tokens)
    }
  }

  /// What stands where the parameter stood, and the old statement; another name alone may be of any type.
  private static func successors(of name: String, in old: Function, _ window: Window) -> [(Value, String)] {
    window.old.units.indices.compactMap { unit in
      let tokens = window.old.units[unit].tokens
      guard old.body.contains(tokens.lowerBound), window.newUnit[unit] >= 0, !window.isSame[unit],
        let token = tokens.first(where: { window.old.spells($0, name) && !window.old.isMember($0) })
      else { return nil }
      let new = window.new.units[Int(window.newUnit[unit])]
      let pair = TreePair(window.old, window.old.units[unit], window.new, new)
      guard let node = pair.old.path(to: token).last, pair.old.nodes[node].tokens == token..<token + 1,
        pair.newNode[node] >= 0, case let value = pair.new.nodes[pair.newNode[node]].tokens, value.count > 1
      else { return nil }
      return ((value, new.tokens), Spacing.line(window.old, tokens))
    }
  }

  /// The tokens with the function's parameters numbered; nil where it says anything that another function may not have.
  private static func expression(
    _ value: Range<Int>, _ parameters: [String], _ code: Code, _ declares: (String) -> Bool
  ) -> String? {
    var words: [String] = []
    for token in value {
      let spelled = code.source.spelling(code.tokens[token])
      if code.tokens[token].kind != .identifier || (token > value.lowerBound && code.isMember(token)) {
        words.append(spelled)
      } else if let number = parameters.firstIndex(of: spelled) {
        words.append("\(Pattern.mark)\(number)")
      } else {
        guard declares(spelled) else { return nil }
        words.append(spelled)
      }
    }
    return Template.canonical(words.joined(separator: " "))
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
      return (Prototype.pointer(forArray: Array(words[..<index] + words[(index + 1)...])), name)
    }
  }
}
