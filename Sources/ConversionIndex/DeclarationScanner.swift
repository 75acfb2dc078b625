// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Reads what a header declares: tolerant, by layout and brackets, without preprocessing.
struct DeclarationScanner {
  /// A name that a file declares.
  struct Found {
    var kind: Declaration.Kind
    var name: Range<Int>
    /// From 0.
    var line: Int
    /// Tag keyword and tag of the structure around it.
    var container: String?
    /// Bytes of the declaration as written.
    var text: Range<Int>
    /// Macros: bytes of the replacement text; inline functions: what stands between their braces.
    var body: Range<Int>
  }
  let source: HeaderTokens
  private(set) var found: [Found] = []

  init(_ bytes: [UInt8]) {
    source = HeaderTokens(bytes)
    for macro in source.macros {
      found.append(
        Found(kind: .macro, name: macro.name, line: macro.line, container: nil, text: macro.head, body: macro.body))
    }
    scope(0..<source.tokens.count, container: nil, depth: 0)
  }

  private static let aggregates: Set = ["struct", "union", "enum"]
  private static let storage: Set = [
    "extern", "static", "inline", "const", "volatile", "typedef", "register", "asmlinkage",
  ]
  private static let operators = BuildProtocol.operators

  /// Reads statements one after the other, at file scope or between the braces of a structure.
  private mutating func scope(_ range: Range<Int>, container: String?, depth: Int) {
    guard depth < 16 else { return }
    var index = range.lowerBound
    while index < range.upperBound {
      let start = index
      var assigned = false
      var isFunction = false
      statement: while index < range.upperBound {
        guard source.tokens[index].kind == .mark else {
          index += 1
          continue
        }
        switch source.byte(index) {
        case UInt8(ascii: ";"): break statement
        case UInt8(ascii: "="): assigned = true
        case UInt8(ascii: "{") where !assigned:
          if let keyword = aggregate(start..<index) {
            body(of: keyword, open: index, statement: start..<range.upperBound, container: container, depth: depth)
          } else {
            isFunction = true
            break statement
          }
          index = source.tokens[index].match
        case UInt8(ascii: "{"), UInt8(ascii: "("), UInt8(ascii: "["): index = source.tokens[index].match
        case UInt8(ascii: "}"): break statement
        default: break
        }
        index += 1
      }
      declaration(start..<min(index, range.upperBound), container: container, isFunction: isFunction, depth: depth)
      if isFunction {
        let close = source.tokens[index].match
        if found.last?.kind == .inlineFunction, found.last?.body.isEmpty == true, close > index {
          found[found.count - 1].body = source.tokens[index].range.upperBound..<source.tokens[close].range.lowerBound
        }
        index = close
      }
      index += 1
    }
  }

  /// The keyword of the structure whose braces follow directly on these tokens, if they are its head.
  private func aggregate(_ head: Range<Int>) -> Int? {
    var index = head.upperBound - 1
    while index >= head.lowerBound {
      if source.isName(index, in: Self.aggregates) { return index }
      if source.isMark(index, ")") {
        // An attribute with arguments; a parameter list makes it a function.
        guard let open = (head.lowerBound..<index).last(where: { source.tokens[$0].match == index }),
          open > head.lowerBound, source.name(open - 1)?.starts(with: "__".utf8) == true
        else { return nil }
        index = open
      } else if source.tokens[index].kind != .name {
        return nil
      }
      index -= 1
    }
    return nil
  }

  private mutating func body(
    of keyword: Int, open: Int, statement: Range<Int>, container: String?, depth: Int
  ) {
    let close = source.tokens[open].match
    let word = source.text(source.tokens[keyword].range)
    let names = (keyword + 1..<open).filter { source.tokens[$0].kind == .name && !source.isMark($0 + 1, "(") }
    let tag = names.first { source.name($0)?.starts(with: "__".utf8) == false } ?? names.first
    var inner = container
    if let tag {
      inner = "\(word) \(source.text(source.tokens[tag].range))"
      append(.type, tag, text: keyword..<tag + 1, container: container)
    } else if source.isName(statement.lowerBound, in: ["typedef"]), let name = typedefName(after: close, statement) {
      inner = source.text(source.tokens[name].range)
    }
    if word == "enum" {
      enumerators(open + 1..<max(open + 1, close), container: inner)
    } else {
      scope(open + 1..<max(open + 1, close), container: inner ?? word, depth: depth + 1)
    }
  }

  private func typedefName(after close: Int, _ statement: Range<Int>) -> Int? {
    guard close + 1 < statement.upperBound else { return nil }
    let end = (close + 1..<statement.upperBound).first { source.isMark($0, ";") || source.isMark($0, ",") }
    return (close + 1..<(end ?? close + 1)).last { source.tokens[$0].kind == .name && !source.isMark($0 + 1, "(") }
  }

  private mutating func enumerators(_ range: Range<Int>, container: String?) {
    var index = range.lowerBound
    var start = index
    while index < range.upperBound {
      if source.isMark(index, "(") || source.isMark(index, "{") { index = source.tokens[index].match }
      index += 1
      if index >= range.upperBound || source.isMark(index, ",") {
        if start < range.upperBound, source.tokens[start].kind == .name {
          append(.enumerator, start, text: start..<min(index, range.upperBound), container: container)
        }
        index += 1
        start = index
      }
    }
  }

