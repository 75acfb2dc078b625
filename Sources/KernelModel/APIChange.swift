// SPDX-License-Identifier: GPL-2.0-or-later

/// Something that a commit, a posted series or a release changed in what drivers may use of the kernel.
///
/// `Documentation/api-changes.md` describes the taxonomy with examples.
package struct APIChange: Codable, Hashable, Sendable {
  package enum Kind: String, Codable, Sendable, CaseIterable {
    /// A function that no header declares any more.
    case functionGone = "function-gone"
    /// A function whose parameters changed in number, order or type.
    case arguments
    /// A function whose result changed.
    case returnType = "return-type"
    /// A function that became a macro, or the other way; between inline and exported nothing changes for its callers.
    case form
    /// A field that is a pointer to a function, with another prototype.
    case callbackPrototype = "callback-prototype"
    /// A structure lost the field.
    case fieldGone = "field-gone"
    /// A field has another name, and what it is did not change.
    case fieldRenamed = "field-renamed"
    /// A field, variable or typedef has another type.
    case typeChanged = "type-changed"
    /// A field or variable that became const, or a callback whose prototype differs in `const` only.
    case madeConst = "made-const"
    /// A structure is announced, and its fields can't be seen any more.
    case madeOpaque = "made-opaque"
    /// A structure, union, enum or typedef that is gone.
    case typeGone = "type-gone"
    /// A macro, enumerator or variable that is gone.
    case nameGone = "name-gone"
    /// A macro with another number of arguments, or with arguments where it had none.
    case macroArity = "macro-arity"
    /// A header that is gone.
    case headerGone = "header-gone"
    /// A header that lies elsewhere now.
    case headerMoved = "header-moved"
    /// A name that another header declares now.
    case moved
    /// A symbol that modules can no longer link to.
    case unexported
    /// A symbol that only modules under the GPL can link to now.
    case gplOnly = "gpl-only"
    /// A symbol that went into a namespace, or into another one.
    case namespace
    /// A variable that Kbuild no longer reads or sets.
    case buildVariable = "build-variable"
    /// A configuration symbol that is gone.
    case configGone = "config-gone"
    /// The message says that something is to be done otherwise; no declaration shows it.
    case semantic
  }
  package var kind: Kind
  /// Function, field, macro, type (without its tag keyword), header as it is included, exported symbol, variable.
  package var symbol: String
  /// The structure of a field, or the namespace of a symbol, with the keyword before it.
  package var container: String?
  /// What was declared; nil for build variables, configuration symbols and what only a message tells.
  package var before: Declaration?
  /// What is declared in its place; nil for what is gone.
  package var after: Declaration?
  /// What takes its place, where the same change shows it: the field's new name, the header's new path.
  package var successor: String?
  /// Where the change can be seen, in the new tree; in the old one for what is gone.
  package var site: Site
  /// Drivers out of the tree can see it; false for what only headers beside in-tree sources declare.
  package var isPublic: Bool
  /// For what only a message tells: its sentence.
  package var statement: String?

  package init(
    kind: Kind, symbol: String, container: String? = nil, before: Declaration? = nil, after: Declaration? = nil,
    successor: String? = nil, site: Site, isPublic: Bool, statement: String? = nil
  ) {
    self.kind = kind
    self.symbol = symbol
    self.container = container
    self.before = before
    self.after = after
    self.successor = successor
    self.site = site
    self.isPublic = isPublic
    self.statement = statement
  }

  /// `struct foo.bar` for a field, the symbol for all others.
  package var name: String {
    guard let container, kind != .namespace, before?.kind == .field || after?.kind == .field else { return symbol }
    return "\(container).\(symbol)"
  }
}

extension APIChange.Kind {
  /// What a driver that uses the symbol runs into.
  package var breaking: Break.Kind {
    switch self {
    case .functionGone: .functionGone
    case .arguments, .form: .arguments
    case .returnType: .returnType
    case .callbackPrototype: .callbackPrototype
    case .fieldGone, .fieldRenamed, .madeOpaque: .fieldGone
    case .typeChanged: .typeChanged
    case .madeConst: .madeConst
    case .typeGone: .typeGone
    case .nameGone: .nameGone
    case .macroArity: .macroArity
    case .headerGone, .headerMoved: .headerGone
    case .moved: .includeNotReached
    case .unexported, .gplOnly: .unexported
    case .namespace: .namespace
    case .buildVariable, .configGone: .buildRule
    case .semantic: .other
    }
  }
}
