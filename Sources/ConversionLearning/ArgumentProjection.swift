// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Calls of a function whose parameters changed, with the arguments as they were for parameters that did not: that a
/// caller's own structure changed as well says nothing about the function.
package struct ArgumentProjection: Sendable {
  /// Numbers of parameters that are declared alike, before and after.
  private let kept: [(old: Int, new: Int)]
  private let counts: (old: Int, new: Int)

  /// Nil where the declarations are no two prototypes, or differ by nothing but what they have in common.
  package init?(name: String, before: String, after: String) {
    guard let old = Self.parameters(of: name, before), let new = Self.parameters(of: name, after), old != new else {
      return nil
    }
    // Which of two that are spelled alike stayed, nobody can tell.
    func isAlone(_ parameter: [String]) -> Bool {
      old.count { $0 == parameter } == 1 && new.count { $0 == parameter } == 1
    }
    kept = Sequences.best(old.count, new.count) { old[$0] == new[$1] && isAlone(old[$0]) ? 1 : 0 }
      .map { (old: $0.0, new: $0.1) }
    counts = (old.count, new.count)
    if kept.isEmpty { return nil }
  }

  /// The spellings of each parameter; nil where there is no list of them.
  private static func parameters(of name: String, _ text: String) -> [[String]]? {
    var spellings = Spellings()
    let code = Code(text, &spellings)
    guard let at = code.tokens.indices.first(where: { code.spells($0, name) && code.punctuation(at: $0 + 1) == 0x28 }),
      case let close = Int(code.brackets.partner[at + 1]), close > at
    else { return nil }
    return code.list(at + 2..<close).map { $0.map { code.source.spelling(code.tokens[$0]) } }
  }

  /// The conversion with its calls of `name` so changed; nil where there is nothing to change.
  func applied(to conversion: Conversion, of name: String) -> Conversion? {
    var spellings = Spellings()
    let word = spellings.number(of: name)
    let window = Window(conversion, &spellings)
    var replacements: [(range: Range<Int>, text: [UInt8])] = []
    for occurrence in Occurrence.all(of: word, in: window, number: 0, isField: false) {
      guard let pair = occurrence.pair else { continue }
      let path = pair.old.path(to: occurrence.token)
      guard case let call = path[Occurrence.core(pair.old, path, occurrence.token)], pair.newNode[call] >= 0,
        pair.old.nodes[call].kind == .call, pair.new.nodes[pair.newNode[call]].kind == .call,
        case let old = pair.old.children(call).dropFirst().map({ pair.old.nodes[Int($0)].tokens }),
        case let new = pair.new.children(pair.newNode[call]).dropFirst().map({ pair.new.nodes[Int($0)].tokens }),
        (old.count, new.count) == counts
      else { continue }
      for (one, other) in kept
      where window.old.words[old[one]] != window.new.words[new[other]] && !old[one].isEmpty && !new[other].isEmpty {
        replacements.append((bytes(new[other], window.new), Array(window.old.source.text[bytes(old[one], window.old)])))
      }
    }
    guard !replacements.isEmpty else { return nil }
    let written = Array(conversion.newText.utf8)
    var text: [UInt8] = []
    var done = 0
    // A call in an argument goes with the argument.
    for (range, bytes) in replacements.sorted(by: { $0.range.lowerBound < $1.range.lowerBound })
    where range.lowerBound >= done {
      text += written[done..<range.lowerBound] + bytes
      done = range.upperBound
    }
    text += written[done...]
    var changed = conversion
    changed.newText = String(decoding: text, as: UTF8.self)
    changed.written = conversion.newText
    return changed
  }

  private func bytes(_ tokens: Range<Int>, _ code: Code) -> Range<Int> {
    code.tokens[tokens.lowerBound].range.lowerBound..<code.tokens[tokens.upperBound - 1].range.upperBound
  }
}
