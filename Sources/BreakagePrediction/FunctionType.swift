// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import KernelModel

/// Result and parameters of a function, without names and storage.
struct FunctionType: Codable, Hashable, Sendable {
  var result: [String]
  var parameters: [[String]]

  init(_ prototype: Prototype) {
    // `__init` and the like say where the function lies, not what it is.
    result = prototype.resultType.filter { !$0.hasPrefix("__") || $0.last?.isNumber == true }
    parameters = prototype.parameterTypes
  }

  /// Of a field that points to a function, or of a function; nil for every other declaration.
  init?(_ declaration: Declaration?) {
    guard let declaration else { return nil }
    var spellings = Spellings()
    let code = Code(declaration.text, &spellings)
    if let field = Prototype(field: declaration.name, code) {
      self.init(field)
      return
    }
    guard let name = code.tokens.indices.first(where: { code.spells($0, declaration.name) }),
      let prototype = Prototype(head: 0, name: name, code)
    else { return nil }
    self.init(prototype)
  }

  /// The structures that parameters of the same place point to differ.
  func exchangesStructures(with other: FunctionType) -> Bool {
    func tag(_ type: [String]) -> String? {
      type.firstIndex { ["struct", "union"].contains($0) }.flatMap {
        type.indices.contains($0 + 1) ? type[$0 + 1] : nil
      }
    }
    guard parameters.count == other.parameters.count else { return true }
    return zip(parameters, other.parameters).contains { left, right in
      guard let one = tag(left), let another = tag(right), !left.contains("("), !right.contains("(") else {
        return false
      }
      return one != another
    }
  }
}
