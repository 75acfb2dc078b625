// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// Gives one definition or declaration a new prototype.
struct FunctionRewriting {
  struct Head {
    /// First token of the definition or declaration.
    var start: Int
    var name: Int
    /// Nil for a declaration.
    var body: Range<Int>?
  }
  private static let width = 80
  let file: String
  let code: Code
  let rule: String
  let change: PrototypeChange
  let recoveries: [LearnedRule]
  private let lines: LineTable
  private(set) var edits: [Edit] = []
  private(set) var flags: [Flag] = []
  private(set) var deletions: [AdaptationChange.Deletion] = []
  /// The recoveries that were used.
  private(set) var recovered: [LearnedRule] = []

  init(file: String, code: Code, rule: String, change: PrototypeChange, recoveries: [LearnedRule] = []) {
    (self.file, self.code, self.rule, self.change) = (file, code, rule, change)
    self.recoveries = recoveries
    lines = LineTable(code.source.text)
  }

  /// False where the function can't have the new prototype without a person.
  mutating func rewrite(_ head: Head, _ site: Site) -> Bool {
    guard let prototype = Prototype(head: head.start, name: head.name, code),
      prototype.parameters.count == change.before.parameters.count, result(prototype, head, site),
      parameters(prototype, head, site)
    else { return false }
    if let unit = code.unit(holding: head.name) {
      edits += Indentation(code: code, lines: lines).shifts(for: edits, in: code.units[unit], file, rule)
    }
    if let body = head.body {
      var returns = ReturnRewriting(file: file, code: code, rule: rule)
      guard returns.rewrite(body, from: change.before.resultType, to: change.after.resultType) else { return false }
      edits += returns.edits
      flags += returns.flags
      deletions = returns.deletions
    }
    return true
  }

  private mutating func replace(_ tokens: Range<Int>, with text: String) {
    let range = code.tokens[tokens.lowerBound].range.lowerBound..<code.tokens[tokens.upperBound - 1].range.upperBound
    edits.append(Edit(file: file, range: range, replacement: text, rule: rule))
  }

  private mutating func insert(_ text: String, before token: Int) {
    let offset = Int(code.tokens[token].start)
    edits.append(Edit(file: file, range: offset..<offset, replacement: text, rule: rule))
  }

  // MARK: Return type

  private mutating func result(_ prototype: Prototype, _ head: Head, _ site: Site) -> Bool {
    let (old, new) = (change.before.resultType, change.after.resultType)
    guard old != new else { return true }
    if PrototypeChange.unqualified(old) == PrototypeChange.unqualified(new) {
      return qualify(prototype.result, old, new)
    }
    // Attributes may stand around the type.
    let own = prototype.resultType
    guard let start = own.indices.first(where: { own[$0...].starts(with: old) }) else { return false }
    let first = prototype.result.lowerBound + start
    let isPointer = new.last == "*"
    let text = change.after.text(change.after.result)
    replace(first..<first + old.count, with: text)
    if old.last == "*", !isPointer { edits[edits.count - 1].replacement += " " }
    if old != ["void"], new != ["void"], head.body != nil {
      flags.append(
        Flag(.valueUsed, "\(site): the function returns `\(text)` now, and what it returns is as it was"))
    }
    return true
  }

  // MARK: Parameters

  private mutating func parameters(_ prototype: Prototype, _ head: Head, _ site: Site) -> Bool {
    guard change.changesParameters else { return true }
    var new = 0
    for step in change.steps {
      switch step {
      case .keep(let old, let retyped):
        if retyped, !retype(prototype, old, to: new, head, site) { return false }
        new += 1
      case .insert(let number):
        if !insert(prototype, number, head) { return false }
        new += 1
      case .remove(let old): if !remove(prototype, old, head) { return false }
      }
    }
    return true
  }

