// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// A statement that comes with a conversion, elsewhere in the same function: a flag that is dropped here is a field that
/// is set there.
package struct Companion: Codable, Hashable, Sendable {
  /// C text without `;`, in the notation of `LearnedRule`; its metavariables are numbered on their own.
  package var text: String
  /// For each metavariable the structure, with its tag keyword, that it points to.
  package var structures: [String]
  /// In-tree files that show it.
  package var support: Int
}

/// Finds the statement that the places of a rule have in common beyond the rule itself.
struct CompanionLearner {
  /// Share of the rule's files that must show it.
  private static let share = 0.6
  private static let leastFiles = 3
  let learner: Learner
  let candidate: Candidate

  /// The companion that brings one of the names which the rule leaves out, or nil.
  func companion(bringing names: [String], at places: [Occurrence]) -> Companion? {
    var files: [Companion: Set<String>] = [:]
    var all: Set<String> = []
    for place in places {
      let window = learner.windows[place.window]
      all.insert(window.path)
      for unit in inserted(with: place, in: window) {
        guard let found = companion(of: unit, in: window), names.contains(where: { Self.says(found.text, $0) }) else {
          continue
        }
        files[found, default: []].insert(window.path)
      }
    }
    let best = files.max { ($0.value.count, $1.key.text) < ($1.value.count, $0.key.text) }
    guard let best, best.value.count >= Self.leastFiles, Double(best.value.count) >= Self.share * Double(all.count)
    else {
      return nil
    }
    var companion = best.key
    companion.support = best.value.count
    return companion
  }

  private static func says(_ text: String, _ name: String) -> Bool {
    let source = LexedSource(text)
    return source.tokens.contains { source.spelling($0) == name }
  }

  /// New statements of the function that holds the place.
  private func inserted(with place: Occurrence, in window: Window) -> [Int] {
    let old = window.old.units[place.unit].tokens.lowerBound
    guard let function = window.old.function(holding: old) else { return [] }
    let name = window.old.words[function.name]
    guard let successor = window.new.functions.first(where: { window.new.words[$0.name] == name }) else { return [] }
    return window.new.units.indices.filter { unit in
      window.oldUnit[unit] < 0 && window.new.units[unit].kind == .statement
        && successor.body.contains(window.new.units[unit].tokens.lowerBound)
    }
  }

  /// The statement with metavariables for the pointers that its function knows; nil if anything else is left open.
  private func companion(of unit: Int, in window: Window) -> Companion? {
    let code = window.new
    let tokens = code.units[unit].tokens
    var numbers: [Int32: Int] = [:]
    var structures: [String] = []
    var words: [String] = []
    for token in tokens {
      let before = token > tokens.lowerBound ? code.tokens[token - 1].punctuation : 0
      let next = token + 1 < tokens.upperBound ? code.tokens[token + 1].punctuation : 0
      let isField = before == punctuation("->") || before == punctuation(".")
      guard code.tokens[token].kind == .identifier, !isField, next == punctuation("->") else {
        words.append(code.source.spelling(code.tokens[token]))
        continue
      }
      let word = code.words[token]
      if numbers[word] == nil {
        guard let structure = FieldBase.pointed(by: word, before: token, code) else { return nil }
        numbers[word] = structures.count
        structures.append(structure)
      }
      words.append("\(Pattern.mark)\(numbers[word]!)")
    }
    guard !structures.isEmpty else { return nil }
    return Companion(text: Template.canonical(words.joined(separator: " ")), structures: structures, support: 0)
  }
}

extension Companion {
  /// The place gives something to an object: nothing takes it out again on the way there.
  static func fits(_ place: Range<Int>, _ tree: ExpressionTree) -> Bool {
    let path = tree.path(to: place.lowerBound)
    return path.allSatisfy { node in
      let found = tree.nodes[node]
      switch found.kind {
      case .prefix: return found.operation != 0x7E
      case .binary: return found.operation == 0x7C || place.contains(found.tokens.lowerBound)
      case .assignment: return [0x3D, punctuation("|=")].contains(found.operation)
      default: return true
      }
    }
  }

  /// The statement as the driver's function would write it: nil where it has no variable of the type, or several, or one
  /// that has no value yet.
  func statement(_ code: Code, token: Int, isDeclaration: Bool) -> String? {
    guard let function = code.function(holding: token) else { return nil }
    var names: [String] = []
    for structure in structures {
      let found = FieldBase.pointers(to: structure, in: function.head.lowerBound..<token, code)
      guard found.count == 1, let name = found.first,
        !isDeclaration || FieldBase.pointers(to: structure, in: function.head, code).contains(name)
      else { return nil }
      names.append(name)
    }
    let statement = names.enumerated().reversed().reduce(text) {
      $0.replacing("\(Pattern.mark)\($1.offset)", with: $1.element)
    }
    return statement + ";"
  }
}

extension FieldBase {
  /// `struct x` where the declaration nearest before the token says `struct x *word`.
  static func pointed(by word: Int32, before token: Int, _ code: Code) -> String? {
    let start = code.function(holding: token)?.head.lowerBound ?? 0
    for index in stride(from: token - 1, through: start + 2, by: -1)
    where code.words[index] == word && code.tokens[index - 1].punctuation == 0x2A {
      if let structure = declared(index, code) { return structure }
    }
    return nil
  }

  /// Names that are declared as pointers to a structure.
  static func pointers(to structure: String, in range: Range<Int>, _ code: Code) -> [String] {
    var names: [String] = []
    var unit = -1
    for index in range.dropFirst(2)
    where code.tokens[index].kind == .identifier && code.tokens[index - 1].punctuation == 0x2A {
      if index >= 2, code.tokens[index - 2].punctuation == 0x2C, unit >= 0, code.unit(holding: index) == unit {
        // `struct x *a, *b;`
        names.append(code.source.spelling(code.tokens[index]))
        continue
      }
      guard index >= 2, code.tokens[index - 2].punctuation != 0x2A, declared(index, code) == structure else { continue }
      let name = code.source.spelling(code.tokens[index])
      if !names.contains(name) { names.append(name) }
      unit = code.unit(holding: index) ?? -1
    }
    return names
  }
}
