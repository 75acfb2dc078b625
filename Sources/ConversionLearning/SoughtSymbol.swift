// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// The name that rules are wanted for, and what is known about it.
package struct SoughtSymbol: Codable, Hashable, Sendable {
  /// Function, field, macro, type's tag, or header path without brackets.
  package var name: String
  /// What kind of break it causes.
  package var kind: Break.Kind
  /// For fields the structure with its tag keyword, e.g. `struct foo`.
  package var container: String?

  package init(name: String, kind: Break.Kind, container: String? = nil) {
    (self.name, self.kind, self.container) = (name, kind, container)
  }

  package init(_ source: Break) { self.init(name: source.symbol, kind: source.kind, container: source.container) }

  /// The new kernel still declares the name: what replaces it must keep it.
  package var survives: Bool {
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

/// What the caller knows about both trees beyond the conversions themselves.
package struct TreeKnowledge: Sendable {
  /// Whether the new tree's headers declare the name; nil if that is not known.
  package var declares: @Sendable (String) -> Bool?
  /// Names that came into the files that lost the symbol.
  package var newcomers: [Newcomer]
  /// In-tree files that were converted away from the symbol, those included of which no conversion is told.
  package var converted: Int
  /// In-tree files that hold a name anew, for names that the conversions bring; missing: not known.
  package var gained: [String: Int]
  /// What the old tree declares under the symbol's name.
  package var definitions: [Declaration]
  /// How near an in-tree file is to the driver: of the places that show a rule, the nearest are named.
  package var nearness: Nearness
  /// What is known of the structures that have a field of the symbol's name.
  package var fields: FieldTypes
  /// Which parameters of the symbol are as they were; nil where that is not known or says nothing.
  package var projection: ArgumentProjection?

  package init(
    declares: @escaping @Sendable (String) -> Bool? = { _ in nil }, newcomers: [Newcomer] = [],
    converted: Int = 0, gained: [String: Int] = [:], definitions: [Declaration] = [], nearness: Nearness = Nearness(),
    fields: FieldTypes = FieldTypes()
  ) {
    (self.declares, self.newcomers, self.nearness, self.fields) = (declares, newcomers, nearness, fields)
    (self.definitions, self.converted, self.gained) = (definitions, converted, gained)
  }

  /// A name that files gained when they lost the symbol.
  package struct Newcomer: Codable, Hashable, Sendable {
    /// Share of the files from which on it belongs to the conversion.
    package static let leastShare = 0.6
    package var name: String
    /// Share of the files that lost the symbol (0…1).
    package var share: Double
    /// Share of all changed files (0…1).
    package var baseRate: Double

    package init(name: String, share: Double, baseRate: Double) {
      (self.name, self.share, self.baseRate) = (name, share, baseRate)
    }
  }
}
