// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB

/// Writes what was collected into the tables.
struct IndexWriter {
  let database: Database

  func meta(_ values: [String: String]) throws {
    for (key, value) in values.sorted(by: { $0.key < $1.key }) {
      try database.execute(sql: "INSERT INTO meta VALUES (?, ?)", arguments: [key, value])
    }
  }

  /// Files and symbols; returns how many symbols there are.
  func write(_ hunks: HunkCollector) throws -> Int {
    let lost = Postings(hunks.lost.pairs, names: hunks.names.count)
    let gained = Postings(hunks.gained.pairs, names: hunks.names.count)
    let gone = Postings(hunks.gone, names: hunks.names.count)
    let fresh = Postings(hunks.fresh, names: hunks.names.count)
    // Ranked by name, so that rows go in order into the table and into its index.
    let order = hunks.names.sorted.filter { !lost[$0].isEmpty || !gained[$0].isEmpty }
    var freshInFile = [[UInt32]](repeating: [], count: hunks.files.count)
    let insert = try database.makeStatement(sql: "INSERT INTO symbol VALUES (?, ?, ?, ?, ?, ?)")
    for (rank, name) in order.enumerated() {
      for file in fresh[name] { freshInFile[Int(file)].append(UInt32(rank)) }
      try insert.execute(arguments: [
        rank, String(decoding: hunks.names[name], as: UTF8.self), Data(Varint.ascending(lost[name])),
        Data(Varint.ascending(gained[name])), Data(Varint.ascending(gone[name])), fresh[name].count,
      ])
    }
    let insertFile = try database.makeStatement(sql: "INSERT INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    for (id, file) in hunks.files.enumerated() {
      try insertFile.execute(arguments: [
        id, file.change.path, file.kind.rawValue, file.firstHunk, Data(file.change.hunks.packed), file.oldBytes,
        file.newBytes, Data(Varint.ascending(freshInFile[id])),
      ])
    }
    return order.count
  }
}

/// Pairs turned into one list of places for each name, in the order of the pairs.
struct Postings {
  private var starts: [Int]
  private var places: [UInt32]

  init(_ pairs: HunkCollector.Pairs, names: Int) {
    starts = [Int](repeating: 0, count: names + 1)
    for name in pairs.names { starts[Int(name) + 1] += 1 }
    for name in 0..<names { starts[name + 1] += starts[name] }
    places = [UInt32](repeating: 0, count: pairs.places.count)
    var next = starts
    for (name, place) in zip(pairs.names, pairs.places) {
      places[next[Int(name)]] = place
      next[Int(name)] += 1
    }
  }

  subscript(name: Int) -> ArraySlice<UInt32> { places[starts[name]..<starts[name + 1]] }
}
