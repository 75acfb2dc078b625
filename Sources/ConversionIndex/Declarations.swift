// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import KernelModel

extension ConversionStore {
  /// What a tree declares under a name: functions, macros, fields, enumerators, types, variables and exports; for the
  /// path of a header (`linux/foo.h`) the header itself.
  ///
  /// Only what modules can include counts: `include/` and the architecture's headers; exports from all sources.
  /// `container` (`struct file_operations`) asks for fields of that structure only. A name that many structures have
  /// is looked up in the 64 likeliest files.
  ///
  /// - Throws: `Failure` (`tryAgain`) if the index can't be read.
  package func declarations(
    of name: String, in side: Side, container: String? = nil
  ) async throws -> [Declaration] {
    let tree = side == .old ? old : new
    if name.hasSuffix(".h") { return tree.headers(named: name) }
    let tag = container?.split(separator: " ").last.map(String.init)
    let files = try await read { db in
      let places = try places(db, name, side)
      guard let tag else { return try paths(db, likeliest(db, places)) }
      let homes = Set(try self.places(db, tag, side).filter { $0.kind == .type }.map(\.file))
      return try paths(db, places.filter { homes.contains($0.file) })
    }
    return try await offload { check in
      var result: [Declaration] = []
      for path in files {
        try check()
        guard let (bytes, found) = tree.found(in: path) else { continue }
        result += found.filter {
          bytes[$0.name].elementsEqual(name.utf8) && (container == nil || $0.container == container)
        }
        .map { $0.declaration(name, bytes, path: path) }
      }
      return result
    }
  }

  /// How the structures of a tree declare fields of these names, in headers that name `tag` somewhere; for each name in
  /// the 64 likeliest files.
  ///
  /// - Throws: `Failure` (`tryAgain`) if the index can't be read.
  package func fields(
    _ names: Set<String>, besides tag: String, in side: Side
  ) async throws -> [Declaration] {
    let tree = side == .old ? old : new
    let files = try await read { db in
      var files: [String: Set<String>] = [:]
      for name in names {
        let found = try places(db, name, side).filter { $0.kind == .field }
        for path in try paths(db, likeliest(db, found)) { files[path, default: []].insert(name) }
      }
      return files
    }
    return try await offload { check in
      var result: [Declaration] = []
      for (path, names) in files.sorted(by: { $0.key < $1.key }) {
        try check()
        guard let text = tree.bytes(path), Data(text).range(of: Data(tag.utf8)) != nil,
          let (bytes, found) = tree.found(in: path)
        else { continue }
        for place in found where place.kind == .field {
          let name = String(decoding: bytes[place.name], as: UTF8.self)
          if names.contains(name) { result.append(place.declaration(name, bytes, path: path)) }
        }
      }
      return result
    }
  }

  /// Whether a tree declares the name at all; cheaper than the declarations themselves.
  ///
  /// - Throws: `Failure` (`tryAgain`) if the index can't be read.
  package func declares(_ name: String, in side: Side) async throws -> Bool {
    if name.hasSuffix(".h") { return !(side == .old ? old : new).headers(named: name).isEmpty }
    return try await read { db in try !places(db, name, side).isEmpty }
  }

  /// The names by which modules include the headers that declare `name` (not as a field), likeliest first.
  ///
  /// - Throws: `Failure` (`tryAgain`) if the index can't be read.
  package func headers(declaring name: String, in side: Side) async throws -> [String] {
    try await read { db in
      let places = try places(db, name, side).filter { $0.kind != .field && $0.kind != .export }
      return try paths(db, likeliest(db, places)).compactMap(DeclarationPlaces.includeName)
    }
  }

  private func places(_ db: Database, _ name: String, _ side: Side) throws -> [DeclarationPlace] {
    let statement = try db.cachedStatement(sql: "SELECT places FROM declared WHERE name = ?")
    guard let list = try Data.fetchOne(statement, arguments: [name]) else { return [] }
    return Varint.ascending([UInt8](list)).compactMap(DeclarationPlace.init(packed:)).filter { $0.side == side }
  }

  /// Fields last, since every name is somewhere a field; at most 64 files.
  private func likeliest(_ db: Database, _ places: [DeclarationPlace]) -> [DeclarationPlace] {
    Array((places.filter { $0.kind != .field } + places.filter { $0.kind == .field }).prefix(64))
  }

  /// Paths of the files, each once: `include/linux` first, sources last, otherwise in the order given.
  private func paths(_ db: Database, _ places: [DeclarationPlace]) throws -> [String] {
    let statement = try db.cachedStatement(sql: "SELECT path FROM header WHERE id = ?")
    var seen: Set<Int> = []
    let paths = try places.filter { seen.insert($0.file).inserted }.compactMap {
      try String.fetchOne(statement, arguments: [$0.file])
    }
    func rank(_ path: String) -> Int {
      path.hasPrefix("include/linux/") ? 0 : DeclarationPlaces.isHeader(path) ? 1 : 2
    }
    return (0...2).flatMap { wanted in paths.filter { rank($0) == wanted } }
  }
}

extension DeclarationScanner.Found {
  /// As the vocabulary's value: white space folded, comments and bodies left out.
  func declaration(_ name: String, _ bytes: [UInt8], path: String) -> Declaration {
    Declaration(
      name: name, kind: kind, text: plain(bytes[text], keepsBraces: kind == .macro),
      site: Site(file: path, line: line + 1, column: 0), container: container,
      body: plain(bytes[body], keepsBraces: true))
  }

  /// At most this many bytes of a declaration are told.
  private static let limit = 1000

  private func plain(_ bytes: ArraySlice<UInt8>, keepsBraces: Bool) -> String {
    var result: [UInt8] = []
    var depth = 0
    var index = bytes.startIndex
    while index < bytes.endIndex, result.count < Self.limit {
      let byte = bytes[index]
      let next = index + 1 < bytes.endIndex ? bytes[index + 1] : 0
      if byte == slash, next == star || next == slash {
        index += 2
        while index < bytes.endIndex, next == slash ? bytes[index] != newline : !ends(bytes, index) { index += 1 }
        if next == star { index += 2 }
        if result.last != space { result.append(space) }
        continue
      }
      if byte == UInt8(ascii: "{"), !keepsBraces { depth += 1 }
      if depth == 0 {
        if byte <= space || byte == backslash && next == newline {
          if result.last != space { result.append(space) }
        } else {
          result.append(byte)
        }
      }
      if byte == UInt8(ascii: "}"), !keepsBraces { depth -= 1 }
      index += 1
    }
    while result.last == space { result.removeLast() }
    return String(decoding: result.drop { $0 == space }, as: UTF8.self)
  }

  private func ends(_ bytes: ArraySlice<UInt8>, _ index: Int) -> Bool {
    bytes[index] == star && index + 1 < bytes.endIndex && bytes[index + 1] == slash
  }
}
