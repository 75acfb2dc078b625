// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// Makes a function hand over in a structure what it set on an object after that was made: `object = make(NULL, x);
/// set_size(object, v);` becomes `struct limits lim = { .size = v };` and `object = make(&lim, x);`.
struct GatheredSettings: TokenPlaces {
  /// A setter's call that becomes a field.
  struct Setting {
    var rule: LearnedRule
    /// Index of its unit.
    var unit: Int
    var field: String
    var value: String
    /// What the value names may change on the way: it is set right before the object is made.
    var isLocal: Bool
    /// Something that is called between the two may change it.
    var mayDiffer: Bool
    var line: Int
  }

  /// What one function hands over.
  struct Region {
    var function: Function
    /// Index of the unit that makes the object.
    var maker: Int
    /// Name of the call that makes it.
    var callee: Int
    /// Tokens of the argument that becomes the structure's address; empty before the token where it comes in.
    var argument: Range<Int>
    var settings: [Setting]
  }

  let file: String
  let code: Code
  /// For each setter its rule; all of them fill one structure.
  let rules: [Int32: LearnedRule]
  private let lines: LineTable

  init(file: String, code: Code, rules: [Int32: LearnedRule]) {
    (self.file, self.code, self.rules) = (file, code, rules)
    lines = LineTable(code.source.text)
  }

  /// The functions that make one object and then call setters on it, with those calls that may come before.
  func regions() -> [Region] {
    let makers = rules.values.reduce(into: Set<Gathering.Maker>()) { $0.formUnion($1.gathering?.makers ?? []) }
      .sorted { ($0.name, $0.argument, $0.count) < ($1.name, $1.argument, $1.count) }
    return code.functions.compactMap { function in
      guard function.body.contains(where: { rules[code.words[$0]] != nil }) else { return nil }
      let units = code.units.indices.filter { function.body.contains(code.units[$0].tokens.lowerBound) }
      let found = units.compactMap { unit in call(makers, in: unit).map { (unit: unit, call: $0) } }
      guard found.count == 1, let (maker, call) = found.first, code.units[maker].kind == .statement,
        !code.isCommanded(maker)
      else { return nil }
      let objects = objects(made: maker)
      let depth = code.units[maker].depth
      let behind = units.drop { $0 <= maker }.prefix { code.units[$0].depth >= depth }
        .filter { code.units[$0].depth == depth && !code.isCommanded($0) }
      var settings = behind.compactMap { setting($0, objects, maker, function) }
      // Of two values for one field the later one would win.
      let fields = settings.reduce(into: [String: Int]()) { $0[$1.field, default: 0] += 1 }
      settings.removeAll { fields[$0.field]! > 1 }
      return settings.isEmpty
        ? nil
        : Region(
          function: function, maker: maker, callee: call.callee, argument: call.argument, settings: settings)
    }
  }

  /// Nil where the function's text leaves no room.
  func edits(_ region: Region, rule: String, _ gathering: Gathering) -> [Edit]? {
    let open = region.function.body.lowerBound
    let brace = lines.range(ofLine: lines.line(of: start(open)))
    guard isBlank(end(open)..<brace.upperBound), brace.upperBound > end(open), let indent = indent(region.maker),
      let name = name(gathering.variable, in: region.function)
    else { return nil }
    let newline = CompatText.lineEnd(code.source.text)
    func edit(_ range: Range<Int>, _ text: String) -> Edit {
      Edit(file: file, range: range, replacement: text, rule: rule)
    }
    let elements = region.settings.filter { !$0.isLocal }.map { "\t\t.\($0.field) = \($0.value)," }
    let object =
      elements.isEmpty
      ? ["\t\(gathering.structure) \(name) = { };"]
      : ["\t\(gathering.structure) \(name) = {"] + elements + ["\t};"]
    var edits = [
      edit(brace.upperBound..<brace.upperBound, object.map { $0 + newline }.joined()),
      region.argument.isEmpty
        ? edit(start(region.argument.lowerBound)..<start(region.argument.lowerBound), "&\(name), ")
        : edit(start(region.argument.lowerBound)..<end(region.argument.upperBound - 1), "&\(name)"),
    ]
    let late = region.settings.filter(\.isLocal).map { "\(indent)\(name).\($0.field) = \($0.value);\(newline)" }
    if !late.isEmpty {
      let line = lines.range(ofLine: lines.line(of: start(code.units[region.maker].tokens.lowerBound))).lowerBound
      edits.append(edit(line..<line, late.joined()))
    }
    let rewriter = Rewriter(file: file, code: code)
    for setting in region.settings {
      guard let removal = rewriter.removeUnit(setting.unit, rule) else { return nil }
      edits += removal
    }
    return edits
  }

