// SPDX-License-Identifier: GPL-2.0-or-later

/// The lines of a build's log that can matter, as text.
///
/// Most lines are excerpts of sources; only those with a telling word are decoded.
struct BuildLines: Sequence {
  struct Line {
    var text: String
  }

  private let log: [UInt8]
  /// Bytes of a line that are looked at.
  static let width = 4096

  init(_ log: [UInt8]) { self.log = log }

  func makeIterator() -> AnyIterator<Line> {
    var position = 0
    return AnyIterator {
      while position < log.count {
        let end = log[position...].firstIndex(of: UInt8(ascii: "\n")) ?? log.count
        var line = log[position..<Swift.min(end, position + Self.width)]
        position = end + 1
        while line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        if Self.isTelling(line) { return Line(text: String(decoding: line, as: UTF8.self)) }
      }
      return nil
    }
  }

  private static let words: [[UInt8]] = [
    "error: ", "warning: ", "note: ", "modpost: ", "*** ", "Entering directory ", "Leaving directory ", "compiling in ",
    "not found",
    "ERROR: ", "WARNING: ", "FAILED", "ld: ", "No such file or directory", "not up to date",
  ].map { Array($0.utf8) }

  /// The words' first bytes: a cheap first look at each byte of a line.
  private static let starts: [Bool] = {
    var starts = [Bool](repeating: false, count: 256)
    for word in words { starts[Int(word[0])] = true }
    return starts
  }()

  private static func isTelling(_ line: ArraySlice<UInt8>) -> Bool {
    line.withUnsafeBufferPointer { bytes in
      for index in bytes.indices where starts[Int(bytes[index])] {
        for word in words where word[0] == bytes[index] && bytes.count - index >= word.count {
          if bytes[index..<index + word.count].elementsEqual(word) { return true }
        }
      }
      return false
    }
  }
}
