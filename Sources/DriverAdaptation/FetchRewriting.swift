// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// Replaces, in one function, reading a value through a variable and moving that on by the call that does both; and gives
/// the variable the address that the tree gives it.
struct FetchRewriting: TokenPlaces {
  struct Result {
    var edits: [Edit]
    /// Tokens that these edits take care of.
    var consumed: Set<Int>
    var flags: [Flag] = []
    /// What the call does now.
    var deletions: [AdaptationChange.Deletion] = []
    var isFetched = false
  }
  let file: String
  let code: Code
  let function: Function
  /// Token that declares the variable.
  let declared: Int
  let fetch: Fetch
  let origin: VariableOrigin
  let rule: String
  private let lines: LineTable
  private var variable: Int32 { code.words[declared] }

  init(
    file: String, code: Code, function: Function, declared: Int, fetch: Fetch, origin: VariableOrigin, rule: String
  ) {
    (self.file, self.code, self.function, self.declared) = (file, code, function, declared)
    (self.fetch, self.origin, self.rule) = (fetch, origin, rule)
    lines = LineTable(code.source.text)
  }

  /// Nil where the function does with the values what the call can't do.
  func result() -> Result? {
    let values = values()
    guard let place = code.origin(of: variable, in: function), let path = ObjectPath(pointer: place, code),
      let owner = origin.owner(of: path)
    else { return values.isEmpty ? Result(edits: [], consumed: []) : nil }
    let address = ObjectPath(steps: owner.steps + origin.after).pointer
    var result = Result(
      edits: [edit(start(place.lowerBound)..<end(place.upperBound - 1), address)],
      consumed: [place.lowerBound - 2])
    guard !values.isEmpty else { return result }
    guard isOnlyOrigin(place), isFixed(owner, behind: place.upperBound), let name = freeName(),
      let declaration = declaration(of: name)
    else { return nil }
    result.isFetched = true
    result.edits.append(declaration)
    let reader = RelativeText(code, variable: variable, owner: owner)
    for (unit, value) in values {
      guard fetch(value, in: unit, owner, name, reader, &result) else { return nil }
    }
    return result
  }

  // MARK: Places

  /// What is read through the variable as the tree's functions did, with its unit.
  private func values() -> [(unit: Int, tokens: Range<Int>)] {
    let reader = RelativeText(code, variable: variable, owner: nil)
    var found: [(unit: Int, tokens: Range<Int>)] = []
    var trees: [Int: ExpressionTree] = [:]
    for token in function.body where code.words[token] == variable && !code.isMember(token) {
      guard let unit = code.unit(holding: token), !found.contains(where: { $0.tokens.contains(token) }) else {
        continue
      }
      let tree = trees[unit] ?? ExpressionTree(code, code.units[unit].tokens)
      trees[unit] = tree
      let node = tree.path(to: token).first {
        [.member, .index].contains(tree.nodes[$0].kind) && reader.text(tree.nodes[$0].tokens) == fetch.value
      }
      if let node { found.append((unit, tree.nodes[node].tokens)) }
    }
    return found
  }

  /// The value is read, and neither set nor pointed to.
  private func isRead(_ value: Range<Int>, in unit: Int) -> Bool {
    let tree = ExpressionTree(code, code.units[unit].tokens)
    let path = tree.path(to: value.lowerBound)
    guard let at = path.firstIndex(where: { tree.nodes[$0].tokens == value }), at > 0 else { return true }
    let parent = tree.nodes[path[at - 1]]
    switch parent.kind {
    case .prefix: return ![0x26, punctuation("++"), punctuation("--")].contains(parent.operation)
    case .postfix: return false
    case .assignment: return parent.tokens.lowerBound != value.lowerBound
    default: return true
    }
  }

  /// The variable is no parameter, and nothing else gives it a value.
  private func isOnlyOrigin(_ place: Range<Int>) -> Bool {
    !function.head.contains(declared)
      && !function.body.contains { token in
        code.words[token] == variable && !code.isMember(token) && !code.isTag(token) && code.isTouched(token)
          && token != place.lowerBound - 2
      }
  }

