// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// Makes a function fill an array of its own where it filled a field that is const now, and hand it over behind the last
/// element: `object->field[i] = v` becomes `array[i] = v`, and then `setter(object, array)`.
struct LocalCopies: TokenPlaces {
  /// Statements of one block that fill the field of one object; nothing else is among them.
  struct Region {
    var object: String
    /// Indices of the units that fill it.
    var writes: [Int]
    /// All units from the first statement to the last, loops with their bodies.
    var units: Range<Int>
    var line: Int
    var bytes: Range<Int>
  }

  let file: String
  let code: Code
  /// Number of the field's spelling.
  let field: Int32
  let rule: String
  let copy: LocalCopy
  /// What a macro of the driver's stands for; nil where none or several say it.
  let macro: (String) -> String?
  private let lines: LineTable

  init(
    file: String, code: Code, field: Int32, rule: String, copy: LocalCopy, macro: @escaping (String) -> String?
  ) {
    (self.file, self.code, self.field, self.rule, self.copy) = (file, code, field, rule, copy)
    self.macro = macro
    lines = LineTable(code.source.text)
  }

  /// - Parameter complaints: lines; a statement of each region stands on one of them.
  func regions(complainedAbout complaints: Set<Int>) -> [Region] {
    var statements: [(object: String, block: Int, write: Int, units: Range<Int>)] = []
    for index in code.units.indices {
      guard let write = ElementWrite(code.units[index], field, in: code), let statement = statement(around: index)
      else { continue }
      statements.append((code.spelled(write.object), block(of: statement.lowerBound), index, statement))
    }
    var regions: [Region] = []
    for group in Dictionary(grouping: statements, by: { "\($0.block) \($0.object)" }).values {
      let units = group.map(\.units.lowerBound).min()!..<group.map(\.units.upperBound).max()!
      let writes = group.map(\.write).sorted()
      let own = group.reduce(into: Set<Int>()) { $0.formUnion($1.units) }
      guard writes.contains(where: { complaints.contains(line(of: $0)) }), units.allSatisfy(own.contains),
        !units.contains(where: { [.label, .directive].contains(code.units[$0].kind) })
      else { continue }
      regions.append(
        Region(
          object: group[0].object, writes: writes, units: units, line: line(of: units.lowerBound), bytes: bytes(units)))
    }
    return regions.sorted { $0.bytes.lowerBound < $1.bytes.lowerBound }
  }

  /// Nil where control may leave the statements half-way, where they set a part only or those of several objects, and where
  /// the field is wanted in them as a whole.
  func edits(_ region: Region) -> [Edit]? {
    let tokens = code.units[region.units.lowerBound].tokens.lowerBound..<code.units[region.units.upperBound - 1].end
    guard coverage(of: region) != .part, !sets(region.object, in: tokens),
      let function = code.function(holding: tokens.lowerBound), let name = name(in: function),
      !tokens.contains(where: { Keyword(rawValue: code.words[$0]).map(Keyword.leaving.contains) ?? false }),
      let declaration = declaration(name, region)
    else { return nil }
    var edits = [declaration]
    for token in tokens where code.words[token] == field && code.isMember(token) {
      guard let object = object(before: token) else { return nil }
      guard code.spelled(object) == region.object else { continue }
      guard code.punctuation(at: token + 1) == 0x5B, isSet(token, in: region) else { return nil }
      edits.append(edit(start(object.lowerBound)..<end(token), name))
    }
    let last = lines.range(ofLine: lines.line(of: region.bytes.upperBound - 1)).upperBound
    let first = lines.range(ofLine: region.line).lowerBound
    guard isBlank(region.bytes.upperBound..<last), isBlank(first..<region.bytes.lowerBound),
      last > region.bytes.upperBound
    else { return nil }
    let white = String(decoding: code.source.text[first..<region.bytes.lowerBound], as: UTF8.self)
    let call = "\(copy.setter)(\(region.object), \(name));"
    edits.append(edit(last..<last, white + call + CompatText.lineEnd(code.source.text)))
    return edits
  }

  /// What a person should see to.
  func flags(_ region: Region, _ site: Site) -> [Flag] {
    var flags: [Flag] = []
    if coverage(of: region) != .all {
      flags.append(
        Flag(.valueUsed, "\(site): whether all \(copy.length) elements are set before \(copy.setter)() does not show"))
    }
    let tokens = code.units[region.units.lowerBound].tokens.lowerBound..<code.units[region.units.upperBound - 1].end
    let isPassed = tokens.contains { token in
      let before = code.punctuation(at: token - 1)
      return (before == 0x28 || before == 0x2C) && [0x29, 0x2C].contains(code.punctuation(at: token + 1))
        && code.source.spelling(code.tokens[token]) == region.object
    }
    if isPassed {
      flags.append(Flag(.valueUsed, "\(site): `\(region.object)` is passed on before \(copy.setter)() sets its field"))
    }
    return flags
  }

  // MARK: Statements

  /// The loop that does this, or the statement itself; nil where it is all that a condition commands.
  private func statement(around index: Int) -> Range<Int>? {
    guard let loop = control(over: index), isLoop(loop) else {
      return !code.isCommanded(index) ? index..<index + 1 : nil
    }
    guard !code.isCommanded(loop) else { return nil }
    return loop..<(code.units[loop + 1].kind == .open ? close(of: loop + 1) : index) + 1
  }

  /// The control unit whose body holds a unit directly.
  private func control(over index: Int) -> Int? {
    if index > 0, code.units[index - 1].kind == .control { return index - 1 }
    let open = block(of: index)
    return open > 0 && code.units[open - 1].kind == .control ? open - 1 : nil
  }

