// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning

/// What became of a callback's prototype between two kernels, as steps for every function that has the old one.
struct PrototypeChange {
  enum Step {
    /// The old parameter of this number stays, with another type if there is one.
    case keep(Int, retyped: Bool)
    case remove(Int)
    /// The new parameter of this number comes.
    case insert(Int)
  }
  let before: Prototype
  let after: Prototype
  /// In the order of the new parameters, those that go where they stood.
  let steps: [Step]

  /// Nil where the declarations are no prototypes of one field, say the same, or leave open which parameter is which.
  ///
  /// - Parameter retypings: a parameter that points to the one structure may have become one that points to the other.
  init?(field: String, before: String, after: String, retypings: [Retyping] = []) {
    var spellings = Spellings()
    guard let old = Prototype(field: field, Code(before, &spellings)),
      let new = Prototype(field: field, Code(after, &spellings))
    else { return nil }
    (self.before, self.after) = (old, new)
    let exchanged = Self.exchangedStructures(old, new).filter { exchange in
      retypings.contains { ($0.before, $0.after) == (exchange.before, exchange.after) }
    }
    let pairs = Sequences.best(old.parameters.count, new.parameters.count) { left, right in
      if left == right, exchanged.contains(where: { $0.number == left }) { return 3 }
      return Double(Self.likeness(old, old.parameters[left], new, new.parameters[right]))
    }
    guard !Self.isAmbiguous(old, new, pairs) else { return nil }
    var steps: [Step] = []
    var (left, right) = (0, 0)
    for pair in pairs + [(old.parameters.count, new.parameters.count)] {
      while left < pair.0 {
        steps.append(.remove(left))
        left += 1
      }
      while right < pair.1 {
        steps.append(.insert(right))
        right += 1
      }
      guard left < old.parameters.count else { break }
      let isRetyped = old.type(old.parameters[left]) != new.type(new.parameters[right])
      steps.append(.keep(left, retyped: isRetyped))
      (left, right) = (left + 1, right + 1)
    }
    self.steps = steps
    guard old.resultType != new.resultType || changesParameters else { return nil }
  }

  var changesParameters: Bool {
    steps.contains { if case .keep(_, retyped: false) = $0 { false } else { true } }
  }

  /// Parameters that stay where they are and point to another structure, or to a pointer to it, with their tag keywords.
  static func exchangedStructures(
    _ old: Prototype, _ new: Prototype
  ) -> [(number: Int, before: String, after: String)] {
    guard old.parameters.count == new.parameters.count else { return [] }
    return old.parameters.indices.compactMap { number in
      guard let left = structure(old.type(old.parameters[number])),
        let right = structure(new.type(new.parameters[number])), left.tag != right.tag, left.stars == right.stars
      else { return nil }
      return (number, left.tag, right.tag)
    }
  }

  /// The structure that a type points to, and over how many steps.
  private static func structure(_ type: [String]) -> (tag: String, stars: Int)? {
    let words = unqualified(type)
    guard words.count >= 3, ["struct", "union"].contains(words[0]), words.dropFirst(2).allSatisfy({ $0 == "*" }) else {
      return nil
    }
    return (words[0...1].joined(separator: " "), words.count - 2)
  }

  /// The structures that a function's parameters point to.
  static func structures(_ prototype: Prototype) -> [String] {
    var seen: Set<String> = []
    return prototype.parameters.compactMap { structure(prototype.type($0))?.tag }.filter { seen.insert($0).inserted }
  }

  /// Numbers of the old parameters that are gone.
  var removed: [Int] {
    steps.compactMap { if case .remove(let old) = $0 { old } else { nil } }
  }

  /// Numbers of the new parameters that came.
  var inserted: [Int] {
    steps.compactMap { if case .insert(let new) = $0 { new } else { nil } }
  }

  /// What in-tree functions are asked about for a parameter that is gone.
  func lost(_ old: Int) -> ParameterRecovery.Lost {
    let type = before.type(before.parameters[old])
    let alike = removed.filter { before.type(before.parameters[$0]) == type }
    return .init(type: type, ordinal: alike.firstIndex(of: old) ?? 0, count: alike.count)
  }

  /// The new parameter that an old one became.
  func successor(of old: Int) -> Int? {
    var new = 0
    for step in steps {
      switch step {
      case .keep(old, _): return new
      case .keep, .insert: new += 1
      case .remove: break
      }
    }
    return nil
  }

  /// Type and name say together what a parameter is: `error` and `arg` may both be numbers.
  private static func likeness(
    _ old: Prototype, _ one: Prototype.Parameter, _ new: Prototype, _ other: Prototype.Parameter
  ) -> Int {
    let (oldName, newName) = (old.name(one), new.name(other))
    let isNamesake = oldName == nil || newName == nil || oldName == newName
    let (oldType, newType) = (old.type(one), new.type(other))
    if oldType == newType { return isNamesake ? 6 : 3 }
    if unqualified(oldType) == unqualified(newType) { return isNamesake ? 4 : 2 }
    return isNamesake && oldName != nil && newName != nil ? 3 : 0
  }

  /// A parameter that stays under another name while parameters come or go, or one whose name another one takes.
  private static func isAmbiguous(_ old: Prototype, _ new: Prototype, _ pairs: [(Int, Int)]) -> Bool {
    let isCounted = old.parameters.count == new.parameters.count
    let (oldNames, newNames) = (old.parameters.map(old.name), new.parameters.map(new.name))
    return pairs.contains { left, right in
      guard let one = oldNames[left], let other = newNames[right], one != other else { return false }
      let isTaken = newNames.contains(one) || oldNames.contains(other)
      let type = old.type(old.parameters[left])
      let isCommon =
        old.parameters.count { old.type($0) == type } > 1 || new.parameters.count { new.type($0) == type } > 1
      return isTaken || (!isCounted && isCommon)
    }
  }

  static func unqualified(_ type: [String]) -> [String] { type.filter { $0 != "const" && $0 != "volatile" } }
}
