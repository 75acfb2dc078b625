// SPDX-License-Identifier: GPL-2.0-or-later

import CSource

/// An in-tree function one of whose variables got another structure.
struct RetypedFunction {
  var old: Function
  var new: Function
  /// Tokens that declare the variable.
  var declared: (old: Int, new: Int)

  static func all(_ before: String, _ after: String, _ window: Window) -> [RetypedFunction] {
    window.old.functions.compactMap { old in
      guard let new = window.successor(of: old) else { return nil }
      let variables = FieldBase.variables(of: before, in: old, window.old)
      let successors = FieldBase.variables(of: after, in: new, window.new)
      guard let pair = pair(variables, successors),
        FieldBase.variables(of: before, in: new, window.new)[pair.new] == nil, let left = variables[pair.old],
        let right = successors[pair.new]
      else { return nil }
      return RetypedFunction(old: old, new: new, declared: (left, right))
    }
  }

  /// Functions that have a variable of the one structure no longer, and none of the other.
  static func otherwise(_ before: String, _ after: String, _ window: Window) -> [Function] {
    window.old.functions.filter { old in
      guard !FieldBase.variables(of: before, in: old, window.old).isEmpty, let new = window.successor(of: old) else {
        return false
      }
      return [before, after].allSatisfy { FieldBase.variables(of: $0, in: new, window.new).isEmpty }
    }
  }

  func words(_ window: Window) -> (old: Int32, new: Int32) {
    (window.old.words[declared.old], window.new.words[declared.new])
  }

  /// The variable of the same name, or the only one of either side.
  private static func pair(_ old: [Int32: Int], _ new: [Int32: Int]) -> (old: Int32, new: Int32)? {
    if let same = old.keys.sorted().first(where: { new[$0] != nil }) { return (same, same) }
    guard let one = old.keys.first, let other = new.keys.first, old.count == 1, new.count == 1 else { return nil }
    return (one, other)
  }
}

extension FieldBase {
  /// The structures of a function's parameters and local variables.
  static func structures(in function: Function, _ code: Code) -> Set<String> {
    (function.head.lowerBound..<function.body.upperBound).reduce(into: []) { found, token in
      guard code.tokens[token].kind == .identifier, token > function.head.lowerBound + 1, !code.isMember(token),
        token != function.name, let structure = declared(token, code)
      else { return }
      found.insert(structure)
    }
  }

  /// Parameters and local variables that are, or point to, a structure: the first declaration of each.
  package static func variables(of structure: String, in function: Function, _ code: Code) -> [Int32: Int] {
    var found: [Int32: Int] = [:]
    for token in function.head.lowerBound..<function.body.upperBound
    where code.tokens[token].kind == .identifier && token > function.head.lowerBound + 1 && !code.isMember(token) {
      guard token != function.name, declared(token, code) == structure, found[code.words[token]] == nil else {
        continue
      }
      found[code.words[token]] = token
    }
    return found
  }
}
