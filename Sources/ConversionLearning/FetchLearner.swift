// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Reads off in-tree functions which call took the place of reading a value through a variable and moving that on.
struct FetchLearner {
  private static let leastFiles = 3

  /// What one in-tree function shows.
  private struct Example {
    var file: String
    var function: String
    var isOwnerFirst: Bool
    var origin: VariableOrigin
    var values: Set<String>
    var advances: Set<String> = []
    /// Statements beside: whether they went.
    var beside: [String: Bool] = [:]
    var empty: Set<String> = []
    /// The call says the contrary.
    var isContrary = false
    var type: String?
    var name: String
    /// Of the first value.
    var shown: Rule.Example?
  }
  private var examples: [Example] = []
  /// What was read through the variable, by file.
  private var reads: [String: Set<String>] = [:]

  /// The call and where the variables come from; nil where too few files show it.
  ///
  /// - Parameter held: files that are held out.
  func found(_ nearness: Nearness, without held: Set<String>) -> (Fetch, VariableOrigin)? {
    let known = examples.filter { !held.contains($0.file) }
    let groups = Dictionary(grouping: known) { "\($0.function) \($0.isOwnerFirst)" }
    guard let group = groups.max(by: { (Self.files($0.value), $1.key) < (Self.files($1.value), $0.key) })?.value,
      let value = Self.ranked(group.flatMap { one in one.values.map { (one.file, $0) } }).first,
      case let own = group.filter({ $0.values.contains(value) }), Self.files(own) >= Self.leastFiles,
      !own.contains(where: \.isContrary),
      let origin = Self.ranked(own.map { ($0.file, $0.origin) }).first,
      let type = Self.ranked(own.compactMap { one in one.type.map { (one.file, $0) } }).first
    else { return nil }
    let empty = Self.ranked(own.flatMap { one in one.empty.map { (one.file, $0) } }, atLeast: Self.leastFiles)
    let advances = Self.ranked(own.flatMap { one in one.advances.map { (one.file, $0) } }, atLeast: Self.leastFiles)
    // Without them it is not known what the call says, or what it does.
    guard !empty.isEmpty, !advances.isEmpty else { return nil }
    let beside = own.flatMap { one in one.beside.map { (file: one.file, text: $0.key, isGone: $0.value) } }
    let dropped = Set(beside.map(\.text)).filter { text in
      let all = Set(beside.filter { $0.text == text }.map(\.file))
      let gone = Set(beside.filter { $0.text == text && $0.isGone }.map(\.file))
      return all.count >= Self.leastFiles && gone.count * 2 > all.count
    }
    let files = Set(own.map(\.file))
    let nearest = nearness.sorted(files).compactMap { file in own.first { $0.file == file }?.shown }
    let fetch = Fetch(
      value: value, advances: advances, dropped: dropped.sorted(), empty: empty, function: own[0].function,
      isOwnerFirst: own[0].isOwnerFirst, type: type, names: Self.ranked(own.map { ($0.file, $0.name) }),
      support: files.count,
      opportunities: files.union(reads.filter { $0.value.contains(value) && !held.contains($0.key) }.keys).count,
      examples: Array(nearest.prefix(Rule.exampleLimit)))
    return (fetch, origin)
  }

  private static func files(_ examples: [Example]) -> Int { Set(examples.map(\.file)).count }

  /// What most files show first.
  private static func ranked<Value: Hashable>(_ found: [(String, Value)], atLeast least: Int = 1) -> [Value] {
    let files = Dictionary(grouping: found, by: \.1).mapValues { Set($0.map(\.0)).count }.filter { $0.value >= least }
    return files.sorted { ($0.value, "\($1.key)") > ($1.value, "\($0.key)") }.map(\.key)
  }

