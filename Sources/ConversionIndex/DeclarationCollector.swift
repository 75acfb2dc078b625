// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import Glibc
import KernelModel

/// Collects which file of which tree declares or exports a name.
struct DeclarationCollector: Sendable {
  /// Paths of headers and exporting files, of both trees.
  private(set) var files: [String] = []
  private var numbers: [String: Int] = [:]
  private(set) var names = SymbolTable()
  private(set) var places = HunkCollector.Pairs()

  var count: Int { names.count }

  /// Reads both trees.
  static func collect(_ old: Tree, _ new: Tree, check: () throws -> Void) throws -> DeclarationCollector {
    var result = DeclarationCollector()
    /// What both trees hold in the same store is read once.
    var done: Set<String> = []
    for (tree, side) in [(old, Side.old), (new, .new)] {
      for path in DeclarationPlaces(tree: tree).files() where !done.contains(path) {
        try check()
        guard let bytes = tree.bytes(path) else { continue }
        let found = DeclarationPlaces.isHeader(path) ? DeclarationScanner(bytes).found : ExportScanner(bytes).found
        result.add(found, bytes, path: path, side)
        if side == .old, let contents = old.objects?.contents(path), contents == new.objects?.contents(path) {
          result.add(found, bytes, path: path, .new)
          done.insert(path)
        }
      }
    }
    return result
  }

  private mutating func add(_ found: [DeclarationScanner.Found], _ bytes: [UInt8], path: String, _ side: Side) {
    guard !found.isEmpty else { return }
    let file = numbers[path] ?? files.count
    if file == files.count {
      numbers[path] = file
      files.append(path)
    }
    bytes.withUnsafeBufferPointer { bytes in
      for item in found {
        let name = UnsafeBufferPointer(rebasing: bytes[item.name])
        let id = names.intern(name, hash: name.reduce(SymbolTable.seed, SymbolTable.hash))
        places.append(id, DeclarationPlace(file: file, kind: item.kind, side: side).packed)
      }
    }
  }
}

/// Where a name is declared, as one number: file, kind and tree.
struct DeclarationPlace: Hashable {
  var file: Int
  var kind: Declaration.Kind
  var side: Side

  /// The numbers of the kinds in the index: append only.
  private static let kinds: [Declaration.Kind] = [
    .function, .inlineFunction, .variable, .field, .macro, .enumerator, .type, .header, .export, .other,
  ]

  init(file: Int, kind: Declaration.Kind, side: Side) {
    self.file = file
    self.kind = kind
    self.side = side
  }

  init?(packed: Int) {
    guard packed >= 0, Self.kinds.indices.contains(packed >> 1 & 15) else { return nil }
    self.init(file: packed >> 5, kind: Self.kinds[packed >> 1 & 15], side: packed & 1 == 0 ? .old : .new)
  }

  var packed: Int { file << 5 | (Self.kinds.firstIndex(of: kind) ?? 0) << 1 | side.rawValue }
}

extension IndexWriter {
  /// The table of declarations.
  func write(_ declarations: DeclarationCollector) throws {
    let file = try database.makeStatement(sql: "INSERT INTO header VALUES (?, ?)")
    for (id, path) in declarations.files.enumerated() { try file.execute(arguments: [id, path]) }
    let places = Postings(declarations.places, names: declarations.names.count)
    let insert = try database.makeStatement(sql: "INSERT INTO declared VALUES (?, ?)")
    for name in declarations.names.sorted {
      let sorted = places[name].sorted().reduce(into: [UInt32]()) { if $0.last != $1 { $0.append($1) } }
      try insert.execute(arguments: [
        String(decoding: declarations.names[name], as: UTF8.self), Data(Varint.ascending(sorted)),
      ])
    }
  }
}
