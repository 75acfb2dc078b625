// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import KernelModel

/// What is read until it is worth a transaction: changes with their places, and the names on the changed lines.
struct HistorySegment: Sendable {
  /// Bytes of one place, both texts: generated files are left out.
  private static let placeLimit = 256 << 10
  /// Runs of changed lines in one file: more is no change that anybody wrote.
  private static let hunkLimit = 4000
  /// Bytes of a message that are kept.
  private static let messageLimit = 16 << 10
  /// Bytes that a row takes beside its texts.
  private static let overhead = 200

  struct Change: Sendable {
    var key: String
    var commit: CommitName
    var message: String
    var unreadable: Int
    var places: Range<Int>
  }

  struct Place: Sendable {
    var path: String
    var kind: FileClass
    var oldStart: Int
    var newStart: Int
    var hunks: [Hunk]
    var old: [UInt8]
    var added: [UInt8]
  }

  private(set) var changes: [Change] = []
  private(set) var places: [Place] = []
  private(set) var names = HunkCollector()
  /// For each hunk of `names` its place.
  private var holders: [UInt32] = []
  private(set) var bytes = 0
  private var open = 0

  /// Adds a text of the change that is being read; false if it is too large.
  mutating func add(_ text: ChangedText) -> Bool {
    guard let kind = FileClass(path: text.path[...]), !text.changes.isEmpty else { return true }
    guard text.changes.count <= Self.hunkLimit else { return false }
    let hunks = text.changes.map { Hunk(old: $0.old, new: $0.new) }
    let (old, new) = (Lines(text.old), Lines(text.new))
    let windows =
      text.skipped == nil
      ? Windows(old: old, new: new, hunks: hunks).windows(around: Array(hunks.indices))
      : [Hunk(old: 0..<old.count, new: 0..<new.count)]
    var found: [Place] = []
    var holders: [UInt32] = []
    for window in windows {
      // A hunk at the border of two windows belongs to the first.
      let inside = hunks[holders.count...].prefix { $0.old.upperBound <= window.old.upperBound }
      guard !inside.isEmpty else { continue }
      let place = Place(
        path: text.path, kind: kind, oldStart: window.old.lowerBound + (text.skipped?.old ?? 0) + 1,
        newStart: window.new.lowerBound + (text.skipped?.new ?? 0) + 1,
        hunks: inside.map { $0.shifted(by: -window.old.lowerBound) }, old: Array(old.slice(window.old)),
        added: inside.flatMap { new.slice($0.new) })
      guard place.old.count + place.added.count <= Self.placeLimit else { return false }
      holders += inside.map { _ in UInt32(places.count + found.count) }
      found.append(place)
    }
    guard holders.count == hunks.count else { return false }
    names.add(FileChange(path: text.path, hunks: hunks), kind: kind, old: text.old, new: text.new)
    self.holders += holders
    for place in found { bytes += place.old.count + place.added.count + Self.overhead }
    places += found
    return true
  }

  /// Ends the change that was read; the message of one without places is not kept.
  mutating func finish(_ key: String, _ commit: CommitName, message: String, unreadable: Int) {
    let kept = open == places.count ? "" : String(decoding: message.utf8.prefix(Self.messageLimit), as: UTF8.self)
    changes.append(
      Change(key: key, commit: commit, message: kept, unreadable: unreadable, places: open..<places.count))
    open = places.count
    bytes += Self.overhead + kept.utf8.count
  }

  /// Writes it as one transaction's part.
  func write(to db: Database) throws {
    let firstChange = try (Int.fetchOne(db, sql: "SELECT max(id) FROM change") ?? -1) + 1
    let firstPlace = try (Int.fetchOne(db, sql: "SELECT max(id) FROM place") ?? -1) + 1
    let insertChange = try db.makeStatement(sql: "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?)")
    let insertPlace = try db.makeStatement(sql: "INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
    for (number, change) in changes.enumerated() {
      let id = firstChange + number
      try insertChange.execute(arguments: [
        id, change.key, change.commit.id, change.commit.subject, change.message, change.unreadable,
      ])
      for index in change.places {
        let place = places[index]
        try insertPlace.execute(arguments: [
          firstPlace + index, id, place.kind.rawValue, place.path, place.oldStart, place.newStart,
          Data(place.hunks.packed), Data(place.old), Data(place.added),
        ])
      }
    }
    let lost = Postings(names.lost.pairs, names: names.names.count)
    let gained = Postings(names.gained.pairs, names: names.names.count)
    func list(_ hunks: ArraySlice<UInt32>) -> Data {
      let places = hunks.map { holders[Int($0)] + UInt32(firstPlace) }
      return Data(Varint.ascending(places.enumerated().filter { $0 == 0 || places[$0 - 1] != $1 }.map(\.element)))
    }
    let insert = try db.makeStatement(sql: "INSERT OR IGNORE INTO symbol VALUES (?, ?, ?, ?)")
    for name in names.names.sorted where !lost[name].isEmpty || !gained[name].isEmpty {
      let text = String(decoding: names.names[name], as: UTF8.self)
      try insert.execute(arguments: [text, firstChange, list(lost[name]), list(gained[name])])
    }
  }
}

extension Hunk {
  /// The hunk with its old lines counted from somewhere else; what it adds stands where its old lines stood.
  fileprivate func shifted(by distance: Int) -> Hunk {
    let first = old.lowerBound + distance
    return Hunk(old: first..<first + old.count, new: first..<first + new.count)
  }
}
