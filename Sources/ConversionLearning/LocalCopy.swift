// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// What became of code that filled an array in a structure element by element when that was made const: it fills an array
/// of its own, which a function then takes over.
package struct LocalCopy: Codable, Hashable, Sendable {
  /// The elements' type and their number, as the tree writes them.
  package var element: String
  package var length: String
  /// That number, where it is known.
  package var count: Int?
  package var name: String
  /// It is called with the structure and the array.
  package var setter: String
}

/// `object->field[index] = value` as a statement of its own.
package struct ElementWrite {
  /// Tokens of the object and of the index.
  package let object: Range<Int>
  package let index: Range<Int>

  /// - Parameter field: number of the field's spelling; nil: a variable's element, with no object before it.
  package init?(_ unit: CodeUnit, _ field: Int32, isField: Bool = true, in code: Code) {
    guard unit.kind == .statement, let equals = unit.tokens.first(where: { code.isAssignment($0) }),
      code.tokens[equals].punctuation == 0x3D, equals > unit.tokens.lowerBound + 3,
      code.tokens[equals - 1].punctuation == 0x5D, case let open = Int(code.brackets.partner[equals - 1]),
      open > unit.tokens.lowerBound, code.words[open - 1] == field
    else { return nil }
    let arrow = open - 2
    guard isField else {
      guard open - 1 == unit.tokens.lowerBound else { return nil }
      (object, index) = (open - 1..<open - 1, open + 1..<equals - 1)
      return
    }
    guard arrow > unit.tokens.lowerBound,
      code.tokens[arrow].punctuation == punctuation("->") || code.tokens[arrow].punctuation == 0x2E
    else { return nil }
    (object, index) = (unit.tokens.lowerBound..<arrow, open + 1..<equals - 1)
  }
}

/// Learns the local copy that in-tree functions fill instead of a field.
struct LocalCopyLearner {
  private static let leastFiles = 3
  let learner: Learner

  private struct Found {
    var copy: LocalCopy
    var example: Rule.Example
  }

  /// Nil where too few files show one.
  func rule() -> LearnedRule? {
    var functions: [(path: String, found: [Found], called: Set<String>)] = []
    for window in learner.windows {
      for function in window.old.functions where fillsField(function, window.old) {
        functions.append((window.path, copies(function, window), called(function, window)))
      }
    }
    var files: [String: Set<String>] = [:]
    for (path, found, _) in functions {
      for copy in found { files[copy.copy.setter, default: []].insert(path) }
    }
    let best = files.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
    guard let setter = best?.key, let paths = best?.value, paths.count >= Self.leastFiles else { return nil }
    let shown = functions.flatMap { path, found, _ in
      found.filter { $0.copy.setter == setter }.prefix(1).map { (path, $0) }
    }
    guard let copy = Self.mostFrequent(shown.map(\.1.copy)) else { return nil }
    let follow = functions.map { $0.called.contains(setter) }
    let reproduced = functions.count { path, _, called in
      let others = files.mapValues { $0.subtracting([path]).count }
      guard let best = others.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { return false }
      return best.value >= Self.leastFiles && called.contains(best.key)
    }
    let replay = Rule.Replay(reproduced: reproduced, tried: functions.count)
    return rule(copy, paths, follow, replay, shown)
  }

  private func rule(
    _ copy: LocalCopy, _ paths: Set<String>, _ follow: [Bool], _ replay: Rule.Replay, _ shown: [(String, Found)]
  ) -> LearnedRule {
    let field = learner.symbol.name
    let mark = Pattern.mark
    let (left, right) = ("\(mark)0->\(field)[\(mark)1] = \(mark)2", "\(copy.setter)(\(mark)0, \(copy.name))")
    let count = (right: follow.count { $0 }, all: follow.count)
    let examples = learner.knowledge.nearness.sorted(paths).prefix(Rule.exampleLimit).compactMap { path in
      shown.first { $0.0 == path }?.1.example
    }
    let rule = Rule(
      id: "", symbol: field, kind: .member, smpl: "",
      summary: "`\(Summary.shown(left));` → `\(copy.name)[E1] = E2;`, then `\(Summary.shown(right));`",
      support: paths.count, confidence: Double(count.right) / Double(max(1, count.all)), opportunities: count.all,
      examples: examples, replay: replay, introduces: [copy.setter], flags: [])
    let context = Context(use: .ignored, shapes: [], next: "")
    var learned = LearnedRule(
      rule: rule, span: .copy, left: left, right: right,
      evidence: Evidence(places: follow.map { .init(context: context, reproduced: $0) }))
    learned.copy = copy
    return learned
  }

