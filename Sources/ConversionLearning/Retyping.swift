// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Variables of one structure that became variables of another, and what became of their uses.
package struct Retyping: Codable, Hashable, Sendable {
  /// `¤0->data` → `¤0->__data`: `¤0` is the variable, the others are what goes with it.
  package struct Use: Codable, Hashable, Sendable {
    package var left: String
    package var right: String
    /// In-tree files that show it, and those that used the left side.
    package var support: Int
    package var opportunities: Int

    /// For people.
    package var summary: String { "`\(Summary.shown(left))` → `\(Summary.shown(right))`" }
    /// Share of the files that show it (0…1).
    package var share: Double { Double(support) / Double(max(1, opportunities)) }

    /// What is called now, and was not before.
    package var function: String? {
      func called(_ text: String) -> [String] {
        let source = LexedSource(text)
        return source.tokens.indices.dropLast().filter {
          source.tokens[$0].kind == .identifier && source.tokens[$0 + 1].punctuation == 0x28
        }.map { source.spelling(source.tokens[$0]) }
      }
      let old = called(left)
      return called(right).first { !old.contains($0) }
    }
  }
  /// The structures with their tag keyword.
  package var before: String
  package var after: String
  /// The most frequent first.
  package var uses: [Use]
  /// The call that takes the place of reading through a variable and moving it on, and where the variables come from.
  package var fetch: Fetch?
  package var origin: VariableOrigin?
}

extension Retyping {
  /// What a use of a variable becomes: nil where no use that was learned matches.
  ///
  /// - Parameter token: the variable's name.
  package func consequence(of token: Int, _ code: Code, _ spellings: inout Spellings) -> (Use, Consequence)? {
    guard let unit = code.unit(holding: token) else { return nil }
    let tree = ExpressionTree(code, Self.expression(of: token, code.units[unit].tokens, code))
    for node in tree.path(to: token) {
      for use in uses where !use.isCheck {
        var matcher = Matcher(Pattern(use.left, &spellings), code, tree)
        guard let match = matcher.match(node), let variable = match.bindings.first??.tokens,
          variable.last == token, variable.count <= 2
        else { continue }
        let output = Substitution.output(Pattern(use.right, &spellings), code, match)
        return (use, Consequence(unit: unit, tokens: match.tokens, output: output))
      }
    }
    return nil
  }
}

extension Retyping {
  /// What variables point to now in in-tree functions where they pointed to a structure that held the lost field: what
  /// most of the files say; nil where too few do.
  package static func successor(of structure: String, beside symbol: String, from conversions: [Conversion]) -> String?
  {
    var files: [String: Set<String>] = [:]
    for conversion in conversions {
      var spellings = Spellings()
      let window = Window(conversion, &spellings)
      guard let word = spellings.known(symbol) else { continue }
      for old in window.old.functions where old.body.contains(where: { window.old.words[$0] == word }) {
        guard let new = window.successor(of: old) else { continue }
        let (lost, gained) = (
          FieldBase.structures(in: old, window.old), FieldBase.structures(in: new, window.new)
        )
        guard lost.contains(structure), !gained.contains(structure) else { continue }
        for other in gained.subtracting(lost) { files[other, default: []].insert(conversion.path) }
      }
    }
    let best = files.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
    return best.flatMap { $0.value.count >= RetypingLearner.leastFiles ? $0.key : nil }
  }
}

extension Retyping {
  /// The tokens of a unit; of a declaration that begins with `struct` what it gives to the variable.
  static func expression(of variable: Int, _ tokens: Range<Int>, _ code: Code) -> Range<Int> {
    let isDeclared = FieldBase.declared(variable, code) != nil && code.punctuation(at: variable + 1) == 0x3D
    return isDeclared && tokens.contains(variable) ? variable..<tokens.upperBound : tokens
  }

  /// Whether the variable is tested here as the tree tests other things now: that depends on where it comes from.
  package func asksOtherwise(_ token: Int, _ code: Code, _ spellings: inout Spellings) -> Use? {
    guard let unit = code.unit(holding: token) else { return nil }
    let tree = ExpressionTree(code, code.units[unit].tokens)
    return uses.filter(\.isCheck).first { use in
      tree.path(to: token).contains { node in
        var matcher = Matcher(Pattern(use.left, &spellings), code, tree)
        return matcher.match(node)?.bindings.first??.tokens.last == token
      }
    }
  }
}

extension Retyping.Use {
  /// Nothing but the variable itself is asked: `!¤0`, `if (¤0)`.
  var isCheck: Bool {
    let source = LexedSource(left)
    let words = ["\(Pattern.mark)0", "if", "while", "NULL", "(", ")", "!", "==", "!=", "&&", "||", "?", ":"]
    return source.tokens.allSatisfy { words.contains(source.spelling($0)) }
  }
}

/// Reads retypings off in-tree functions.
package struct RetypingLearner {
  fileprivate static let leastFiles = 2
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
      before: before, after: after, uses: Array(sorted.prefix(Self.maximalUses)), fetch: fetch?.0, origin: fetch?.1)
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

/// An in-tree function one of whose variables got another structure.
struct RetypedFunction {
  var old: Function
  var new: Function
  /// Tokens that declare the variable.
  var declared: (old: Int, new: Int)

  static func all(_ before: String, _ after: String, _ window: Window) -> [RetypedFunction] {
    window.old.functions.compactMap { old in
      guard let new = window.successor(of: old) else { return nil }
      let variables = FieldBase.variables(of: before, in: old, window.old)
      let successors = FieldBase.variables(of: after, in: new, window.new)
      guard let pair = pair(variables, successors),
        FieldBase.variables(of: before, in: new, window.new)[pair.new] == nil, let left = variables[pair.old],
        let right = successors[pair.new]
      else { return nil }
      return RetypedFunction(old: old, new: new, declared: (left, right))
    }
  }

  func words(_ window: Window) -> (old: Int32, new: Int32) {
    (window.old.words[declared.old], window.new.words[declared.new])
  }

  /// The variable of the same name, or the only one of either side.
  private static func pair(_ old: [Int32: Int], _ new: [Int32: Int]) -> (old: Int32, new: Int32)? {
    if let same = old.keys.sorted().first(where: { new[$0] != nil }) { return (same, same) }
    guard let one = old.keys.first, let other = new.keys.first, old.count == 1, new.count == 1 else { return nil }
    return (one, other)
  }
}

extension FieldBase {
  /// The structures of a function's parameters and local variables.
  static func structures(in function: Function, _ code: Code) -> Set<String> {
    (function.head.lowerBound..<function.body.upperBound).reduce(into: []) { found, token in
      guard code.tokens[token].kind == .identifier, token > function.head.lowerBound + 1, !code.isMember(token),
        token != function.name, let structure = declared(token, code)
      else { return }
      found.insert(structure)
    }
  }

  /// Parameters and local variables that are, or point to, a structure: the first declaration of each.
  package static func variables(of structure: String, in function: Function, _ code: Code) -> [Int32: Int] {
    var found: [Int32: Int] = [:]
    for token in function.head.lowerBound..<function.body.upperBound
    where code.tokens[token].kind == .identifier && token > function.head.lowerBound + 1 && !code.isMember(token) {
      guard token != function.name, declared(token, code) == structure, found[code.words[token]] == nil else {
        continue
      }
      found[code.words[token]] = token
    }
    return found
  }
}