  private func isOther(_ token: Int, than value: Range<Int>) -> Bool {
    code.words[token] == variable && !code.isMember(token) && !value.contains(token)
  }

  /// The owner is the same one from the place on where the variable was taken from it: nothing sets a part of its path.
  private func isFixed(_ owner: ObjectPath, behind token: Int) -> Bool {
    guard let root = owner.steps.first, !root.contains("("),
      owner.steps.dropFirst().allSatisfy({ !$0.hasPrefix("[") || Int($0.dropFirst().dropLast()) != nil })
    else { return false }
    let fields = Set(owner.steps.dropFirst()).subtracting([ObjectPath.target])
    return !(token..<function.body.upperBound).contains { other in
      let name = code.source.spelling(code.tokens[other])
      if code.isMember(other) { return fields.contains(name) && code.isTouched(other) }
      guard name == root else { return false }
      // The head of a loop that a macro makes.
      if let unit = code.unit(holding: other), code.units[unit].kind == .head { return true }
      let isWhole = ![0x2E, 0x5B, punctuation("->")].contains(code.punctuation(at: other + 1))
      return code.isTouched(other) && (isWhole || code.punctuation(at: other - 1) != 0x26)
    }
  }

  /// A name of the tree's that the function has no other use for.
  private func freeName() -> String? {
    fetch.names.first { name in
      !(function.head.lowerBound..<function.body.upperBound).contains { code.spells($0, name) && !code.isMember($0) }
    }
  }

  // MARK: One value

  private func fetch(
    _ value: Range<Int>, in unit: Int, _ owner: ObjectPath, _ name: String, _ reader: RelativeText,
    _ result: inout Result
  ) -> Bool {
    let block = block(of: unit)
    let exits = FetchExits(code: code, function: function, variable: variable, fetch: fetch, reader: reader)
    func text(_ unit: Int) -> String { reader.text(code.units[unit].tokens) }
    func stands(_ other: Int) -> Bool {
      code.units[other].kind == .statement && self.block(of: other) == block && !code.isCommanded(other)
    }
    guard !code.isCommanded(unit), code.units[unit].kind == .statement, isRead(value, in: unit),
      // What else looks at the variable would see it moved on.
      !code.units[unit].tokens.contains(where: { isOther($0, than: value) }),
      let advance = code.units.indices.dropFirst(unit + 1).first(where: { names(variable, in: $0) }), stands(advance),
      function.body.contains(code.units[advance].tokens.lowerBound), fetch.advances.contains(text(advance)),
      // Whoever leaves, or comes in, in between has not done both.
      !(unit...advance).contains(where: { exits.isJump($0) || [.label, .directive].contains(code.units[$0].kind) }),
      !code.source.text[start(code.units[unit].tokens.lowerBound)..<end(code.units[advance].end - 1)]
        .contains(ActiveText.blank),
      let exit = exits.exit(unit)
    else { return false }
    let beside = (Array(unit + 1..<advance) + [advance + 1]).filter {
      code.units.indices.contains($0) && stands($0) && fetch.dropped.contains(text($0))
    }
    let rewriter = Rewriter(file: file, code: code)
    for other in [advance] + beside {
      guard let removal = rewriter.removeUnit(other, rule) else { return false }
      result.edits += removal
      result.consumed.formUnion(code.units[other].tokens)
      result.deletions.append(
        .init(site: site(other), text: code.written(code.units[other].tokens.lowerBound..<code.units[other].end)))
    }
    let left = Set(fetch.dropped).subtracting(beside.map(text)).sorted()
    if !left.isEmpty {
      let texts = left.map { "`\(Fetch.shown($0))`" }.joined(separator: ", ")
      result.flags.append(
        Flag(.lowConfidence, "\(site(unit)): the tree drops \(texts) where it calls \(fetch.function)(); not seen here")
      )
    }
    result.consumed.formUnion(value)
    if case .statement(let leave) = exit, !exits.isAtOnce(unit) {
      result.flags.append(
        Flag(.valueUsed, "\(site(unit)): `\(leave)` where \(fetch.function)() gives nothing, behind other statements"))
    }
    return add(exit, before: unit, value, fetch.call(owner, name), name, &result)
  }

