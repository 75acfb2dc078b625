// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Reads unified diffs, git's and plain ones, out of any text: what is no diff is skipped.
///
/// Hunks are read by their counts, so a mail signature or `base-commit:` after the last one does no harm.
package struct DiffParser {
  private let lines: [ArraySlice<UInt8>]
  private var position = 0
  private var files: [FileDiff] = []

  /// All file diffs in `bytes`, in order.
  ///
  /// - Throws: `Failure` (`badInput`) for a hunk that ends too early or holds a line that is none, with its line number.
  package static func parse(_ bytes: [UInt8]) throws(Failure) -> [FileDiff] {
    var parser = DiffParser(lines: bytes.split(separator: 0x0A, omittingEmptySubsequences: false))
    return try parser.parse()
  }

  private init(lines: [ArraySlice<UInt8>]) { self.lines = lines }

  private mutating func parse() throws(Failure) -> [FileDiff] {
    // `current` is the file that extended headers and hunks belong to.
    var current: FileDiff?
    func finished() -> [FileDiff] { current.map { [$0] } ?? [] }
    while position < lines.count {
      let line = lines[position]
      if line.starts(with: "diff --git ".utf8) {
        files += finished()
        current = Self.gitHead(Array(line.dropFirst(11)))
      } else if line.starts(with: "--- ".utf8), position + 1 < lines.count,
        lines[position + 1].starts(with: "+++ ".utf8)
      {
        let old = Self.name(line.dropFirst(4), strip: "a/")
        let new = Self.name(lines[position + 1].dropFirst(4), strip: "b/")
        if current == nil || !(current?.hunks.isEmpty ?? true) {
          files += finished()
          current = FileDiff(oldPath: old, newPath: new)
        } else {
          current?.oldPath = old
          current?.newPath = new
        }
        position += 1
      } else if line.starts(with: "@@ -".utf8), current != nil, let hunk = Self.hunkHead(Array(line)) {
        current?.hunks.append(try body(of: hunk))
        continue
      } else if current?.hunks.isEmpty ?? false {
        Self.extendedHeader(String(decoding: line, as: UTF8.self), into: &current)
      }
      position += 1
    }
    return files + finished()
  }

  private mutating func body(of head: Hunk) throws(Failure) -> Hunk {
    var hunk = head
    var old = head.oldCount
    var new = head.newCount
    position += 1
    while old > 0 || new > 0 {
      // The element after the last line feed is the end of the text, not an empty line.
      guard position < lines.count, position + 1 < lines.count || !lines[position].isEmpty else {
        throw Failure(.badInput, "diff", "ends within a hunk, at line \(position + 1)")
      }
      let line = lines[position]
      // Some mailers strip the space of an empty context line; git apply takes that too.
      let mark = line.first ?? 0x20
      guard let kind = Hunk.Line.Kind(rawValue: mark) else {
        guard mark == 0x5C, !hunk.lines.isEmpty else {
          throw Failure(.badInput, "diff", "a line within a hunk is none of a hunk, at line \(position + 1)")
        }
        hunk.lines[hunk.lines.count - 1].hasLineFeed = false
        position += 1
        continue
      }
      if kind != .added { old -= 1 }
      if kind != .removed { new -= 1 }
      guard old >= 0, new >= 0 else {
        throw Failure(.badInput, "diff", "a hunk holds more lines than it says, at line \(position + 1)")
      }
      hunk.lines.append(Hunk.Line(kind, Array(line.dropFirst())))
      position += 1
    }
    if position < lines.count, lines[position].first == 0x5C, !hunk.lines.isEmpty {
      hunk.lines[hunk.lines.count - 1].hasLineFeed = false
      position += 1
    }
    return hunk
  }

  private static func hunkHead(_ line: [UInt8]) -> Hunk? {
    var index = 4
    func number() -> Int? {
      var value = 0
      let start = index
      while index < line.count, (0x30...0x39).contains(line[index]), index - start < 9 {
        value = value * 10 + Int(line[index] - 0x30)
        index += 1
      }
      return index > start ? value : nil
    }
    func range() -> (Int, Int)? {
      guard let start = number() else { return nil }
      guard index < line.count, line[index] == 0x2C else { return (start, 1) }
      index += 1
      guard let count = number() else { return nil }
      return (start, count)
    }
    func skip(_ text: String) -> Bool {
      guard line[index...].starts(with: text.utf8) else { return false }
      index += text.utf8.count
      return true
    }
    guard let old = range(), skip(" +"), let new = range(), skip(" @@") else { return nil }
    let section = line[index...].drop { $0 == 0x20 }
    return Hunk(oldStart: old.0, oldCount: old.1, newStart: new.0, newCount: new.1, section: Array(section))
  }

  /// The two names of a `diff --git` line; for unquoted names that hold spaces the split where both are the same.
  private static func gitHead(_ rest: [UInt8]) -> FileDiff {
    let line = rest.last == 0x0D ? Array(rest.dropLast()) : rest
    var old: String?
    var new: String?
    if line.count >= 5, line.count % 2 == 1, line[line.count / 2] == 0x20 {
      old = name(line[..<(line.count / 2)], strip: "a/")
      new = name(line[(line.count / 2 + 1)...], strip: "b/")
    }
    return FileDiff(oldPath: old, newPath: new ?? old)
  }

  private static func name(_ field: some Collection<UInt8>, strip prefix: String) -> String? {
    var bytes = Array(field)
    if bytes.first != 0x22, let tab = bytes.firstIndex(of: 0x09) { bytes.removeSubrange(tab...) }
    while let last = bytes.last, last == 0x0D || last == 0x20 { bytes.removeLast() }
    guard let path = QuotedPath.parse(bytes), path != "/dev/null" else { return nil }
    return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
  }

  private static func extendedHeader(_ line: String, into file: inout FileDiff?) {
    let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
    guard let last = words.last else { return }
    switch words.dropLast() {
    case ["new", "file", "mode"]:
      file?.newMode = FileMode(rawValue: last)
      file?.oldPath = nil
    case ["deleted", "file", "mode"]:
      file?.oldMode = FileMode(rawValue: last)
      file?.newPath = nil
    case ["old", "mode"]: file?.oldMode = FileMode(rawValue: last)
    case ["new", "mode"]: file?.newMode = FileMode(rawValue: last)
    default:
      guard words.first == "index", words.count > 1 else { return }
      let blobs = words[1].split(separator: ".")
      guard blobs.count == 2 else { return }
      file?.oldBlob = String(blobs[0])
      file?.newBlob = String(blobs[1])
      if words.count > 2, let mode = FileMode(rawValue: words[2]) {
        file?.oldMode = mode
        file?.newMode = mode
      }
    }
  }
}