  /// `const` where only that changed, else the kernel's own words for the type around the driver's name.
  private mutating func retype(
    _ prototype: Prototype, _ old: Int, to new: Int, _ head: Head, _ site: Site
  ) -> Bool {
    let (own, before, after) = (
      prototype.parameters[old], change.before.parameters[old], change.after.parameters[new]
    )
    let (was, becomes) = (change.before.type(before), change.after.type(after))
    if PrototypeChange.unqualified(was) == PrototypeChange.unqualified(becomes) {
      return qualify(own.tokens, was, becomes)
    }
    guard prototype.type(own) == was, let name = own.name, let place = after.name else { return false }
    let text = after.tokens.reduce(into: "") { text, token in
      let range = change.after.code.tokens[token].range
      if token > after.tokens.lowerBound, range.lowerBound > change.after.code.tokens[token - 1].range.upperBound {
        text += " "
      }
      text += token == place ? prototype.spelling(name) : change.after.spelling(token)
    }
    replace(own.tokens, with: text)
    if let body = head.body, body.contains(where: { code.words[$0] == code.words[name] }) {
      flags.append(
        Flag(.valueUsed, "\(site): `\(prototype.spelling(name))` has another type now, and the function uses it"))
    }
    return true
  }

  /// Adds or takes away the `const` before a type; other places of it are another type's matter.
  private mutating func qualify(_ own: Range<Int>, _ old: [String], _ new: [String]) -> Bool {
    let isConst = Keyword(rawValue: code.words[own.lowerBound]) == .const
    if new == ["const"] + old || (old.first != "const" && new.first == "const" && old == Array(new.dropFirst())) {
      if !isConst { insert("const ", before: own.lowerBound) }
      return true
    }
    guard old == ["const"] + new, own.count > 1 else { return false }
    if isConst {
      let range = code.tokens[own.lowerBound].range.lowerBound..<code.tokens[own.lowerBound + 1].range.lowerBound
      edits.append(Edit(file: file, range: range, replacement: "", rule: rule))
    }
    return true
  }

  private mutating func insert(_ prototype: Prototype, _ number: Int, _ head: Head) -> Bool {
    let parameter = change.after.parameters[number]
    var text = change.after.usualText(parameter)
    // A declaration may leave out what the kernel's leaves out.
    if let own = change.after.name(parameter) {
      guard let name = freeName(parameter, head), text.hasSuffix(own) || name == own else { return false }
      if name != own { text = text.dropLast(own.count) + name }
    } else if head.body != nil {
      guard let name = freeName(parameter, head) else { return false }
      text += text.hasSuffix("*") ? name : " \(name)"
    }
    let (open, close) = prototype.parentheses
    // Behind the old parameter that goes before it, else before the first one that stays.
    let previous = change.steps.prefix { if case .insert(number) = $0 { false } else { true } }
      .compactMap { step -> Int? in if case .keep(let old, _) = step { old } else { nil } }.last
    if let previous {
      let offset = Int(code.tokens[prototype.parameters[previous].tokens.upperBound - 1].end)
      let separator =
        isTooLong(offset, adding: text) ? "," + CompatText.lineEnd(code.source.text) + indentation(open) : ", "
      edits.append(Edit(file: file, range: offset..<offset, replacement: separator + text, rule: rule))
    } else if let first = prototype.parameters.first {
      let offset = Int(code.tokens[first.tokens.lowerBound].start)
      edits.append(Edit(file: file, range: offset..<offset, replacement: text + ", ", rule: rule))
    } else {
      let range = Int(code.tokens[open].end)..<Int(code.tokens[close].start)
      edits.append(Edit(file: file, range: range, replacement: text, rule: rule))
    }
    return true
  }

  /// What a new parameter is called in a function: as the kernel calls it, else after its type.
  private func freeName(_ parameter: Prototype.Parameter, _ head: Head) -> String? {
    let end = head.body?.upperBound ?? head.name
    let names = [change.after.name(parameter)].compactMap { $0 } + Self.names(for: change.after.type(parameter))
    return names.first { name in
      !(head.start..<end).contains { code.source.bytes(code.tokens[$0]).elementsEqual(name.utf8) }
    }
  }

