// SPDX-License-Identifier: GPL-2.0-or-later

import GRDB

/// Which hunks belong to which changed file: small enough to be held in memory.
struct FileTable: Sendable {
  private let firstHunks: [Int]
  private let kinds: [Int]

  /// The hunks of one file that a question is about.
  struct Group: Sendable {
    var file: Int
    /// Counted within the file, ascending.
    var hunks: [Int]
  }

  init(_ database: Database) throws {
    var firstHunks: [Int] = []
    var kinds: [Int] = []
    let rows = try Row.fetchCursor(database, sql: "SELECT firstHunk, class FROM file ORDER BY id")
    while let row = try rows.next() {
      firstHunks.append(row[0])
      kinds.append(row[1])
    }
    self.firstHunks = firstHunks
    self.kinds = kinds
  }

  /// `.c` and `.h` files, in the order of their paths.
  var count: Int { kinds.count { $0 == FileClass.c.rawValue } }

  /// Hunks (ascending) by file; only of files of one kind.
  func groups(of hunks: [Int], in kind: FileClass = .c) -> [Group] {
    var result: [Group] = []
    var file = 0
    for hunk in hunks {
      file = holder(of: hunk, from: file)
      guard file < kinds.count, kinds[file] == kind.rawValue else { continue }
      if result.last?.file == file {
        result[result.count - 1].hunks.append(hunk - firstHunks[file])
      } else {
        result.append(Group(file: file, hunks: [hunk - firstHunks[file]]))
      }
    }
    return result
  }

  /// The last file whose first hunk is not behind this one.
  private func holder(of hunk: Int, from start: Int) -> Int {
    var (low, high) = (start, firstHunks.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if firstHunks[middle] <= hunk { low = middle } else { high = middle }
    }
    return low
  }
}