  private func add(
    _ exit: FetchExit, before unit: Int, _ value: Range<Int>, _ call: String, _ name: String, _ result: inout Result
  ) -> Bool {
    switch exit {
    case .condition(let tokens, let isDenied):
      result.edits.append(edit(start(tokens.lowerBound)..<end(tokens.upperBound - 1), isDenied ? "!\(call)" : call))
      result.consumed.formUnion(tokens)
    case .statement(let leave):
      guard !StatementInsertion.isDeclaration(unit, code) else {
        return split(unit, value, leaving: leave, call, name, &result)
      }
      let begin = start(code.units[unit].tokens.lowerBound)
      let line = lines.range(ofLine: lines.line(of: begin)).lowerBound
      guard isBlank(line..<begin) else { return false }
      let text = conditional(call, leave, indent: line..<begin).map { $0 + newline }.joined()
      result.edits.append(edit(line..<line, text))
    }
    result.edits.append(edit(start(value.lowerBound)..<end(value.upperBound - 1), name))
    return true
  }

  /// `type x = value;` becomes `type x;` and, behind the declarations, `x = name;`.
  private func split(
    _ unit: Int, _ value: Range<Int>, leaving leave: String, _ call: String, _ name: String, _ result: inout Result
  ) -> Bool {
    let tokens = code.units[unit].tokens
    let begin = start(tokens.lowerBound)
    let line = lines.range(ofLine: lines.line(of: begin)).lowerBound
    guard value.upperBound == tokens.upperBound, code.punctuation(at: value.lowerBound - 1) == 0x3D,
      code.list(tokens).count == 1, isBlank(line..<begin), !StatementInsertion.isDeclaration(unit + 1, code)
    else { return false }
    let own = code.source.spelling(code.tokens[value.lowerBound - 2])
    let white = String(decoding: code.source.text[line..<begin], as: UTF8.self)
    let texts = conditional(call, leave, indent: line..<begin) + ["\(white)\(own) = \(name);"]
    let statement = texts.joined(separator: newline).dropFirst(white.count)
    let insertion = StatementInsertion(file: file, code: code).edit(String(statement), behind: unit, rule: rule)
    guard let insertion else { return false }
    result.edits += [edit(end(value.lowerBound - 2)..<end(value.upperBound - 1), ""), insertion]
    return true
  }

  // MARK: Text

  private var newline: String { CompatText.lineEnd(code.source.text) }

  private func edit(_ range: Range<Int>, _ text: String) -> Edit {
    Edit(file: file, range: range, replacement: text, rule: rule)
  }

  private func site(_ unit: Int) -> Site {
    Site(file: file, line: lines.line(of: start(code.units[unit].tokens.lowerBound)))
  }

  private func conditional(_ call: String, _ leave: String, indent: Range<Int>) -> [String] {
    let white = String(decoding: code.source.text[indent], as: UTF8.self)
    return ["\(white)if (!\(call))", "\(white)\t\(leave)"]
  }

  /// Declares the variable that takes the values, behind the one that they were read through.
  private func declaration(of name: String) -> Edit? {
    guard let unit = code.unit(holding: declared).map({ code.units[$0] }) else { return nil }
    let begin = start(unit.tokens.lowerBound)
    let first = lines.range(ofLine: lines.line(of: begin)).lowerBound
    guard isBlank(first..<begin) else { return nil }
    let white = String(decoding: code.source.text[first..<begin], as: UTF8.self)
    // On that line: who has the old type needs no such variable.
    let behind = end(unit.end - 1)
    return edit(behind..<behind, "\(newline)\(white)\(fetch.type) \(name);")
  }
}
