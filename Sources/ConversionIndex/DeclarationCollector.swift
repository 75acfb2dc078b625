// SPDX-License-Identifier: GPL-2.0-or-later

struct DeclarationCollector: Sendable {
  var count = 0
  static func collect(_ old: Tree, _ new: Tree, check: () throws -> Void) throws -> DeclarationCollector { .init() }
}
extension IndexWriter { func write(_ declarations: DeclarationCollector) throws {} }