  private mutating func append(_ kind: Declaration.Kind, _ name: Int, text: Range<Int>, container: String?) {
    guard !text.isEmpty else { return }
    let bytes = source.tokens[text.lowerBound].range.lowerBound..<source.tokens[text.upperBound - 1].range.upperBound
    found.append(
      Found(
        kind: kind, name: source.tokens[name].range, line: source.tokens[name].line, container: container, text: bytes,
        body: bytes.upperBound..<bytes.upperBound))
  }
}

extension DeclarationScanner {
  /// Reads one statement: prototypes, variables, fields, typedefs.
  private mutating func declaration(_ range: Range<Int>, container: String?, isFunction: Bool, depth: Int) {
    let items = self.items(range)
    guard let first = items.first else { return }
    let isTypedef = source.isName(first, in: ["typedef"])
    if !isTypedef, let function = function(items) {
      let kind: Declaration.Kind = container != nil ? .field : isFunction ? .inlineFunction : .function
      append(kind, function, text: range, container: container)
      return
    }
    guard !isFunction else { return }
    if let group = items.dropFirst().first, !isTypedef, source.tokens[first].kind == .name,
      source.isMark(group, "("), !isPointer(group)
    {
      macroCall(group, statement: range, container: container, depth: depth)
      return
    }
    let kind: Declaration.Kind = isTypedef ? .type : container == nil ? .variable : .field
    for (number, declarator) in items.split(whereSeparator: { source.isMark($0, ",") }).enumerated() {
      guard let name = declared(Array(declarator), hasType: number > 0) else { continue }
      append(kind, name, text: range, container: container)
    }
  }

  /// The tokens of a statement outside all brackets; an opening bracket stands for its group.
  private func items(_ range: Range<Int>) -> [Int] {
    var result: [Int] = []
    var index = range.lowerBound
    while index < range.upperBound {
      result.append(index)
      index = source.tokens[index].match + 1
    }
    return result
  }

  /// The name before the parameter list, if the items are a function's head.
  private func function(_ items: [Int]) -> Int? {
    var hasType = false
    for (place, item) in items.enumerated() {
      if source.isMark(item, "=") || source.isMark(item, ",") || source.isMark(item, "{") && place > 0 && !hasType {
        return nil
      }
      guard let name = source.name(item) else {
        if source.isMark(item, "(") || source.isMark(item, "{") || source.isMark(item, "*") { continue }
        return nil
      }
      let group = place + 1 < items.count && source.isMark(items[place + 1], "(")
      let isAttribute = name.starts(with: "__".utf8)
      let word = source.text(source.tokens[item].range)
      if group, hasType, !Self.operators.contains(word) {
        // `type (*name)(…)` is a pointer; `__attribute(…) name(…)` has its name still to come.
        let namedLater = isAttribute && place + 2 < items.count && source.tokens[items[place + 2]].kind == .name
        if word == "__attribute__" || isPointer(items[place + 1]) { return nil }
        if !namedLater { return item }
      } else if !group || Self.operators.contains(word), !isAttribute, !Self.storage.contains(word) {
        hasType = true
      }
    }
    return nil
  }

  /// Whether the brackets hold the declarator of a pointer: `(*name)`, perhaps with an attribute before the `*`.
  private func isPointer(_ open: Int) -> Bool {
    let inside = open + 1..<max(open + 1, source.tokens[open].match)
    guard let first = inside.first(where: { source.name($0)?.starts(with: "__".utf8) != true }) else { return false }
    return source.isMark(first, "*")
  }

  /// A macro that declares, like `DECLARE_X(name, …);`: its plain arguments count as declared, and where it holds whole
  /// members, these are read.
  private mutating func macroCall(_ open: Int, statement: Range<Int>, container: String?, depth: Int) {
    let close = source.tokens[open].match
    guard close > open + 1 else { return }
    let inside = open + 1..<close
    var start = inside.lowerBound
    for (place, index) in inside.enumerated() where source.isMark(index, ",") || place == inside.count - 1 {
      let end = source.isMark(index, ",") ? index : index + 1
      if end - start == 1, source.tokens[start].kind == .name {
        append(container == nil ? .other : .field, start, text: statement, container: container)
      }
      start = index + 1
    }
    if container != nil, inside.contains(where: { source.isMark($0, ";") }) {
      scope(inside, container: container, depth: depth + 1)
    }
  }

  /// The name that one declarator declares. The first declarator of a statement begins with the type.
  private func declared(_ items: [Int], hasType: Bool) -> Int? {
    var hasType = hasType
    var name: Int?
    var tagFollows = false
    for (place, item) in items.enumerated() {
      if source.isMark(item, "=") || source.isMark(item, ":") { break }
      if source.isMark(item, "(") {
        // A pointer to a function or to an array: its name is inside.
        if place > 0, isPointer(item) {
          return (item + 1..<source.tokens[item].match).first {
            source.tokens[$0].kind == .name && !source.isName($0, in: Self.storage)
              && !(source.name($0)?.starts(with: "__".utf8) == true && source.tokens[$0 + 1].kind == .name)
          }
        }
        continue
      }
      guard source.tokens[item].kind == .name else {
        if source.isMark(item, "{") { (hasType, tagFollows) = (true, false) }
        continue
      }
      if source.isName(item, in: Self.aggregates) {
        tagFollows = true
      } else if tagFollows {
        (hasType, tagFollows) = (true, false)
      } else if source.isName(item, in: Self.storage) {
        continue
      } else if !hasType {
        hasType = true
      } else if name == nil || source.name(item)?.starts(with: "__".utf8) == false {
        name = item
      }
    }
    return name
  }
}
