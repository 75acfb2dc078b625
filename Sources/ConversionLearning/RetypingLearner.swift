// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Reads retypings off in-tree functions.
package struct RetypingLearner {
  static let leastFiles = 2
  private static let maximalUses = 12
  private let before: String
  private let after: String
  private let declares: (String) -> Bool
  private let symbol: String
  /// Files whose functions gave a variable the other type.
  private var files: Set<String> = []
  /// Those of functions that name the symbol.
  private var naming: Set<String> = []
  /// For each use, as it was, what it became, by file.
  private var uses: [String: [String: Set<String>]] = [:]
  private var examples: [String: Rule.Example] = [:]
  private var fetches = FetchLearner()

  /// - Parameters:
  ///   - before, after: the structures with their tag keyword.
  ///   - conversions: places that lost the one and got the other.
  ///   - declares: whether the new tree declares a name.
  /// - Returns: nil where too few files show it. The rule's sides are the structures.
  package static func rule(
    _ before: String, _ after: String, for symbol: String, from conversions: [Conversion], near nearness: Nearness,
    declares: @escaping (String) -> Bool
  ) -> LearnedRule? {
    var learner = RetypingLearner(before: before, after: after, symbol: symbol, declares: declares)
    for conversion in conversions { learner.read(conversion) }
    return learner.rule(nearness)
  }

  private init(before: String, after: String, symbol: String, declares: @escaping (String) -> Bool) {
    (self.before, self.after, self.symbol, self.declares) = (before, after, symbol, declares)
  }

  private func rule(_ nearness: Nearness) -> LearnedRule? {
    guard files.count >= Self.leastFiles else { return nil }
    // Who names the symbol shows what became of it; for callbacks nobody does.
    let files = naming.isEmpty ? files : naming
    let found = uses.compactMap { left, rights -> Retyping.Use? in
      let best = rights.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
      guard let best, best.key != left, best.value.count >= Self.leastFiles else { return nil }
      let all = rights.values.reduce(into: Set<String>()) { $0.formUnion($1) }
      return .init(left: left, right: best.key, support: best.value.count, opportunities: all.count)
    }
    let sorted = found.sorted { ($0.support, $1.left) > ($1.support, $0.left) }
    let rule = Rule(
      id: SemanticPatch.stem("retype_\(before.split(separator: " ").last ?? "")_\(symbol)"),
      symbol: symbol, kind: .declaration, smpl: "", summary: "`\(before)` → `\(after)`", support: files.count,
      confidence: 1, opportunities: files.count,
      examples: nearness.sorted(files).prefix(Rule.exampleLimit).compactMap { examples[$0] },
      replay: .init(reproduced: 0, tried: 0), introduces: [after],
      flags: files.count < 3
        ? [Flag(.fewExamples, "`\(before)` → `\(after)`: \(files.count) in-tree files show it")] : []
    )
    var learned = LearnedRule(
      rule: rule, span: .retyping, left: before, right: after, evidence: Evidence(places: []))
    let fetch = fetches.found(nearness)
    learned.retyping = Retyping(
      before: before, after: after, uses: Array(sorted.filter { !$0.isCheck }.prefix(Self.maximalUses)),
      checks: sorted.filter(\.isCheck), fetch: fetch?.0, origin: fetch?.1)
    return learned
  }

  private mutating func read(_ conversion: Conversion) {
    var spellings = Spellings()
    let window = Window(conversion, &spellings)
    for found in RetypedFunction.all(before, after, window) {
      files.insert(window.path)
      let isNaming = [(window.old, found.old), (window.new, found.new)].contains { code, function in
        function.body.contains { code.spells($0, symbol) }
      }
      if isNaming { naming.insert(window.path) }
      if examples[window.path] == nil || isNaming {
        let line = LineTable(window.old.source.text).line(of: Int(window.old.tokens[found.declared.old].start))
        examples[window.path] = Rule.Example(
          site: Site(file: window.path, line: window.start + line - 1),
          before: Self.declaration(of: found.declared.old, window.old),
          after: Self.declaration(of: found.declared.new, window.new))
      }
      readUses(found.words(window), found.old, window)
      fetches.read(found, window)
    }
  }

  /// `struct x * name`.
  private static func declaration(of token: Int, _ code: Code) -> String {
    var start = token
    while start > 0, Keyword(rawValue: code.words[start]) != .struct { start -= 1 }
    return Spacing.line(code, start..<token + 1)
  }

  private mutating func readUses(_ pair: (old: Int32, new: Int32), _ function: Function, _ window: Window) {
    for unit in window.old.units.indices where window.newUnit[unit] >= 0 {
      let tokens = window.old.units[unit].tokens
      guard function.body.contains(tokens.lowerBound) else { continue }
      for token in tokens
      where window.old.words[token] == pair.old && !window.old.isMember(token) && !window.old.isTag(token) {
        guard let (left, right) = use(token, pair, unit, window) else { continue }
        uses[left, default: [:]][right, default: []].insert(window.path)
      }
    }
  }

  /// The smallest part around the variable that says something else now, the variable's own name apart; where nothing
  /// does, the field that is taken from it, or the call that takes it.
  private func use(
    _ token: Int, _ pair: (old: Int32, new: Int32), _ unit: Int, _ window: Window
  ) -> (String, String)? {
    let (olds, news) = (window.old.units[unit].tokens, window.new.units[Int(window.newUnit[unit])].tokens)
    guard let other = news.first(where: { window.new.words[$0] == pair.new && !window.new.isTag($0) }) else {
      return nil
    }
    let trees = TreePair(
      window.old, Retyping.expression(of: token, olds, window.old), window.new,
      Retyping.expression(of: other, news, window.new))
    let path = trees.old.path(to: token).dropLast()
    let changed = path.last { trees.newNode[$0] >= 0 && !isSame($0, trees, pair, window) }
    guard let node = changed ?? path.last(where: { [.member, .call].contains(trees.old.nodes[$0].kind) }),
      trees.newNode[node] >= 0
    else { return nil }
    var abstraction = Abstraction(
      old: window.old, new: window.new, oldTree: trees.old, newTree: trees.new, newNode: trees.newNode,
      symbol: pair.old, dropsConstants: false)
    let template = abstraction.template(node, trees.newNode[node], span: .expression)
    guard template.lost == 0,
      let left = text(template.left, window.old.source.spelling(window.old.tokens[token]), declares: { _ in true }),
      let name = window.new.words.firstIndex(of: pair.new),
      let right = text(template.right, window.new.source.spelling(window.new.tokens[name]), declares: declares),
      right.contains("\(Pattern.mark)0"), Self.marks(right).isSubset(of: Self.marks(left))
    else { return nil }
    return (left, right)
  }

  private static func marks(_ text: String) -> Set<String> {
    let source = LexedSource(text)
    return Set(source.tokens.map { source.spelling($0) }.filter { $0.hasPrefix(Pattern.mark) })
  }

  /// Whether a node's new text is the same but for the variable's name.
  private func isSame(_ node: Int, _ trees: TreePair, _ pair: (old: Int32, new: Int32), _ window: Window) -> Bool {
    let (left, right) = (trees.old.nodes[node].tokens, trees.new.nodes[trees.newNode[node]].tokens)
    return left.count == right.count
      && zip(left, right).allSatisfy { one, other in
        window.old.words[one] == window.new.words[other]
          || (window.old.words[one] == pair.old && window.new.words[other] == pair.new)
      }
  }

  /// `¤0` for the variable, as a pointer, and the other metavariables behind it; nil where the text names anything that a
  /// driver need not have.
  private func text(_ text: String, _ variable: String, declares: (String) -> Bool) -> String? {
    var spellings = Spellings()
    let code = Code(text, &spellings)
    var words: [String] = []
    for token in code.tokens.indices {
      let spelled = code.source.spelling(code.tokens[token])
      if spelled == variable, !code.isMember(token) {
        words.append("\(Pattern.mark)0")
      } else if spelled == ".", words.last == "\(Pattern.mark)0" {
        words.append("->")
      } else if spelled.hasPrefix(Pattern.mark), let number = Int(spelled.dropFirst(Pattern.mark.count)) {
        // A tree may spell such a name itself.
        guard number < 1000 else { return nil }
        words.append("\(Pattern.mark)\(number + 1)")
      } else {
        guard code.tokens[token].kind != .identifier || code.isMember(token) || declares(spelled) else { return nil }
        words.append(spelled)
      }
    }
    return Template.canonical(words.joined(separator: " "))
  }
}