  /// `struct acpi_battery_hook *` → `hook`, `battery_hook`, `acpi_battery_hook`; `arg` for what has no name of its own.
  private static func names(for type: [String]) -> [String] {
    if IntegerSpelling.isInteger(type) { return ["arg"] }
    let tag = type.last { $0.utf8.first.map { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A } ?? false }
    let words = tag?.split(separator: "_") ?? []
    return words.indices.reversed().map { words[$0...].joined(separator: "_") }
  }

  private mutating func remove(_ prototype: Prototype, _ old: Int, _ head: Head) -> Bool {
    let own = prototype.parameters[old]
    if let name = own.name, let body = head.body, body.contains(where: { code.words[$0] == code.words[name] }),
      !recover(prototype, old, name, body, head)
    {
      return false
    }
    let count = prototype.parameters.count
    let range: Range<Int>
    if old + 1 < count {
      range =
        Int(
          code.tokens[own.tokens.lowerBound].start)..<Int(
          code.tokens[prototype.parameters[old + 1].tokens.lowerBound].start)
    } else if old > 0 {
      range =
        Int(
          code.tokens[prototype.parameters[old - 1].tokens.upperBound - 1].end)..<Int(
          code.tokens[own.tokens.upperBound - 1].end)
    } else {
      range = Int(code.tokens[own.tokens.lowerBound].start)..<Int(code.tokens[own.tokens.upperBound - 1].end)
    }
    let isOnly = count == 1 && change.after.parameters.isEmpty
    edits.append(Edit(file: file, range: range, replacement: isOnly ? "void" : "", rule: rule))
    return true
  }

  /// Declares the lost parameter as a variable, set as in-tree functions set it.
  private mutating func recover(
    _ prototype: Prototype, _ old: Int, _ name: Int, _ body: Range<Int>, _ head: Head
  ) -> Bool {
    let type = change.before.type(change.before.parameters[old])
    guard let recovery = recoveries.first(where: { $0.lost == change.lost(old) }),
      let first = code.units.first(where: { $0.tokens.lowerBound > body.lowerBound }),
      [.statement, .control].contains(first.kind)
    else { return false }
    // `¤k` is a parameter of the new prototype: the driver's own name for it.
    var names: [String] = []
    for step in change.steps {
      switch step {
      case .keep(let kept, _): names.append(prototype.name(prototype.parameters[kept]) ?? "")
      case .insert(let number): names.append(freeName(change.after.parameters[number], head) ?? "")
      case .remove: break
      }
    }
    var value = recovery.right
    for (number, own) in names.enumerated().reversed() { value = value.replacing("¤\(number)", with: own) }
    guard !value.contains("¤"), !names.contains("") || !recovery.right.contains("¤") else { return false }
    let start = Int(code.tokens[first.tokens.lowerBound].start)
    let line = lines.range(ofLine: lines.line(of: start)).lowerBound
    let white = code.source.text[line..<start]
    guard white.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { return false }
    let typeText = type.joined(separator: " ").replacing(" * *", with: " **")
    let text = typeText + (typeText.hasSuffix("*") ? "" : " ") + prototype.spelling(name) + " = " + value + ";"
    edits.append(
      Edit(
        file: file, range: line..<line,
        replacement: String(decoding: white, as: UTF8.self) + text + CompatText.lineEnd(code.source.text), rule: rule))
    recovered.append(recovery)
    return true
  }

  // MARK: Layout

  private func isTooLong(_ offset: Int, adding text: String) -> Bool {
    let line = lines.range(ofLine: lines.line(of: offset))
    return column(line.upperBound - 1, from: line.lowerBound) + text.utf8.count + 2 > Self.width
  }

  /// White space up to the place behind a parenthesis, in the file's own manner.
  private func indentation(_ open: Int) -> String {
    let end = Int(code.tokens[open].end)
    let start = lines.range(ofLine: lines.line(of: end - 1)).lowerBound
    let width = column(end, from: start)
    return String(repeating: "\t", count: width / 8) + String(repeating: " ", count: width % 8)
  }

  private func column(_ offset: Int, from start: Int) -> Int {
    code.source.text[start..<offset].reduce(0) { $1 == 0x09 ? ($0 / 8 + 1) * 8 : $0 + 1 }
  }
}
