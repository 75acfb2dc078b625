// SPDX-License-Identifier: GPL-2.0-or-later

/// One file that both trees have and that differs between them: what every source of differences (two folders now;
/// commits, ranges and mails later) comes down to.
struct FileChange: Sendable, Equatable {
  /// Relative to the tree.
  var path: String
  /// Ascending, without overlap or touching context.
  var hunks: [Hunk]
}

/// A run of changed lines: line numbers from 0, half open. Lines outside all hunks are equal on both sides.
struct Hunk: Sendable, Hashable {
  var old: Range<Int>
  var new: Range<Int>

  subscript(side: Side) -> Range<Int> { side == .old ? old : new }
}

extension [Hunk] {
  /// Varints: unchanged lines before, old lines, new lines, for each hunk.
  var packed: [UInt8] {
    var bytes: [UInt8] = []
    var last = 0
    for hunk in self {
      Varint.append(hunk.old.lowerBound - last, to: &bytes)
      Varint.append(hunk.old.count, to: &bytes)
      Varint.append(hunk.new.count, to: &bytes)
      last = hunk.old.upperBound
    }
    return bytes
  }

  /// The inverse of `packed`.
  init(packed: [UInt8]) {
    self = []
    let numbers = Varint.numbers(packed)
    var old = 0
    var new = 0
    for index in stride(from: 0, to: numbers.count - 2, by: 3) {
      old += numbers[index]
      new += numbers[index]
      append(Hunk(old: old..<old + numbers[index + 1], new: new..<new + numbers[index + 2]))
      old += numbers[index + 1]
      new += numbers[index + 2]
    }
  }
}
