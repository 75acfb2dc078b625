// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// An in-tree function as it was, for a rule that was not learned from its file.
package struct HeldOutFunction {
  package let path: String
  /// The text around it as it was.
  package let code: Code
  package let spellings: Spellings
  package let function: Function
  /// Token that declares the variable that has another structure now.
  package let declared: Int
  private let outcome: FunctionOutcome

  static func all(_ before: String, _ after: String, in conversion: Conversion) -> [HeldOutFunction] {
    var spellings = Spellings()
    let window = Window(conversion, &spellings)
    return RetypedFunction.all(before, after, window).map { found in
      let names = (old: found.declared.old, new: found.declared.new)
      return HeldOutFunction(
        path: window.path, code: window.old, spellings: spellings, function: found.old, declared: names.old,
        outcome: FunctionOutcome(old: (found.old, window.old), new: (found.new, window.new), variable: names))
    }
  }

  /// The statements that use the variable and those that a rewriting added: where they are what the developers wrote.
  ///
  /// - Parameter text: what the rewriting made of the whole text.
  func replay(of text: SourceText) -> Rule.Replay { outcome.replay(of: text, spellings) }
}

/// What developers made of a function, statement by statement.
struct FunctionOutcome {
  let old: (function: Function, code: Code)
  let new: (function: Function, code: Code)
  /// Tokens that declare one and the same variable, whatever it is called now; nil where the function is about none.
  var variable: (old: Int, new: Int)?

  /// Statements of another text of the function that are new or changed, and those that use the variable: where the
  /// developers' text has them as well. The names of new variables do not matter, their types do.
  func replay(of text: SourceText, _ spellings: Spellings) -> Rule.Replay {
    var spellings = spellings
    let ours = Code(text, &spellings)
    let (before, after) = (
      String(decoding: old.code.source.text, as: UTF8.self), String(decoding: text, as: UTF8.self)
    )
    let window = Window(
      Conversion(path: "", oldText: before, newText: after, oldStart: 1, newStart: 1), &spellings)
    guard let function = window.successor(of: old.function) else { return .init(reproduced: 0, tried: 0) }
    let (was, now) = (texts(old.function, old.code, renaming: false), texts(function, ours, renaming: false))
    var theirs = counts(texts(new.function, new.code, renaming: true))
    let taken = counts(was).merging(theirs.mapValues { -$0 }, uniquingKeysWith: +)
    // Where two of the same stand, which of them went says nothing.
    let gained = counts(now).merging(counts(was).mapValues { -$0 }, uniquingKeysWith: +)
    var replay = Rule.Replay(reproduced: 0, tried: 0)
    func count(_ isRight: Bool) { replay += .init(reproduced: isRight ? 1 : 0, tried: 1) }
    for (unit, text) in was where window.newUnit[unit] < 0 && gained[text, default: 0] < 0 {
      count(taken[text, default: 0] > 0)
    }
    for (unit, text) in now {
      let source = Int(window.oldUnit[unit])
      let isPlace = source < 0 ? gained[text, default: 0] > 0 : !window.isSame[source] || uses(source)
      guard isPlace, !declares(source) else { continue }
      let isRight = theirs[text, default: 0] > 0
      if isRight { theirs[text, default: 0] -= 1 }
      count(isRight)
    }
    return replay
  }

  private func declares(_ unit: Int) -> Bool {
    unit >= 0 && variable.map { old.code.units[unit].tokens.contains($0.old) } ?? false
  }

  private func uses(_ unit: Int) -> Bool {
    guard let variable else { return false }
    return old.code.units[unit].tokens.contains { token in
      old.code.words[token] == old.code.words[variable.old] && !old.code.isMember(token) && !old.code.isTag(token)
    }
  }

  private func counts(_ texts: [(unit: Int, text: String)]) -> [String: Int] {
    texts.reduce(into: [:]) { $0[$1.text, default: 0] += 1 }
  }

  /// The body's units, their words one blank apart.
  private func texts(_ function: Function, _ code: Code, renaming: Bool) -> [(unit: Int, text: String)] {
    let units = code.units.indices.filter { function.body.contains(code.units[$0].tokens.lowerBound) }
    let known = Set(old.function.body.map { old.code.words[$0] })
    var names: [Int32: String] = [:]
    if let variable, renaming {
      names[code.words[variable.new]] = old.code.source.spelling(old.code.tokens[variable.old])
    }
    for token in function.body where code.tokens[token].kind == .identifier && !code.isMember(token) {
      let word = code.words[token]
      guard !known.contains(word), names[word] == nil, let type = code.plainType(of: word, in: units) else { continue }
      names[word] = "\(Pattern.mark)\(type)"
    }
    return units.map { unit in
      let words = code.units[unit].tokens.map { token in
        code.isMember(token) ? nil : names[code.words[token]]
      }
      let spelled = zip(code.units[unit].tokens, words).map { $1 ?? code.source.spelling(code.tokens[$0]) }
      return (unit, "\(code.units[unit].kind.rawValue) " + spelled.joined(separator: " "))
    }
  }
}
