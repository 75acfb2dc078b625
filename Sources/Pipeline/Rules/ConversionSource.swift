// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import KernelModel

/// Where rules are learned from: two trees, or the commits or mails of a history, with what two trees declare if they
/// are known.
struct ConversionSource: Sendable {
  /// Nil where there are no trees: what is declared is then not known, and rules are learned from examples alone.
  let trees: ConversionStore?
  /// Takes the place of the trees' difference.
  let history: HistoryStore?

  init?(trees: ConversionStore?, history: HistoryStore? = nil) {
    if trees == nil, history == nil { return nil }
    (self.trees, self.history) = (trees, history)
  }

  /// Folder of the old tree; nil where it is none.
  var folder: String? { trees.flatMap { $0.old.objects == nil ? $0.old.root : nil } }

  /// The same of the new tree.
  var newFolder: String? { trees.flatMap { $0.new.objects == nil ? $0.new.root : nil } }

  func conversions(losing symbol: String) async throws -> [Conversion] {
    if let history { return try await history.conversions(losing: symbol) }
    return try await trees?.conversions(losing: symbol) ?? []
  }

  /// Those of them that came to name another symbol.
  func conversions(losing symbol: String, gaining other: String) async throws -> [Conversion] {
    if let history { return try await history.conversions(losing: symbol).filter { $0.newText.contains(other) } }
    return try await trees?.conversions(losing: symbol, gaining: other) ?? []
  }

  /// How Makefiles and the like changed that named it.
  func buildConversions(losing symbol: String) async throws -> [Conversion] {
    if let history { return try await history.conversions(losing: symbol, limit: 20, build: true) }
    return try await trees?.buildConversions(losing: symbol, limit: 20) ?? []
  }

  /// In-tree files whose use of a symbol was converted.
  func converted(_ symbol: String) async throws -> Int {
    if let history { return try await history.filesLosing(symbol) }
    return try await trees?.filesLosing(symbol).changed ?? 0
  }

  func newNames(inFilesLosing symbol: String) async throws -> CoChange {
    if let history { return try await history.newNames(inPlacesLosing: symbol) }
    return try await trees?.newNames(inFilesLosing: symbol) ?? CoChange(files: 0, newcomers: [])
  }

  func declarations(
    of name: String, in side: ConversionIndex.Side, container: String? = nil
  ) async throws -> [Declaration] {
    try await trees?.declarations(of: name, in: side, container: container) ?? []
  }

  /// How the old tree declares fields of these names, in headers that name `tag`.
  func fields(_ names: Set<String>, besides tag: String) async throws -> [Declaration] {
    try await trees?.fields(names, besides: tag, in: .old) ?? []
  }

  /// Those of `names` that the new tree declares; nil where that is not known.
  func declared(among names: Set<String>) async throws -> Set<String>? {
    try await trees?.declared(in: .new, among: names)
  }

  /// In-tree files that hold each name anew; none where nobody counted them.
  func filesGaining(_ names: Set<String>) async throws -> [String: Int] {
    try await trees?.filesGaining(names) ?? [:]
  }
}