  private static func mostFrequent(_ copies: [LocalCopy]) -> LocalCopy? {
    let counts = copies.reduce(into: [LocalCopy: Int]()) { $0[$1, default: 0] += 1 }
    func order(_ copy: LocalCopy) -> String { "\(copy.name) \(copy.element) \(copy.length)" }
    return counts.max { ($0.value, order($1.key)) < ($1.value, order($0.key)) }?.key
  }

  private func fillsField(_ function: Function, _ code: Code) -> Bool {
    units(function, code).contains { ElementWrite(code.units[$0], learner.word, in: code) != nil }
  }

  private func units(_ function: Function, _ code: Code) -> [Int] {
    code.units.indices.filter { function.body.contains(code.units[$0].tokens.lowerBound) }
  }

  /// New calls `setter(object, array)` of the function with an array of its own that it fills element by element.
  private func copies(_ old: Function, _ window: Window) -> [Found] {
    let code = window.new
    let name = window.old.words[old.name]
    guard let function = code.functions.first(where: { code.words[$0.name] == name }) else { return [] }
    let own = units(function, code)
    return own.compactMap { index in
      let tokens = code.units[index].tokens
      let isNew = window.oldUnit[index] < 0 || !window.isSame[Int(window.oldUnit[index])]
      guard isNew, code.units[index].kind == .statement, tokens.count > 5,
        code.tokens[tokens.lowerBound].kind == .identifier, code.tokens[tokens.lowerBound + 1].punctuation == 0x28,
        Int(code.brackets.partner[tokens.lowerBound + 1]) == tokens.upperBound - 1
      else { return nil }
      let arguments = code.list(tokens.lowerBound + 2..<tokens.upperBound - 1)
      guard arguments.count == 2, let array = arguments.last, array.count == 1,
        let (element, length) = declared(code.words[array.lowerBound], own, code),
        own.contains(where: {
          ElementWrite(code.units[$0], code.words[array.lowerBound], isField: false, in: code) != nil
        })
      else { return nil }
      let copy = LocalCopy(
        element: element, length: length, name: code.source.spelling(code.tokens[array.lowerBound]),
        setter: code.source.spelling(code.tokens[tokens.lowerBound]))
      let line = LineTable(window.old.source.text).line(of: Int(window.old.tokens[old.name].start))
      return Found(
        copy: copy,
        example: Rule.Example(
          site: Site(file: window.path, line: window.start + line - 1), before: Spacing.line(window.old, old.head),
          after: Spacing.line(code, tokens)))
    }
  }

  /// What the function's successor calls and it did not: a setter may also be given an array that was there before.
  private func called(_ old: Function, _ window: Window) -> Set<String> {
    let name = window.old.words[old.name]
    guard let new = window.new.functions.first(where: { window.new.words[$0.name] == name }) else { return [] }
    func calls(_ code: Code, _ body: Range<Int>) -> Set<String> {
      let callees = body.dropLast().filter {
        code.tokens[$0].kind == .identifier && code.tokens[$0 + 1].punctuation == 0x28
      }
      return Set(callees.map { code.source.spelling(code.tokens[$0]) })
    }
    return calls(window.new, new.body).subtracting(calls(window.old, old.body))
  }

  /// Type and length in `type word[length]`.
  private func declared(_ word: Int32, _ units: [Int], _ code: Code) -> (String, String)? {
    for index in units {
      let tokens = code.units[index].tokens
      guard code.units[index].kind == .statement, let name = tokens.first(where: { code.words[$0] == word }),
        name > tokens.lowerBound, name + 2 < tokens.upperBound, code.tokens[name + 1].punctuation == 0x5B,
        tokens.prefix(name - tokens.lowerBound).allSatisfy({ code.tokens[$0].kind == .identifier })
      else { continue }
      let close = Int(code.brackets.partner[name + 1])
      guard close > name + 2 else { continue }
      return (
        Spacing.line(code, tokens.lowerBound..<name), Spacing.line(code, name + 2..<close)
      )
    }
    return nil
  }
}
