// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GRDB
import Glibc

/// The index file: SQLite as a container of compact lists.
///
/// `application_id` names the format; `user_version` holds a digest of all other bytes, so that a file that is older,
/// cut off or damaged is recognised when it is opened.
enum Schema {
  /// "kmc" and the number of the format: raise it whenever tables or lists change.
  static let format: UInt32 = 0x6b6d_6300 | 1

  static let tables = """
    CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE file(
      id INTEGER PRIMARY KEY, path TEXT NOT NULL, class INTEGER NOT NULL, firstHunk INTEGER NOT NULL,
      hunks BLOB NOT NULL, oldBytes INTEGER NOT NULL, newBytes INTEGER NOT NULL, fresh BLOB NOT NULL);
    CREATE TABLE symbol(
      id INTEGER PRIMARY KEY, name TEXT NOT NULL, lost BLOB NOT NULL, gained BLOB NOT NULL, gone BLOB NOT NULL,
      fresh INTEGER NOT NULL);
    CREATE TABLE header(id INTEGER PRIMARY KEY, path TEXT NOT NULL);
    CREATE TABLE declared(name TEXT PRIMARY KEY, places BLOB NOT NULL) WITHOUT ROWID;
    """
  static let indices = """
    CREATE UNIQUE INDEX symbolName ON symbol(name);
    """

  /// A connection for building: speed before safety, since the file counts only once it is sealed.
  static func writer(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536")
    }
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  static func reader(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = true
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  /// Writes format and digest into the header of a closed, finished file and waits until it is on disk.
  static func seal(_ path: String) throws {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    defer { close(descriptor) }
    try write(format, to: descriptor, at: 68)
    guard let digest = digest(path) else { throw POSIXError(.EIO) }
    try write(digest, to: descriptor, at: 60)
    guard fsync(descriptor) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
  }

  /// Whether the file is a whole index of this format.
  static func isSealed(_ path: String) -> Bool {
    guard let file = try? FileHandle(forReadingFrom: URL(fileURLWithPath: path)) else { return false }
    defer { try? file.close() }
    guard let head = try? file.read(upToCount: 100), head.count == 100 else { return false }
    func number(at offset: Int) -> UInt32 { head[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) } }
    return number(at: 68) == format && number(at: 60) == digest(path)
  }

  /// FNV-1a over eight-byte words, folded; the digest's own place counts as zero.
  private static func digest(_ path: String) -> UInt32? {
    guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped), bytes.count >= 512,
      bytes.count % 512 == 0
    else { return nil }
    let value = bytes.withUnsafeBytes { bytes in
      var lanes: (UInt64, UInt64) = (14_695_981_039_346_656_037, 1_099_511_628_211)
      for offset in stride(from: 0, to: bytes.count, by: 16) {
        var second = bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
        if offset == 48 { second &= ~0xffff_ffff_0000_0000 }
        lanes.0 = (lanes.0 ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 1_099_511_628_211
        lanes.1 = (lanes.1 ^ second) &* 1_099_511_628_211
        lanes.0 ^= lanes.0 >> 32
        lanes.1 ^= lanes.1 >> 32
      }
      return lanes.0 ^ lanes.1 &* 31
    }
    return UInt32(truncatingIfNeeded: value ^ value >> 32)
  }

  private static func write(_ value: UInt32, to descriptor: Int32, at offset: Int) throws {
    var big = value.bigEndian
    guard pwrite(descriptor, &big, 4, off_t(offset)) == 4 else {
      throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
    }
  }
}