  // MARK: The object

  /// A maker's call without a structure, and the argument that says so; an empty one where the call has one less, as
  /// the old kernel had it.
  private func call(_ makers: [Gathering.Maker], in unit: Int) -> (callee: Int, argument: Range<Int>)? {
    let tokens = code.units[unit].tokens
    for token in tokens.dropLast() where code.punctuation(at: token + 1) == 0x28 {
      let close = Int(code.brackets.partner[token + 1])
      guard close > token + 2, close <= tokens.upperBound else { continue }
      let arguments = code.list(token + 2..<close)
      let name = code.source.spelling(code.tokens[token])
      for maker in makers where maker.name == name {
        if arguments.count == maker.count, case let argument = arguments[maker.argument], argument.count == 1,
          code.spells(argument.lowerBound, "NULL")
        {
          return (token, argument)
        }
        if arguments.count == maker.count - 1, arguments.indices.contains(maker.argument) {
          let first = arguments[maker.argument].lowerBound
          return (token, first..<first)
        }
      }
    }
    return nil
  }

  /// What the statement assigns, `a` and `b` in `a = b = make();`, without spaces.
  private func objects(made unit: Int) -> [String] {
    var objects: [String] = []
    var first = code.units[unit].tokens.lowerBound
    for token in code.units[unit].tokens where code.punctuation(at: token) == 0x3D {
      objects.append(code.spelled(first..<token))
      first = token + 1
    }
    return objects
  }

  /// The expression is an object, part of one, or a variable that was set to such once before.
  private func isAbout(_ objects: [String], _ expression: Range<Int>, between: Range<Int>) -> Bool {
    let text = code.spelled(expression)
    if objects.contains(where: { text == $0 || text.hasPrefix($0 + "->") || text.hasPrefix($0 + ".") }) { return true }
    guard expression.count == 1 else { return false }
    let uses = between.filter { code.words[$0] == code.words[expression.lowerBound] && !code.isMember($0) }
    let set = uses.filter { code.isTouched($0) }
    guard set.count == 1, let only = set.first, code.punctuation(at: only + 1) == 0x3D,
      let unit = code.unit(holding: only), case let tokens = code.units[unit].tokens, tokens.lowerBound == only,
      tokens.upperBound > only + 2
    else { return false }
    let value = code.spelled(only + 2..<tokens.upperBound)
    return objects.contains { value == $0 || value.hasPrefix($0 + "->") }
  }

  // MARK: Settings

  /// A call that may come before the object is made; nil for anything else.
  private func setting(_ unit: Int, _ objects: [String], _ maker: Int, _ function: Function) -> Setting? {
    let tokens = code.units[unit].tokens
    guard code.units[unit].kind == .statement, tokens.count > 3, let rule = rules[code.words[tokens.lowerBound]],
      let gathering = rule.gathering, Int(code.brackets.partner[tokens.lowerBound + 1]) == tokens.upperBound - 1
    else { return nil }
    let arguments = code.list(tokens.lowerBound + 2..<tokens.upperBound - 1)
    let between = code.units[maker].end..<tokens.lowerBound
    guard let object = arguments.first, arguments.allSatisfy({ !$0.isEmpty }),
      isAbout(objects, object, between: between),
      !isWritten(object, in: between)
    else { return nil }
    let texts = arguments.dropFirst().map { range in
      String(decoding: code.source.text[start(range.lowerBound)..<end(range.upperBound - 1)], as: UTF8.self)
    }
    guard let value = gathering.value(texts), let last = arguments.last, let kind = isFree(last, maker, unit, function)
    else { return nil }
    return Setting(
      rule: rule, unit: unit, field: gathering.field, value: value, isLocal: kind == .local,
      mayDiffer: kind == .local && calls(between),
      line: lines.line(of: start(tokens.lowerBound)))
  }

