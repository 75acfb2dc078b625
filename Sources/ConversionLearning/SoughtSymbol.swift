// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// The name that rules are wanted for, and what is known about it.
package struct SoughtSymbol: Codable, Hashable, Sendable {
  /// Function, field, macro, type's tag, or header path without brackets.
  package var name: String
  /// What kind of break it causes.
  package var kind: Break.Kind
  /// For fields the structure with its tag keyword, e.g. `struct genl_info`.
  package var container: String?

  package init(name: String, kind: Break.Kind, container: String? = nil) {
    (self.name, self.kind, self.container) = (name, kind, container)
  }

  package init(_ source: Break) { self.init(name: source.symbol, kind: source.kind, container: source.container) }

  /// The new kernel still declares the name: what replaces it must keep it.
  var survives: Bool {
    switch kind {
    case .arguments, .returnType, .typeChanged, .macroArity, .madeConst, .includeNotReached, .namespace: !isField
    default: false
    }
  }

  /// The name stands behind `.` or `->`.
  package var isField: Bool {
    switch kind {
    case .fieldGone: true
    case .typeChanged, .madeConst, .other: container != nil
    default: false
    }
  }
}

/// What the two trees declare, as far as the caller can say.
package struct DeclaredNames: Sendable {
  /// Whether the new tree's headers declare the name; nil if that is not known.
  package var new: @Sendable (String) -> Bool?

  package init(new: @escaping @Sendable (String) -> Bool?) { self.new = new }

  /// Nothing is known.
  package static let unknown = DeclaredNames { _ in nil }
}
