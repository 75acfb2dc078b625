// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Breaks that an examination told, found again by what clang says of them.
struct KnownBreaks {
  /// What makes two breaks one.
  struct Identity: Hashable {
    var site: Site
    var kind: Break.Kind
    var symbol: String
    var container: String?

    init(_ found: Break) {
      (site, kind, symbol, container) = (found.site, found.kind, found.symbol, found.container)
    }
  }
  private struct Key: Hashable {
    var file: String
    /// A message or a symbol.
    var text: String
  }
  private let byMessage: [Key: [Break]]
  private let bySymbol: [Key: Break]

  init(_ known: [Break]) {
    // Of a condition the compiler says nothing: what it says of the same name is about its uses.
    let known = known.filter { $0.kind != .condition }
    byMessage = Dictionary(grouping: known) { Key(file: $0.site.file, text: $0.message) }
    bySymbol = Dictionary(
      known.map { (Key(file: $0.site.file, text: $0.symbol), $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The complaint as the known break of the same file with its words about a symbol that it spells or quotes, or of
  /// the same symbol; else as far as its own words go.
  func told(_ complaint: Complaint) -> Break {
    let file = complaint.site.file
    let same = byMessage[Key(file: file, text: complaint.message)] ?? []
    let symbol = complaint.isGrammar ? complaint.unresolved.symbol : complaint.symbol
    // Lines move with the edits: where the symbol is known it says more.
    let namesakes = same.filter { $0.symbol == symbol }
    let known =
      namesakes.first { $0.site == complaint.site } ?? namesakes.first ?? same.first { $0.site == complaint.site }
      ?? same.first { known in
        complaint.words.contains(known.symbol) || complaint.quoted.contains { tag($0) == known.symbol }
      } ?? (symbol.isEmpty ? nil : bySymbol[Key(file: file, text: symbol)])
    guard var found = known else { return complaint.unresolved }
    found.site = complaint.site
    found.message = complaint.message
    found.cause = nil
    return found
  }
}
