// SPDX-License-Identifier: GPL-2.0-or-later

/// Collects, file by file, which names each hunk loses and gains, and which names leave a file or come into it.
struct HunkCollector {
  private(set) var names = SymbolTable()
  private(set) var files: [File] = []
  private(set) var hunkCount = 0
  /// What the hunks' old lines lose and what their new lines gain.
  private(set) var lost = Column()
  private(set) var gained = Column()
  /// (name, file) for names that stand somewhere in the old file and nowhere in the new one; and the other way round.
  private(set) var gone = Pairs()
  private(set) var fresh = Pairs()
  private let keywords: Int

  struct File {
    var change: FileChange
    var kind: FileClass
    /// Number of its first hunk; the others follow.
    var firstHunk: Int
    var oldBytes: Int
    var newBytes: Int
  }

  /// Pairs as two columns.
  struct Pairs {
    var names: [UInt32] = []
    var places: [UInt32] = []

    @inline(__always)
    mutating func append(_ name: Int, _ place: Int) {
      names.append(UInt32(name))
      places.append(UInt32(place))
    }
  }

  init() {
    // The language's own words say nothing about an API and would be half of the index.
    let words = [
      "auto", "break", "case", "char", "const", "continue", "default", "define", "do", "double", "elif", "else",
      "endif", "enum", "extern", "float", "for", "goto", "if", "ifdef", "ifndef", "include", "inline", "int", "long",
      "register", "return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef", "undef", "union",
      "unsigned", "void", "volatile", "while",
    ]
    keywords = words.count
    for word in words { names.intern(word) }
  }

  /// Adds one file; `old` and `new` are its texts.
  mutating func add(_ change: FileChange, kind: FileClass, old: [UInt8], new: [UInt8]) {
    let file = files.count
    let lostNames = lost.add(
      old, change.hunks, \.old, kind, &names, keywords: keywords, file: file, firstHunk: hunkCount)
    let gainedNames = gained.add(
      new, change.hunks, \.new, kind, &names, keywords: keywords, file: file, firstHunk: hunkCount)
    for name in lostNames where !gained.holds(name, in: file) { gone.append(name, file) }
    for name in gainedNames where !lost.holds(name, in: file) { fresh.append(name, file) }
    files.append(
      File(change: change, kind: kind, firstHunk: hunkCount, oldBytes: old.count, newBytes: new.count))
    hunkCount += change.hunks.count
  }
}

extension HunkCollector {
  /// One side of all files: which names stand on its changed lines.
  struct Column {
    /// (name, hunk), ascending by hunk.
    private(set) var pairs = Pairs()
    /// For each name the last hunk that was recorded with it, and the last file that holds it, both plus one.
    private var marks: [(hunk: UInt32, file: UInt32)] = []

    /// Records the names on the changed lines of a file; returns them, each once, ascending.
    mutating func add(
      _ text: [UInt8], _ hunks: [Hunk], _ side: KeyPath<Hunk, Range<Int>>, _ kind: FileClass,
      _ names: inout SymbolTable, keywords: Int, file: Int, firstHunk: Int
    ) -> [Int] {
      let ranges = hunks.map { $0[keyPath: side] }
      let fileMark = UInt32(file + 1)
      var found: [Int] = []
      var hunk = 0
      text.withUnsafeBufferPointer { bytes in
        NameScanner.scan(bytes, as: kind) { bytes, hash, line in
          while hunk < ranges.count, line >= ranges[hunk].upperBound { hunk += 1 }
          let name = names.intern(bytes, hash: hash)
          guard name >= keywords else { return }
          while marks.count <= name { marks.append((0, 0)) }
          marks[name].file = fileMark
          guard hunk < ranges.count, line >= ranges[hunk].lowerBound else { return }
          let hunkMark = UInt32(firstHunk + hunk + 1)
          if marks[name].hunk != hunkMark {
            marks[name].hunk = hunkMark
            pairs.append(name, firstHunk + hunk)
            found.append(name)
          }
        }
      }
      found.sort()
      return found.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }

    func holds(_ name: Int, in file: Int) -> Bool {
      name < marks.count && marks[name].file == UInt32(file + 1)
    }
  }
}
