// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Reads retypings off in-tree functions.
package struct RetypingLearner {
  static let leastFiles = 2
  private static let maximalUses = 12
  /// Places that are tried; the rest says nothing else.
  private static let maximalHeldOut = 300

  /// What one file shows.
  private struct File {
    /// Its functions name the symbol.
    var isNaming = false
    /// For each use, as it was, what it became.
    var uses: [String: Set<String>] = [:]
    var example: Rule.Example?
  }
  private let before: String
  private let after: String
  private let declares: (String) -> Bool
  private let symbol: String
  private let nearness: Nearness
  private var files: [String: File] = [:]
  /// Files of a sample in which functions have the variable no longer: whether they name the symbol.
  private var sample: (retyped: [String: Bool], otherwise: [String: Bool]) = ([:], [:])
  private var fetches = FetchLearner()
  /// Those of the conversions that give a variable the other type.
  private var shown: [Conversion] = []

  /// - Parameters:
  ///   - before, after: the structures with their tag keyword.
  ///   - conversions: places that lost the one and got the other.
  ///   - all: places that lost the one, taken evenly: how often it became the other.
  ///   - declares: whether the new tree declares a name.
  package init(
    _ before: String, _ after: String, for symbol: String, from conversions: [Conversion], among all: [Conversion] = [],
    near nearness: Nearness, declares: @escaping (String) -> Bool
  ) {
    (self.before, self.after, self.symbol, self.declares) = (before, after, symbol, declares)
    self.nearness = nearness
    for conversion in conversions where read(conversion) { shown.append(conversion) }
    for conversion in all { count(conversion) }
  }

  /// The rule, whose sides are the structures; nil where too few files show it.
  ///
  /// - Parameter rewriting: makes of a held-out function what a rule says; nil where it does not fit.
  package func rule(replayedBy rewriting: (LearnedRule, HeldOutFunction) -> SourceText?) -> LearnedRule? {
    guard var rule = rule(without: []) else { return nil }
    let folds = Folds(files.keys)
    let taught = (0..<Folds.count).map { self.rule(without: folds.files($0)) }
    let step = max(1, (shown.count + Self.maximalHeldOut - 1) / Self.maximalHeldOut)
    for number in stride(from: 0, to: shown.count, by: step) {
      guard let other = folds[shown[number].path].flatMap({ taught[$0] }) else { continue }
      for function in HeldOutFunction.all(before, after, in: shown[number]) {
        guard let text = rewriting(other, function) else { continue }
        rule.rule.replay += function.replay(of: text)
      }
    }
    let replay = rule.rule.replay
    if Double(replay.reproduced) < Confidence.sure * Double(replay.tried) {
      let words = "`\(before)` → `\(after)`: right at \(replay.reproduced) of \(replay.tried) held-out statements"
      rule.rule.flags.append(Flag(.lowConfidence, words))
    }
    return rule
  }

  private func rule(without held: Set<String>) -> LearnedRule? {
    let known = files.filter { !held.contains($0.key) }
    guard known.count >= Self.leastFiles else { return nil }
    // Who names the symbol shows what became of it; for callbacks nobody does.
    let naming = Set(known.filter(\.value.isNaming).keys)
    let paths = naming.isEmpty ? Set(known.keys) : naming
    func counted(_ files: [String: Bool]) -> Int {
      files.count { path, isNaming in !held.contains(path) && (naming.isEmpty || isNaming) }
    }
    let (retyped, otherwise) = (counted(sample.retyped), counted(sample.otherwise))
    let opportunities = retyped > 0 ? retyped + otherwise : paths.count
    let sorted = uses(known).sorted { ($0.support, $1.left) > ($1.support, $0.left) }
    let rule = Rule(
      id: SemanticPatch.stem("retype_\(before.split(separator: " ").last ?? "")_\(symbol)"),
      symbol: symbol, kind: .declaration, smpl: "", summary: "`\(before)` → `\(after)`", support: paths.count,
      confidence: retyped > 0 ? Double(retyped) / Double(opportunities) : 1, opportunities: opportunities,
      examples: nearness.sorted(paths).prefix(Rule.exampleLimit).compactMap { known[$0]?.example },
      replay: .init(reproduced: 0, tried: 0), introduces: [after],
      flags: paths.count < 3
        ? [Flag(.fewExamples, "`\(before)` → `\(after)`: \(paths.count) in-tree files show it")] : []
    )
    var learned = LearnedRule(
      rule: rule, span: .retyping, left: before, right: after, evidence: Evidence(places: []))
    let fetch = fetches.found(nearness, without: held)
    let retyping = Retyping(
      before: before, after: after, uses: Array(sorted.filter { !$0.isCheck }.prefix(Self.maximalUses)),
      checks: sorted.filter(\.isCheck), fetch: fetch?.0, origin: fetch?.1)
    learned.retyping = retyping
    learned.rule.smpl = RetypingPatch(retyping, name: rule.id).text
    return learned
  }

  /// What most files make of each use, where enough of them make something else of it.
  private func uses(_ known: [String: File]) -> [Retyping.Use] {
    var rights: [String: [String: Int]] = [:]
    var opportunities: [String: Int] = [:]
    for (left, becomes) in known.values.flatMap(\.uses) {
      opportunities[left, default: 0] += 1
      for right in becomes { rights[left, default: [:]][right, default: 0] += 1 }
    }
    return rights.compactMap { left, rights in
      let best = rights.max { ($0.value, $1.key) < ($1.value, $0.key) }
      guard let best, best.key != left, best.value >= Self.leastFiles else { return nil }
      return .init(left: left, right: best.key, support: best.value, opportunities: opportunities[left] ?? 0)
    }
  }

  /// False where no variable gets the other type.
  private mutating func read(_ conversion: Conversion) -> Bool {
    var spellings = Spellings()
    let window = Window(conversion, &spellings)
    let functions = RetypedFunction.all(before, after, window)
    for found in functions {
      var file = files[window.path] ?? File()
      let isNaming = [(window.old, found.old), (window.new, found.new)].contains { code, function in
        function.body.contains { code.spells($0, symbol) }
      }
      file.isNaming = file.isNaming || isNaming
      if file.example == nil || isNaming {
        let line = LineTable(window.old.source.text).line(of: Int(window.old.tokens[found.declared.old].start))
        file.example = Rule.Example(
          site: Site(file: window.path, line: window.start + line - 1),
          before: Self.declaration(of: found.declared.old, window.old),
          after: Self.declaration(of: found.declared.new, window.new))
      }
      readUses(found.words(window), found.old, window, &file)
      files[window.path] = file
      fetches.read(found, window)
    }
    return !functions.isEmpty
  }

  /// Counts what became of the variables of one place of the sample.
  private mutating func count(_ conversion: Conversion) {
    var spellings = Spellings()
    let window = Window(conversion, &spellings)
    func isNaming(_ code: Code, _ function: Function) -> Bool { function.body.contains { code.spells($0, symbol) } }
    for found in RetypedFunction.all(before, after, window) {
      let names = isNaming(window.old, found.old) || isNaming(window.new, found.new)
      sample.retyped[window.path] = sample.retyped[window.path] ?? false || names
    }
    for function in RetypedFunction.otherwise(before, after, window) {
      sample.otherwise[window.path] = sample.otherwise[window.path] ?? false || isNaming(window.old, function)
    }
  }

  /// `struct x * name`.
  private static func declaration(of token: Int, _ code: Code) -> String {
    var start = token
    while start > 0, Keyword(rawValue: code.words[start]) != .struct { start -= 1 }
    return Spacing.line(code, start..<token + 1)
  }

  private func readUses(
    _ pair: (old: Int32, new: Int32), _ function: Function, _ window: Window, _ file: inout File
  ) {
    for unit in window.old.units.indices where window.newUnit[unit] >= 0 {
      let tokens = window.old.units[unit].tokens
      guard function.body.contains(tokens.lowerBound) else { continue }
      for token in tokens
      where window.old.words[token] == pair.old && !window.old.isMember(token) && !window.old.isTag(token) {
        guard let (left, right) = use(token, pair, unit, window) else { continue }
        file.uses[left, default: []].insert(right)
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
