// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// The new form written in terms of the old one: the rule read from right to left.
struct CompatFallback: Hashable {
  /// Lines without `#` and line ends: one `define`.
  let define: String

  /// Nil if the rule can't be inverted: its right side must be one name, or one call whose arguments are all that the
  /// left side matched.
  init?(_ change: LogicalChange) {
    guard [.call, .rename, .member, .statement, .operand].contains(change.rule.kind), !change.right.isEmpty,
      change.before.isEmpty
    else { return nil }
    let isStatement = change.left.hasSuffix(";") && change.right.hasSuffix(";")
    let (left, right) = (Self.plain(change.left), Self.plain(change.right))
    guard !left.contains(";"), !left.contains("{"), !right.contains(";") else { return nil }
    let source = LexedSource(right)
    guard let first = source.tokens.first, first.kind == .identifier else { return nil }
    let name = source.spelling(first)
    if source.tokens.count == 1 {
      guard !left.contains("¤"), left != right, Self.isWord(left) || change.rule.kind != .rename else { return nil }
      define = "define \(name) \(Self.isWord(left) ? left : "(\(left))")"
      return
    }
    guard let marks = Self.arguments(right, name: name), Set(Self.marks(left)) == Set(marks) else { return nil }
    let names = Self.names(marks.count, avoiding: LexedSource(left))
    var body = left
    // Longer numbers first, so that ¤1 does not eat into ¤10.
    for (mark, name) in zip(marks, names).sorted(by: { $0.0.count > $1.0.count }) {
      body = Self.replacing(mark, with: name, in: body)
    }
    // `old(a, b)` stands as it is; everything else is bracketed.
    let isCall = Self.isCall(left)
    define = "define \(name)(\(names.joined(separator: ", "))) \(isCall || isStatement && isCall ? body : "(\(body))")"
  }

  /// The name that is defined.
  var name: String { String(define.dropFirst(7).prefix { $0 != "(" && $0 != " " }) }

  private static func plain(_ text: String) -> String {
    text.hasSuffix(";") ? String(text.dropLast()) : text
  }

  private static func isWord(_ text: String) -> Bool { text.utf8.allSatisfy(CompatText.isWord) && !text.isEmpty }

  /// One call that is the whole text.
  private static func isCall(_ text: String) -> Bool {
    let source = LexedSource(text.replacing("¤", with: "_"))
    guard source.tokens.count > 2, source.tokens[0].kind == .identifier else { return false }
    return source.tokens[1].punctuation == punctuation("(")
      && Int(Brackets(source).partner[1]) == source.tokens.count - 1
  }

  /// The marks in `name(¤0, ¤1)`, if the arguments are nothing else and all different.
  private static func arguments(_ text: String, name: String) -> [String]? {
    let rest = text.dropFirst(name.count).drop { $0 == " " }
    guard rest.first == "(", rest.last == ")" else { return nil }
    let parts = rest.dropFirst().dropLast().split(separator: ",").map { $0.filter { $0 != " " } }
    guard !parts.isEmpty, parts.allSatisfy({ $0.first == "¤" && Int($0.dropFirst()) != nil }) else { return nil }
    return Set(parts).count == parts.count ? parts : nil
  }

  private static func marks(_ text: String) -> [String] {
    text.split(separator: "¤", omittingEmptySubsequences: false).dropFirst().map { "¤\($0.prefix { $0.isNumber })" }
  }

  /// Parameter names that the left side does not use itself.
  private static func names(_ count: Int, avoiding source: LexedSource) -> [String] {
    let used = Set(source.tokens.map(source.spelling))
    let letters = "abcdefghijklmnopqrstuvwxyz".map(String.init) + (0..<count).map { "a\($0)" }
    return Array(letters.filter { !used.contains($0) }.prefix(count))
  }

  /// Puts brackets around a parameter unless it is an argument of its own.
  private static func replacing(_ mark: String, with name: String, in text: String) -> String {
    var result = ""
    var rest = text[...]
    while let found = rest.firstRange(of: mark) {
      result += rest[..<found.lowerBound]
      let before = result.last { $0 != " " }
      let after = rest[found.upperBound...].first { $0 != " " }
      let isArgument = before.map { "(,".contains($0) } == true && after.map { "),".contains($0) } == true
      result += isArgument ? name : "(\(name))"
      rest = rest[found.upperBound...]
    }
    return result + rest
  }
}