  mutating func read(_ function: RetypedFunction, _ window: Window) {
    let words = function.words(window)
    readReads(function.old, words.old, window)
    guard let old = window.old.origin(of: words.old, in: function.old).flatMap({ ObjectPath(pointer: $0, window.old) }),
      let new = window.new.origin(of: words.new, in: function.new).flatMap({ ObjectPath(pointer: $0, window.new) })
    else { return }
    let known = Set(function.old.body.map { window.old.words[$0] })
    for token in function.new.body
    where window.new.punctuation(at: token + 1) == 0x28 && !known.contains(window.new.words[token])
      && window.new.tokens[token].kind == .identifier && Keyword(rawValue: window.new.words[token]) == nil
    {
      guard let call = FetchCall(token, window.new), old.starts(with: call.owner), new.starts(with: call.owner) else {
        continue
      }
      let origin = VariableOrigin(
        before: Array(old.steps.dropFirst(call.owner.steps.count)),
        after: Array(new.steps.dropFirst(call.owner.steps.count)))
      read(call, origin, function, window)
    }
  }

  private mutating func readReads(_ function: Function, _ variable: Int32, _ window: Window) {
    let reader = RelativeText(window.old, variable: variable, owner: nil)
    for token in function.body where window.old.words[token] == variable && !window.old.isMember(token) {
      guard let unit = window.old.unit(holding: token) else { continue }
      let tree = ExpressionTree(window.old, window.old.units[unit].tokens)
      for node in tree.path(to: token) where [.member, .index].contains(tree.nodes[node].kind) {
        reads[window.path, default: []].insert(reader.text(tree.nodes[node].tokens))
      }
    }
  }

  private mutating func read(
    _ call: FetchCall, _ origin: VariableOrigin, _ function: RetypedFunction, _ window: Window
  ) {
    let words = function.words(window)
    let reader = RelativeText(window.old, variable: words.old, owner: call.owner)
    let olds = Self.units(of: function.old, window.old)
    let news = Self.units(of: function.new, window.new)
    let holding = olds.filter { unit in
      !window.isSame[unit]
        && window.old.units[unit].tokens.contains { window.old.words[$0] == words.old && !window.old.isMember($0) }
    }
    var example = Example(
      file: window.path, function: call.name, isOwnerFirst: call.isOwnerFirst, origin: origin, values: [],
      name: window.new.source.spelling(window.new.tokens[call.variable]))
    var places: [Int] = []
    for unit in news where !window.new.units[unit].tokens.contains(call.token) {
      let tokens = window.new.units[unit].tokens
      let taken = tokens.filter {
        window.new.words[$0] == window.new.words[call.variable] && !window.new.isMember($0)
      }
      guard taken.count == 1 else { continue }
      for old in holding {
        guard let range = Self.replaced(old, by: taken[0]..<taken[0] + 1, in: unit, window),
          range.contains(where: { window.old.words[$0] == words.old })
        else { continue }
        example.values.insert(reader.text(range))
        places.append(old)
        if example.shown == nil { example.shown = window.example(of: old, became: unit) }
      }
    }
    guard let place = places.first else { return }
    // The next that has to do with the variable.
    let advances = places.compactMap { place in holding.first { $0 > place } }.filter {
      Self.isAdvance($0, words.old, window.old)
    }
    example.advances = Set(advances.map { reader.text(window.old.units[$0].tokens) })
    readNeighbours(of: place, advances, &example, reader, (olds, news), words.new, call, window)
    readEmpty(call, holding, &example, reader, window)
    example.type = window.new.plainType(of: window.new.words[call.variable], in: news)
    examples.append(example)
  }

  private func readNeighbours(
    of place: Int, _ advances: [Int], _ example: inout Example, _ reader: RelativeText, _ units: ([Int], [Int]),
    _ variable: Int32, _ call: FetchCall, _ window: Window
  ) {
    guard let advance = advances.first(where: { $0 > place }) else { return }
    let other = RelativeText(window.new, variable: variable, owner: call.owner)
    let olds = Dictionary(units.0.map { (reader.text(window.old.units[$0].tokens), 1) }, uniquingKeysWith: +)
    let news = Dictionary(units.1.map { (other.text(window.new.units[$0].tokens), 1) }, uniquingKeysWith: +)
    let neighbours = Array(place + 1..<advance) + [advance + 1]
    for unit in neighbours where window.old.units.indices.contains(unit) {
      let text = reader.text(window.old.units[unit].tokens)
      guard window.old.units[unit].kind == .statement, text.contains(RelativeText.ownerMark),
        !text.contains(RelativeText.variableMark)
      else { continue }
      example.beside[text] = news[text, default: 0] < olds[text, default: 0]
    }
  }

