// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import KernelModel

/// What a driver uses of the kernel, by name: the index that a change is held against.
package struct DriverUses: Sendable {
  /// What is known of one name.
  package struct Name: Codable, Hashable, Sendable {
    package var uses: [Use] = []
    /// The driver defines a function or macro of that name.
    var isOwn = false
    /// A structure of the driver's own has a field of that name.
    var isOwnField = false
  }
  /// What the driver says of itself.
  package struct Statements: Codable, Hashable, Sendable {
    /// Namespaces that it imports, and licences that it names.
    var imports: Set<String> = []
    var licences: Set<String> = []
  }
  package private(set) var all: [String: Name] = [:]
  package private(set) var statements = Statements()

  /// What was read before, or the part of it that a question needs.
  package init(_ statements: Statements, names: [String: Name]) { (self.statements, all) = (statements, names) }

  /// - Parameters:
  ///   - files: sources, headers and build files, by path relative to the driver's root.
  ///   - version: what a kernel of this release does not compile is left out; nil for whatever kernel.
  package init(_ files: [String: SourceText], on version: KernelVersion?) {
    var spellings = Spellings()
    var types: [String: Set<FunctionType>] = [:]
    for (path, text) in files.sorted(by: { $0.key < $1.key }) {
      guard [".c", ".h", ".S"].contains(where: path.hasSuffix) else {
        readBuild(text, path)
        continue
      }
      let inactive = version.map { VersionConditions.inactiveLines(of: text, on: $0) } ?? []
      read(Code(ActiveText.of(text, inactive: inactive), &spellings), path, &types)
    }
    // Which function a callback is set to is only known now.
    guard !types.isEmpty else { return }
    for (name, known) in all where known.uses.contains(where: { $0.value != nil }) {
      for (index, use) in known.uses.enumerated() {
        // So many of one name say nothing.
        guard let own = use.value.flatMap({ types[$0] }), own.count <= 8 else { continue }
        all[name]?.uses[index].types = own
      }
    }
  }

  /// The places that name something, in the order of the files; of a name of the driver's own those of a field.
  package subscript(name: String) -> [Use] {
    guard let known = all[name] else { return [] }
    return known.isOwn ? known.uses.filter { [.member, .designator].contains($0.kind) } : known.uses
  }

  /// The names themselves.
  package var names: [String] { all.filter { !$0.value.uses.isEmpty }.keys.sorted() }

  /// A structure of the driver's own has a field of that name.
  func hasField(_ name: String) -> Bool { all[name]?.isOwnField ?? false }

  // MARK: C

  private mutating func read(_ code: Code, _ file: String, _ types: inout [String: Set<FunctionType>]) {
    let (lines, heads) = (LineTable(code.source.text), Self.heads(code))
    for function in code.functions {
      let name = code.source.spelling(code.tokens[function.name])
      all[name, default: Name()].isOwn = true
      guard let prototype = Prototype(head: function.head.lowerBound, name: function.name, code) else { continue }
      types[name, default: []].insert(FunctionType(prototype))
    }
    for unit in code.units where unit.kind == .directive { directive(unit.tokens, code, file, lines) }
    for token in code.tokens.indices where code.tokens[token].kind == .identifier && !code.tokens[token].isDirective {
      guard Keyword(rawValue: code.words[token]) == nil else { continue }
      if ownField(token, code, heads) { continue }
      let name = code.source.spelling(code.tokens[token])
      if name == BuildProtocol.namespaceImport || name == BuildProtocol.license { said(name, token, code) }
      all[name, default: Name()].uses.append(use(token, code, file, lines.line(of: Int(code.tokens[token].start))))
    }
  }

  private func use(_ token: Int, _ code: Code, _ file: String, _ line: Int) -> Use {
    if code.isTag(token) { return Use(kind: .tag, file: file, line: line) }
    if code.isMember(token) {
      let before = code.punctuation(at: token - 2)
      let isDesignator =
        code.punctuation(at: token - 1) == 0x2E && [0x7B, 0x2C].contains(before)
        || code.units.indices.contains(code.unit(holding: token) ?? -1)
          && code.units[code.unit(holding: token) ?? 0].tokens.lowerBound == token - 1
      return Use(
        kind: isDesignator ? .designator : .member, file: file, line: line,
        container: FieldBase.structure(of: token, code),
        arguments: arguments(token, code), isSet: isDesignator || code.isAssignment(token + 1),
        value: value(behind: token, code))
    }
    guard let count = arguments(token, code) else { return Use(kind: .name, file: file, line: line) }
    let isStatement = code.unit(holding: token).map { code.units[$0] }.map { unit in
      unit.kind == .statement && unit.tokens.lowerBound == token
        && Int(code.brackets.partner[token + 1]) == unit.tokens.upperBound - 1
    }
    return Use(kind: .call, file: file, line: line, arguments: count, isValueUsed: isStatement != true)
  }

  /// `name` of `.field = name,`, `x->field = &name;`.
  private func value(behind token: Int, _ code: Code) -> String? {
    guard code.punctuation(at: token + 1) == 0x3D else { return nil }
    let name = code.punctuation(at: token + 2) == 0x26 ? token + 3 : token + 2
    guard code.tokens.indices.contains(name), code.tokens[name].kind == .identifier,
      [0x2C, 0x3B, 0x7D].contains(code.punctuation(at: name + 1))
    else { return nil }
    return code.source.spelling(code.tokens[name])
  }

  private func arguments(_ token: Int, _ code: Code) -> Int? {
    guard code.punctuation(at: token + 1) == 0x28, case let close = Int(code.brackets.partner[token + 1]), close > token
    else { return nil }
    return code.list(token + 2..<close).count { !$0.isEmpty }
  }

  /// A field that the driver declares in a structure of its own.
  private mutating func ownField(_ token: Int, _ code: Code, _ heads: [Int]) -> Bool {
    guard [0x3B, 0x5B, 0x3A, 0x29].contains(code.punctuation(at: token + 1)), !code.isMember(token),
      !code.isTag(token), let unit = code.unit(holding: token), code.units[unit].kind == .statement, heads[unit] >= 0,
      let word = Keyword(rawValue: code.words[code.units[heads[unit]].tokens.lowerBound]),
      [.struct, .union, .typedef, .static].contains(word), code.function(holding: token) == nil
    else { return false }
    all[code.source.spelling(code.tokens[token]), default: Name()].isOwnField = true
    return true
  }

  /// For each unit the one before the brace that it stands in; -1 at file level.
  private static func heads(_ code: Code) -> [Int] {
    var open: [Int] = []
    return code.units.indices.map { unit in
      if code.units[unit].kind == .close { _ = open.popLast() }
      let head = open.last ?? -1
      if code.units[unit].kind == .open { open.append(unit - 1) }
      return head
    }
  }

  /// `MODULE_IMPORT_NS("NAME")`, `MODULE_LICENSE("GPL")`.
  private mutating func said(_ macro: String, _ token: Int, _ code: Code) {
    guard code.tokens.indices.contains(token + 2) else { return }
    let text = code.source.spelling(code.tokens[token + 2]).filter { $0 != "\"" }
    if macro == BuildProtocol.license { statements.licences.insert(text) } else { statements.imports.insert(text) }
  }

  private mutating func directive(_ tokens: Range<Int>, _ code: Code, _ file: String, _ lines: LineTable) {
    guard tokens.count > 2 else { return }
    let (word, first) = (code.source.spelling(code.tokens[tokens.lowerBound + 1]), tokens.lowerBound + 2)
    let line = lines.line(of: Int(code.tokens[tokens.lowerBound].start))
    if word == "include" {
      let name = code.written(first..<tokens.upperBound).filter { !"<>\"".contains($0) }
      all[name, default: Name()].uses.append(Use(kind: .include, file: file, line: line))
      return
    }
    if word == "define" { all[code.source.spelling(code.tokens[first]), default: Name()].isOwn = true }
    for token in first..<tokens.upperBound where code.tokens[token].kind == .identifier {
      let name = code.source.spelling(code.tokens[token])
      let place = lines.line(of: Int(code.tokens[token].start))
      if word == "define", token > first, Keyword(rawValue: code.words[token]) == nil {
        all[name, default: Name()].uses.append(use(token, code, file, place))
      } else if word != "define" {
        all[name, default: Name()].uses.append(Use(kind: .build, file: file, line: place))
      }
    }
  }

  // MARK: Build files

  private mutating func readBuild(_ text: SourceText, _ file: String) {
    for (number, line) in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      let words = line.prefix { $0 != 0x23 }.split { byte in
        !(byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x30 && byte <= 0x39 || byte == 0x5F || byte == 0x2D)
      }
      for word in Set(words.map { String(decoding: $0, as: UTF8.self) }) {
        all[word, default: Name()].uses.append(Use(kind: .build, file: file, line: number + 1))
      }
    }
  }
}