  /// Something below the object is set by hand, or given away to be set: which of the two comes last matters.
  private func isWritten(_ object: Range<Int>, in between: Range<Int>) -> Bool {
    let text = code.spelled(object)
    return between.contains { token in
      guard let unit = code.unit(holding: token) else { return false }
      let tokens = code.units[unit].tokens
      if code.isAssignment(token) { return code.spelled(tokens.lowerBound..<token).hasPrefix(text + "->") }
      guard code.punctuation(at: token) == 0x26 else { return false }
      let given = code.spelled(token + 1..<max(token + 1, tokens.upperBound))
      return given.hasPrefix(text + "->") || given.hasPrefix(text + ".")
    }
  }

  /// Anything but a setter, by the case of its name a macro that is a constant.
  private func calls(_ tokens: Range<Int>) -> Bool {
    tokens.contains { token in
      code.tokens[token].kind == .identifier && code.punctuation(at: token + 1) == 0x28
        && Keyword(rawValue: code.words[token]) == nil && rules[code.words[token]] == nil
        && !isConstant(code.source.spelling(code.tokens[token]))
    }
  }

  private func isConstant(_ name: String) -> Bool {
    ["true", "false"].contains(name) || !name.utf8.contains { $0 >= 0x61 && $0 <= 0x7A }
  }

  private enum Freedom { case constant, local }

  /// When the value may be taken: at any time, or right before the object is made; nil if neither.
  private func isFree(_ value: Range<Int>, _ maker: Int, _ unit: Int, _ function: Function) -> Freedom? {
    var kind = Freedom.constant
    for token in value where code.tokens[token].kind == .identifier {
      let name = code.source.spelling(code.tokens[token])
      let isKeyword = Keyword(rawValue: code.words[token]) != nil
      if code.punctuation(at: token + 1) == 0x28, !isConstant(name), !isKeyword { return nil }
      let between = code.units[maker].tokens.lowerBound..<code.units[unit].tokens.lowerBound
      if isMember(behind: token) {
        // Who is given the whole object may change what is in it.
        if between.contains(where: { code.words[$0] == code.words[token] && !isMember(behind: $0) }) { return nil }
        kind = .local
      }
      let uses = function.body.filter { code.words[$0] == code.words[token] && code.isTouched($0) }
      if uses.contains(where: { between.contains($0) }) { return nil }
      let isElement = code.punctuation(at: token + 1) == 0x5B
      if !uses.isEmpty || isElement || !(isConstant(name) || isKeyword) || isDefined(name) { kind = .local }
    }
    return kind
  }

  private func isMember(behind token: Int) -> Bool { code.isMember(token + 2) }

  /// The file defines the name as something that is not constant by itself.
  private func isDefined(_ name: String) -> Bool {
    code.units.contains { unit in
      let tokens = unit.tokens
      return unit.kind == .directive && tokens.count > 3 && code.spells(tokens.lowerBound + 1, "define")
        && code.spells(tokens.lowerBound + 2, name)
        && tokens.dropFirst(3).contains {
          code.tokens[$0].kind == .identifier && !isConstant(code.source.spelling(code.tokens[$0]))
        }
    }
  }

  // MARK: Text

  private func name(_ wanted: String, in function: Function) -> String? {
    let used = Set(
      (function.head.lowerBound..<function.body.upperBound).filter { !code.isMember($0) }
        .map { code.source.spelling(code.tokens[$0]) })
    return used.contains(wanted) ? nil : wanted
  }

  /// The white space before a statement that has its line for itself.
  private func indent(_ unit: Int) -> String? {
    let begin = start(code.units[unit].tokens.lowerBound)
    let first = lines.range(ofLine: lines.line(of: begin)).lowerBound
    return isBlank(first..<begin) ? String(decoding: code.source.text[first..<begin], as: UTF8.self) : nil
  }
}