  /// What the call stands for: where it is denied, what held; where it is not, what did not.
  private func readEmpty(
    _ call: FetchCall, _ holding: [Int], _ example: inout Example, _ reader: RelativeText, _ window: Window
  ) {
    guard let unit = window.new.unit(holding: call.token) else { return }
    let isDenied =
      call.token > window.new.units[unit].tokens.lowerBound && window.new.punctuation(at: call.token - 1) == 0x21
    // What became something else does not tell.
    for old in holding where [-1, Int32(unit)].contains(window.newUnit[old]) {
      let range = isDenied ? call.token - 1..<call.end : call.token..<call.end
      guard let replaced = Self.replaced(old, by: range, in: unit, window) else { continue }
      let isOldDenied = window.old.punctuation(at: replaced.lowerBound) == 0x21
      let text = reader.text(isOldDenied ? replaced.dropFirst() : replaced)
      if isOldDenied == isDenied {
        example.isContrary = true
      } else if !isOldDenied || !(text.contains("&&") || text.contains("||")) {
        example.empty.insert(text)
      }
    }
  }

  /// The tokens of an old unit in whose place a new one has others, if everything else is the same.
  private static func replaced(_ old: Int, by range: Range<Int>, in new: Int, _ window: Window) -> Range<Int>? {
    let (olds, news) = (window.old.units[old].tokens, window.new.units[new].tokens)
    let (before, behind) = (range.lowerBound - news.lowerBound, news.upperBound - range.upperBound)
    guard before >= 0, behind >= 0, window.old.units[old].kind == window.new.units[new].kind,
      olds.count > before + behind,
      window.old.words[olds].prefix(before).elementsEqual(window.new.words[news].prefix(before)),
      window.old.words[olds].suffix(behind).elementsEqual(window.new.words[news].suffix(behind))
    else { return nil }
    return olds.lowerBound + before..<olds.upperBound - behind
  }

  private static func units(of function: Function, _ code: Code) -> [Int] {
    code.units.indices.filter { function.body.contains(code.units[$0].tokens.lowerBound) }
  }

  /// `variable->field = …`.
  private static func isAdvance(_ unit: Int, _ variable: Int32, _ code: Code) -> Bool {
    let tokens = code.units[unit].tokens
    return code.units[unit].kind == .statement && code.words[tokens.lowerBound] == variable
      && code.isMember(tokens.lowerBound + 2) && tokens.contains { code.isAssignment($0) }
  }
}

extension Code {
  /// `type` of `type name;` among some units; nil where the variable is not declared alone and without a value.
  func plainType(of variable: Int32, in units: [Int]) -> String? {
    for unit in units where self.units[unit].kind == .statement && self.units[unit].tokens.count > 1 {
      let range = self.units[unit].tokens
      guard let name = range.first(where: { words[$0] == variable }), name == range.upperBound - 1,
        range.dropLast().allSatisfy({ tokens[$0].kind == .identifier }),
        ![.return, .goto, .else, .do].contains(Keyword(rawValue: words[range.lowerBound]))
      else { continue }
      return Spacing.line(self, range.lowerBound..<name)
    }
    return nil
  }
}

/// `get(owner, &variable)`.
private struct FetchCall {
  var token: Int
  /// Behind the closing parenthesis.
  var end: Int
  var name: String
  var owner: ObjectPath
  var isOwnerFirst: Bool
  /// Token of the variable.
  var variable: Int

  init?(_ token: Int, _ code: Code) {
    let close = Int(code.brackets.partner[token + 1])
    guard close > token + 1, case let arguments = code.list(token + 2..<close), arguments.count == 2,
      let taken = arguments.lastIndex(where: { argument in
        argument.count == 2 && code.punctuation(at: argument.lowerBound) == 0x26
          && code.tokens[argument.lowerBound + 1].kind == .identifier
      }), let owner = ObjectPath(pointer: arguments[1 - taken], code)
    else { return nil }
    (self.token, end, name, isOwnerFirst) = (token, close + 1, code.source.spelling(code.tokens[token]), taken == 1)
    (self.owner, variable) = (owner, arguments[taken].lowerBound + 1)
  }
}
