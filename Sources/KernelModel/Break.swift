// SPDX-License-Identifier: GPL-2.0-or-later

/// A place where a driver that was right on the old kernel is wrong on the new one.
package struct Break: Codable, Hashable, Sendable {
  /// The taxonomy: what kind of API change the driver ran into.
  package enum Kind: String, Codable, Sendable, CaseIterable {
    /// A function that the new kernel does not declare.
    case functionGone = "function-gone"
    /// A function whose parameters changed in number or type.
    case arguments
    /// A function, callback or expression whose return type changed.
    case returnType = "return-type"
    /// A callback whose prototype no longer fits its ops structure.
    case callbackPrototype = "callback-prototype"
    /// A structure without the field, or a structure made opaque.
    case fieldGone = "field-gone"
    /// A field or variable whose type changed.
    case typeChanged = "type-changed"
    /// A structure, union, enum or typedef that is gone.
    case typeGone = "type-gone"
    /// A constant, macro, enumerator or variable that is gone.
    case nameGone = "name-gone"
    /// A macro with another number of arguments.
    case macroArity = "macro-arity"
    /// A header that is gone or moved.
    case headerGone = "header-gone"
    /// A name still declared, but in a header that is no longer reached.
    case includeNotReached = "include-not-reached"
    /// A name of the driver that the new kernel took.
    case nameClash = "name-clash"
    /// Something that became const.
    case madeConst = "made-const"
    /// A symbol that modules can no longer link to.
    case unexported
    /// A symbol in a namespace that the driver does not import.
    case namespace
    /// A preprocessor condition of the driver that asks for a macro which the new kernel no longer has.
    case condition
    /// Anything that Kbuild, objtool or modpost refuse.
    case buildRule = "build-rule"
    /// Everything else: the compiler's message says what.
    case other
  }

  /// Where, relative to the driver's root. For a link-time break the module's main object's source, line 0.
  package var site: Site
  package var kind: Kind
  /// The name that the break turns on: function, `field`, macro, header path without brackets, exported symbol.
  package var symbol: String
  /// For fields and callbacks the structure, with its tag keyword, e.g. `struct file_operations`; for a symbol in a
  /// namespace that is not imported, the namespace.
  package var container: String?
  /// The tool's own words, one line.
  package var message: String
  /// The declaration in the old kernel, when there is one.
  package var before: Declaration?
  /// The declaration in the new kernel, when there is one.
  package var after: Declaration?
  /// Index (into the list that holds this break) of the break that causes it, for a cascade.
  package var cause: Int?
  /// In-tree files whose use of the symbol was converted between the two trees; nil where no index was asked.
  package var convertedInTree: Int?

  package init(
    site: Site, kind: Kind, symbol: String, container: String? = nil, message: String, before: Declaration? = nil,
    after: Declaration? = nil, cause: Int? = nil, convertedInTree: Int? = nil
  ) {
    self.site = site
    self.kind = kind
    self.symbol = symbol
    self.container = container
    self.message = message
    self.before = before
    self.after = after
    self.cause = cause
    self.convertedInTree = convertedInTree
  }
}

/// Something a tool said about a source file or a log: warning, error, sparse finding, splat.
package struct Finding: Codable, Hashable, Sendable {
  /// In ascending order.
  package enum Severity: String, Codable, Sendable, Comparable, CaseIterable {
    case note, warning, error, fatal

    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }
  /// The tool or rule that found it, e.g. `gcc`, `-Wunused-variable`, `sparse`, `modpost`, `checkpatch:LONG_LINE`, `oops`.
  package var tool: String
  package var severity: Severity
  /// Nil where the finding has no place in a file.
  package var site: Site?
  /// One line, without the place.
  package var message: String

  package init(tool: String, severity: Severity, site: Site? = nil, message: String) {
    self.tool = tool
    self.severity = severity
    self.site = site
    self.message = message
  }
}
