// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// What the old kernel itself put in the place of a name: the body of its inline function or macro.
///
/// Where a body is one expression of names that the new kernel has, writing it out means the same on both kernels.
struct Definition {
  let span: LearnedRule.Span
  /// In the notation of `LearnedRule`.
  let left: String
  let right: String

  /// Nil for a definition that can't be written out: statements, pasted tokens, arguments used more than once, a number.
  ///
  /// - Parameter casts: for an argument that is a `void *`: a function's parameter had a type, an expression has none.
  init?(_ declaration: Declaration, casts: Bool = false) {
    guard declaration.kind == .macro || declaration.kind == .inlineFunction,
      let all = Self.parameters(declaration), let body = Self.expression(declaration)
    else { return nil }
    let parameters = all.map(\.name)
    var spellings = Spellings()
    let code = Code(body, &spellings)
    var isCast = false
    var uses = [Int](repeating: 0, count: parameters.count)
    var words: [String] = []
    for (index, token) in code.tokens.enumerated() {
      let word = code.source.spelling(token)
      let before = index > 0 ? code.tokens[index - 1].punctuation : 0
      let isMember = before == punctuation("->") || before == punctuation(".")
      if let number = parameters.firstIndex(of: word), !isMember {
        uses[number] += 1
        let isPointer =
          index + 1 < code.tokens.count && code.tokens[index + 1].punctuation == punctuation("->")
          && all[number].type.last == "*"
        if casts, isPointer {
          words.append("((\(all[number].type.joined(separator: " "))) \(Pattern.mark)\(number))")
          isCast = true
        } else {
          words.append("\(Pattern.mark)\(number)")
        }
      } else {
        guard token.punctuation != punctuation("#"), token.punctuation != punctuation("##"), word != "{", word != ";"
        else { return nil }
        words.append(word)
      }
    }
    // What takes nothing of its arguments is a stub.
    guard parameters.isEmpty || uses.contains(where: { $0 > 0 }) else { return nil }
    // An argument that is computed twice is another thing than one computed once.
    guard isCast == casts, uses.allSatisfy({ $0 <= 1 }), words.contains(where: { Self.isName($0) }) else { return nil }
    right = Template.canonical(Self.bare(words).joined(separator: " "))
    let isCalled = declaration.kind == .inlineFunction || declaration.text.contains("(")
    let arguments = parameters.indices.map { "\(Pattern.mark)\($0)" }.joined(separator: ", ")
    left = isCalled ? "\(declaration.name)(\(arguments))" : declaration.name
    span = !isCalled && Self.isName(right) ? .identifier : .expression
    guard left != right, Self.standsAlone(right) else { return nil }
  }

  /// The names that it brings; fields are left out.
  var names: Set<String> {
    let source = LexedSource(right)
    var names: Set<String> = []
    for (index, token) in source.tokens.enumerated() where token.kind == .identifier {
      let before = index > 0 ? source.tokens[index - 1].punctuation : 0
      let word = source.spelling(token)
      guard before != punctuation("->"), before != punctuation("."), !word.hasPrefix(Pattern.mark) else { continue }
      if !Keyword.allCases.contains(where: { "\($0)" == word }) { names.insert(word) }
    }
    return names
  }

  /// The kernel's developers call names that begin so from its own headers only.
  var isInternal: Bool { names.contains { $0.hasPrefix("__") } }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(0x30...0x39).contains(first), !text.hasPrefix(Pattern.mark) else {
      return false
    }
    return text.utf8.allSatisfy { $0 == 0x5F || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || (0x30...0x39).contains($0) }
  }

  /// Without the parentheses around a lone argument: substitution puts them where they are needed.
  private static func bare(_ words: [String]) -> [String] {
    var bare: [String] = []
    for word in words {
      bare.append(word)
      let tail = bare.suffix(4)
      guard word == ")", tail.count > 2, tail.dropLast().last?.hasPrefix(Pattern.mark) ?? false,
        tail.dropLast(2).last == "("
      else { continue }
      // Behind a name they are the argument's own.
      if tail.count == 4, let first = tail.first, isName(first) { continue }
      bare.replaceSubrange(bare.count - 3..<bare.count, with: [bare[bare.count - 2]])
    }
    return bare
  }

  /// A call, a name or what stands in parentheses: it means the same wherever it is put.
  private static func standsAlone(_ text: String) -> Bool {
    var spellings = Spellings()
    let pattern = Pattern(text, &spellings)
    switch pattern.tree.nodes[pattern.tree.root].kind {
    case .atom, .call, .paren: return pattern.metavariable(pattern.tree.root) < 0
    default: return false
    }
  }

  /// Names and types of the parameters; nil where some have no name or their number is open.
  private static func parameters(_ declaration: Declaration) -> [(name: String, type: [String])]? {
    var spellings = Spellings()
    let code = Code(declaration.text, &spellings)
    guard
      let name = code.tokens.indices.last(where: {
        code.source.spelling(code.tokens[$0]) == declaration.name
          && ($0 + 1 == code.tokens.count || code.tokens[$0 + 1].punctuation == 0x28)
      })
    else { return nil }
    guard name + 1 < code.tokens.count else { return declaration.kind == .macro ? [] : nil }
    let close = Int(code.brackets.partner[name + 1])
    guard close > name else { return nil }
    var names: [(name: String, type: [String])] = []
    for part in code.tokens[name + 2..<close].split(whereSeparator: { $0.punctuation == 0x2C }) {
      guard let last = part.last, last.kind == Token.Kind.identifier else { return nil }
      let word = code.source.spelling(last)
      if part.count == 1, word == "void" { return [] }
      guard part.count > 1 || declaration.kind == .macro else { return nil }
      names.append((word, part.dropLast().map { code.source.spelling($0) }))
    }
    return names
  }

  /// The body if it is one expression, without `return`, `;` and parentheses around a call.
  private static func expression(_ declaration: Declaration) -> String? {
    var text = declaration.body.trimmingSpaces
    if declaration.kind == .inlineFunction {
      guard text.hasSuffix(";") else { return nil }
      text = String(text.dropLast())
      if text.hasPrefix("return ") { text = String(text.dropFirst(7)) }
    }
    var spellings = Spellings()
    let code = Code(text, &spellings)
    let tree = ExpressionTree(code, 0..<code.tokens.count)
    guard !code.tokens.isEmpty, tree.nodes[tree.root].kind != .sequence else { return nil }
    guard tree.nodes[tree.root].kind == .paren, let inner = tree.children(tree.root).first,
      [.call, .atom].contains(tree.nodes[Int(inner)].kind)
    else { return text }
    return Spacing.line(code, tree.nodes[Int(inner)].tokens)
  }
}

extension String {
  fileprivate var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
