// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Declarations by what a user of the name would ask for.
struct DeclarationTable {
  /// Names live in spaces of their own, as in C (C11 6.2.3): fields by structure, tags, everything else; exports apart.
  struct Key: Hashable {
    enum Space: Int { case ordinary, tag, field, export }
    var space: Space
    var container: String?
    var name: String
  }
  private(set) var entries: [Key: [Declaration]] = [:]
  /// In the order in which they were declared.
  private(set) var order: [Key] = []

  mutating func add(_ declarations: [Declaration]) {
    for declaration in declarations where declaration.kind != .header {
      let key = Self.key(declaration)
      if entries[key] == nil { order.append(key) }
      entries[key, default: []].append(declaration)
    }
  }

  subscript(key: Key) -> [Declaration] { entries[key] ?? [] }

  static func key(_ declaration: Declaration) -> Key {
    switch declaration.kind {
    case .field: Key(space: .field, container: declaration.container, name: declaration.name)
    case .export: Key(space: .export, container: nil, name: declaration.name)
    case .type where !declaration.text.hasPrefix("typedef"):
      Key(space: .tag, container: nil, name: declaration.name)
    default: Key(space: .ordinary, container: nil, name: declaration.name)
    }
  }
}
