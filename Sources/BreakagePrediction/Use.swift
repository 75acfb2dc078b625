// SPDX-License-Identifier: GPL-2.0-or-later

/// A place where a driver names something that is not its own.
package struct Use: Codable, Hashable, Sendable {
  package enum Kind: String, Codable, Sendable {
    case call
    /// A field behind `.` or `->`.
    case member
    /// A field in an initialiser: `.name = …`.
    case designator
    /// Behind `struct`, `union` or `enum`.
    case tag
    case include
    /// Every other name: a constant, a macro without arguments, a typedef, a function that is passed on.
    case name
    /// In a Makefile or the like.
    case build
  }
  package var kind: Kind
  /// Relative to the driver's root.
  package var file: String
  package var line: Int
  /// Fields: the structure, with its tag keyword, where the file shows it.
  package var container: String?
  /// Calls: how many arguments are passed.
  package var arguments: Int?
  /// Calls: something is done with the result.
  package var isValueUsed: Bool
  /// Fields: it is set here.
  package var isSet: Bool
  /// Fields that are set: the one name that they are set to.
  package var value: String?
  /// The types of the driver's function of that name: several where conditions choose.
  var types: Set<FunctionType>?

  package init(
    kind: Kind, file: String, line: Int, container: String? = nil, arguments: Int? = nil, isValueUsed: Bool = false,
    isSet: Bool = false, value: String? = nil
  ) {
    (self.kind, self.file, self.line) = (kind, file, line)
    (self.container, self.arguments, self.isValueUsed) = (container, arguments, isValueUsed)
    (self.isSet, self.value) = (isSet, value)
  }
}
