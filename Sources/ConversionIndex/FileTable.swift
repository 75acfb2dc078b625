// SPDX-License-Identifier: GPL-2.0-or-later

import GRDB

/// Which hunks belong to which changed file: small enough to be held in memory.
struct FileTable: Sendable {
  private let firstHunks: [Int]
  private let isC: [Bool]

  /// The hunks of one file that a question is about.
  struct Group: Sendable {
    var file: Int
    /// Counted within the file, ascending.
    var hunks: [Int]
  }

  init(_ database: Database) throws {
    var firstHunks: [Int] = []
    var isC: [Bool] = []
    let rows = try Row.fetchCursor(database, sql: "SELECT firstHunk, class FROM file ORDER BY id")
    while let row = try rows.next() {
      firstHunks.append(row[0])
      isC.append(row[1] == FileClass.c.rawValue)
    }
    self.firstHunks = firstHunks
    self.isC = isC
  }

  /// `.c` and `.h` files, in the order of their paths.
  var count: Int { isC.count { $0 } }

  /// Hunks (ascending) by file; only of `.c` and `.h` files.
  func groups(of hunks: [Int]) -> [Group] {
    var result: [Group] = []
    var file = 0
    for hunk in hunks {
      file = holder(of: hunk, from: file)
      guard file < isC.count, isC[file] else { continue }
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