  private func close(of open: Int) -> Int {
    var at = open + 1
    while at < code.units.count - 1, code.units[at].kind != .close || code.units[at].depth != code.units[open].depth {
      at += 1
    }
    return at
  }

  /// The element at a token is what its statement sets, or one before has set it.
  private func isSet(_ token: Int, in region: Region) -> Bool {
    let close = Int(code.brackets.partner[token + 1])
    guard close > token else { return false }
    return region.writes.contains { index in
      guard let write = ElementWrite(code.units[index], field, in: code) else { return false }
      if write.object.upperBound + 1 == token { return true }
      return code.units[index].end <= token && code.spelled(write.index) == code.spelled(token + 2..<close)
    }
  }

  private enum Coverage { case all, part, unknown }

  /// The indices 0, 1, … one by one, or a loop that counts them, are all; numbers without one of them are not.
  private func coverage(of region: Region) -> Coverage {
    let count = copy.count ?? .max
    var single: Set<Int> = []
    var isCounted = true
    for index in region.writes {
      guard let write = ElementWrite(code.units[index], field, in: code) else { continue }
      let text = code.spelled(write.index)
      let loop = control(over: index).flatMap { isLoop($0) ? $0 : nil }
      if let number = Int(text) {
        single.insert(number)
      } else if let loop, bound(loop, counting: text) == count {
        return .all
      } else if loop != nil {
        isCounted = false
      }
    }
    if copy.count != nil, single.isSuperset(of: 0..<count) { return .all }
    return isCounted ? .part : .unknown
  }

  /// Whether what the object is reached by becomes another one on the way.
  private func sets(_ object: String, in tokens: Range<Int>) -> Bool {
    let source = LexedSource(object)
    let names = Set(source.tokens.filter { $0.kind == .identifier }.map { source.spelling($0) })
    return tokens.contains { token in
      let counts = [punctuation("++"), punctuation("--")]
      return names.contains(code.source.spelling(code.tokens[token])) && !code.isMember(token)
        && (code.isAssignment(token + 1) || counts.contains(code.punctuation(at: token + 1))
          || counts.contains(code.punctuation(at: token - 1)))
    }
  }

  private func isLoop(_ unit: Int) -> Bool {
    Keyword(rawValue: code.words[code.units[unit].tokens.lowerBound]) == .for
  }

  /// `n` of `for (i = 0; i < n; i++)`.
  private func bound(_ loop: Int, counting variable: String) -> Int? {
    let words = code.units[loop].tokens.map { code.source.spelling(code.tokens[$0]) }
    for step in [[variable, "++"], ["++", variable], [variable, "+=", "1"]] {
      let (before, after) = (["for", "(", variable, "=", "0", ";", variable, "<"], [";"] + step + [")"])
      guard words.count == before.count + 1 + after.count, words.starts(with: before),
        words.dropFirst(before.count + 1).elementsEqual(after)
      else { continue }
      return number(words[before.count])
    }
    return nil
  }

  /// A number, the length of the tree's own arrays, or a macro of the driver's that says either.
  private func number(_ text: String) -> Int? {
    let said = Int(text) == nil ? macro(text) ?? text : text
    return said == copy.length ? copy.count : Int(said)
  }

  // MARK: Text

  private func name(in function: Function) -> String? {
    let used = Set(
      (function.head.lowerBound..<function.body.upperBound).filter { !code.isMember($0) }
        .map { code.source.spelling(code.tokens[$0]) })
    return [copy.name, "new_\(copy.name)"].first { !used.contains($0) }
  }

  /// Behind the declarations that begin the block.
  private func declaration(_ name: String, _ region: Region) -> Edit? {
    let open = block(of: region.units.lowerBound)
    guard open >= 0 else { return nil }
    var first = open + 1
    while first < region.units.lowerBound, StatementInsertion.isDeclaration(first, code) { first += 1 }
    let end = CompatText.lineEnd(code.source.text)
    let begin = start(code.units[region.units.lowerBound].tokens.lowerBound)
    let white = String(
      decoding: code.source.text[lines.range(ofLine: lines.line(of: begin)).lowerBound..<begin], as: UTF8.self)
    let text = "\(white)\(copy.element) \(name)[\(copy.length)];\(end)"
    let before = self.end(code.units[first - 1].end - 1)
    let line = lines.range(ofLine: lines.line(of: before - 1))
    guard holdsNoToken(before..<line.upperBound), line.upperBound > before else { return nil }
    return edit(line.upperBound..<line.upperBound, first == open + 1 ? text + end : text)
  }

  /// The tokens of the object that the field at a token is taken from.
  private func object(before token: Int) -> Range<Int>? {
    guard let unit = code.unit(holding: token) else { return nil }
    let arrow = token - 1
    var first = arrow
    while first > code.units[unit].tokens.lowerBound {
      let before = code.tokens[first - 1]
      let isLink = before.punctuation == punctuation("->") || before.punctuation == 0x2E
      if before.kind == .identifier, first == arrow || !(code.tokens[first].kind == .identifier) {
        first -= 1
      } else if isLink, code.tokens[first].kind == .identifier {
        first -= 1
      } else {
        break
      }
    }
    return first < arrow ? first..<arrow : nil
  }

  private func line(of unit: Int) -> Int { lines.line(of: start(code.units[unit].tokens.lowerBound)) }

  private func bytes(_ units: Range<Int>) -> Range<Int> {
    start(code.units[units.lowerBound].tokens.lowerBound)..<end(code.units[units.upperBound - 1].end - 1)
  }

  private func holdsNoToken(_ range: Range<Int>) -> Bool {
    !code.tokens.contains { range.contains(Int($0.start)) }
  }

  private func edit(_ range: Range<Int>, _ text: String) -> Edit {
    Edit(file: file, range: range, replacement: text, rule: rule)
  }
}
