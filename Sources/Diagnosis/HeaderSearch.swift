// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Finds where a header declares some names: functions, macros, types, enumerators, variables.
///
/// A reader of tokens, not a compiler: it looks at all branches of `#if`, and takes what looks like a declaration at
/// file level.
/// - Parameters:
///   - names: identifiers.
///   - text: the header's bytes.
///   - file: its path, relative to the kernel tree, for the sites.
package func findDeclarations(of names: Set<String>, in text: SourceText, file: String) -> [Declaration] {
  guard !names.isEmpty else { return [] }
  let source = LexedSource(text)
  let lines = LineTable(text)
  var found: [Declaration] = []
  var depth = 0
  var enumDepth: Int?
  var statementStart = 0
  for (index, token) in source.tokens.enumerated() {
    if !token.isDirective {
      if token.punctuation == punctuation("{") {
        // `extern "C" {` opens no scope, but the kernel's own headers have none.
        depth += 1
        if enumDepth == nil, isEnum(source, statementStart..<index) { enumDepth = depth }
      } else if token.punctuation == punctuation("}") {
        if enumDepth == depth { enumDepth = nil }
        depth = max(0, depth - 1)
        if depth == 0, !continues(source, index) { statementStart = index + 1 }
      } else if token.punctuation == punctuation(";"), depth == 0 {
        statementStart = index + 1
      }
    } else if token.startsLine, depth == 0 {
      statementStart = lineEnd(source, index)
    }
    guard token.kind == .identifier, names.contains(source.spelling(token)) else { continue }
    let kind: Declaration.Kind? =
      if token.isDirective {
        isDefine(source, index) ? .macro : nil
      } else if depth == 0 {
        fileLevelKind(source, index, statementStart)
      } else if let enumDepth, enumDepth == depth {
        isEnumerator(source, index) ? .enumerator : nil
      } else {
        nil
      }
    guard let kind else { continue }
    let start = Int(token.start)
    let (words, body) = told(source, index, kind, statementStart)
    found.append(
      Declaration(
        name: source.spelling(token), kind: kind, text: words,
        site: Site(file: file, line: lines.line(of: start), column: lines.column(of: start)), body: body))
  }
  return found
}

/// Whether what follows a closing brace belongs to the same declaration: `} name;`.
private func continues(_ source: LexedSource, _ index: Int) -> Bool {
  guard index + 1 < source.tokens.count else { return false }
  let next = source.tokens[index + 1]
  guard next.kind == .identifier || next.punctuation == punctuation(";"), !next.isDirective else { return false }
  // After a function's body another declaration begins.
  let follower = index + 2 < source.tokens.count ? source.tokens[index + 2].punctuation : 0
  return next.punctuation == punctuation(";") || follower == punctuation(";") || follower == punctuation(",")
    || BuildProtocol.attributes.contains { source.spells(next, $0) }
}

private func isEnum(_ source: LexedSource, _ range: Range<Int>) -> Bool {
  range.contains { source.spells(source.tokens[$0], "enum") }
}

/// Index of the first token behind the preprocessor line.
private func lineEnd(_ source: LexedSource, _ index: Int) -> Int {
  var next = index + 1
  while next < source.tokens.count, source.tokens[next].isDirective,
    !(source.tokens[next].startsLine && source.tokens[next].punctuation == punctuation("#"))
  {
    next += 1
  }
  return next
}

private func isDefine(_ source: LexedSource, _ index: Int) -> Bool {
  index >= 2 && source.spells(source.tokens[index - 1], "define")
    && source.tokens[index - 2].punctuation == punctuation("#")
}

private func isEnumerator(_ source: LexedSource, _ index: Int) -> Bool {
  guard index > 0, index + 1 < source.tokens.count else { return false }
  let (before, after) = (source.tokens[index - 1], source.tokens[index + 1].punctuation)
  return (before.isDirective || before.punctuation == punctuation("{") || before.punctuation == punctuation(","))
    && (after == punctuation(",") || after == punctuation("=") || after == punctuation("}")
      || source.tokens[index + 1].isDirective)
}

private func fileLevelKind(_ source: LexedSource, _ index: Int, _ start: Int) -> Declaration.Kind? {
  guard index > start, index + 1 < source.tokens.count else { return nil }
  let tokens = source.tokens
  let (before, after) = (tokens[index - 1], tokens[index + 1].punctuation)
  let isTagged = ["struct", "union", "enum"].contains(source.spelling(before))
  if isTagged { return after == punctuation("{") ? .type : nil }
  let head = start..<index
  guard !head.contains(where: { tokens[$0].punctuation == punctuation("=") }) else { return nil }
  if source.spells(tokens[start], "typedef") {
    return after == punctuation(";") || after == punctuation("[") || after == punctuation(")") ? .type : nil
  }
  // What stands before a declared name ends a type.
  guard before.kind == .identifier || before.punctuation == punctuation("*") || before.punctuation == punctuation(")")
  else { return nil }
  let open = head.reduce(0) { count, token in
    let mark = tokens[token].punctuation
    return count + (mark == punctuation("(") ? 1 : mark == punctuation(")") ? -1 : 0)
  }
  guard open == 0 else { return nil }
  if after == punctuation("(") {
    return head.contains { index in BuildProtocol.inlineWords.contains { source.spells(tokens[index], $0) } }
      ? .inlineFunction : .function
  }
  let isVariable = after == punctuation(";") || after == punctuation("[") || after == punctuation("=")
  return isVariable && head.contains { source.spells(tokens[$0], "extern") } ? .variable : nil
}

/// The declaration on one line, and a macro's replacement.
private func told(_ source: LexedSource, _ index: Int, _ kind: Declaration.Kind, _ start: Int) -> (String, String) {
  let tokens = source.tokens
  switch kind {
  case .macro:
    let end = lineEnd(source, index)
    var head = index + 1
    if head < end, tokens[head].punctuation == punctuation("("), tokens[head].start == tokens[index].end {
      while head < end, tokens[head].punctuation != punctuation(")") { head += 1 }
      head = min(head + 1, end)
    }
    return ("#define " + joined(source, index..<head), joined(source, head..<end))
  case .type where !source.spells(tokens[start], "typedef"):
    return (joined(source, (index - 1)..<(index + 1)), "")
  case .type:
    var first = start
    var end = index + 1
    // The body between the braces is left out.
    while first < index, tokens[first].punctuation != punctuation("{") { first += 1 }
    if first < index { return ("\(joined(source, start..<first)) \(source.spelling(tokens[index]))", "") }
    while end < tokens.count, tokens[end].punctuation != punctuation(";") { end += 1 }
    return (joined(source, start..<end), "")
  case .enumerator:
    var end = index + 1
    while end < tokens.count, end - index < 40, !tokens[end].isDirective, tokens[end].punctuation != punctuation(","),
      tokens[end].punctuation != punctuation("}")
    { end += 1 }
    return (joined(source, index..<end), "")
  default:
    var end = index + 1
    let stops = [punctuation(";"), punctuation("{"), punctuation("=")]
    while end < tokens.count, end - index < 300, !tokens[end].isDirective, !stops.contains(tokens[end].punctuation) {
      end += 1
    }
    return (joined(source, start..<end), "")
  }
}

/// Tokens with a space wherever the text has white space.
private func joined(_ source: LexedSource, _ range: Range<Int>) -> String {
  var text: [UInt8] = []
  for index in range.clamped(to: source.tokens.indices) {
    if index > range.lowerBound, source.tokens[index].start > source.tokens[index - 1].end { text.append(0x20) }
    text += source.bytes(source.tokens[index])
  }
  return String(decoding: text, as: UTF8.self)
}
