// SPDX-License-Identifier: GPL-2.0-or-later

/// Reads what `git diff -U0 --no-prefix --no-renames` prints, keeping the places of the hunks and not their text.
struct DiffReader {
  /// What git puts before the path of a file of the old tree, e.g. `old/`.
  let oldPrefix: String

  /// The changed files that have a class, in the diff's order. Malformed parts are left out.
  func changes(_ diff: UnsafeBufferPointer<UInt8>) -> [FileChange] {
    var result: [FileChange] = []
    var current: FileChange?
    var index = 0
    while index < diff.count {
      let line = lineEnd(diff, from: index)
      let text = UnsafeBufferPointer(rebasing: diff[index..<line])
      index = line + 1
      if text.starts(with: "diff ".utf8) {
        if let done = current, !done.hunks.isEmpty { result.append(done) }
        current = nil
      } else if text.starts(with: "--- ".utf8) {
        current = path(text).map { FileChange(path: $0, hunks: []) }
      } else if text.starts(with: "@@ -".utf8), let hunk = hunk(text) {
        if let last = current?.hunks.last, hunk.old.lowerBound < last.old.upperBound { current = nil }
        current?.hunks.append(hunk)
        for _ in 0..<hunk.old.count + hunk.new.count where index < diff.count {
          index = lineEnd(diff, from: index) + 1
        }
      }
    }
    if let done = current, !done.hunks.isEmpty { result.append(done) }
    return result
  }

  private func lineEnd(_ diff: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    diff[start...].firstIndex(of: newline) ?? diff.count
  }

  private func path(_ line: UnsafeBufferPointer<UInt8>) -> String? {
    let text = String(decoding: line.dropFirst(4), as: UTF8.self)
    guard text.hasPrefix(oldPrefix), !text.contains("\u{fffd}") else { return nil }
    let path = text.dropFirst(oldPrefix.count)
    return FileClass(path: path) == nil ? nil : String(path)
  }

  /// `@@ -a[,b] +c[,d] @@`: with no lines on a side, its number is that of the line before.
  private func hunk(_ line: UnsafeBufferPointer<UInt8>) -> Hunk? {
    var index = 4
    guard let old = lines(line, &index), index + 1 < line.count, line[index] == space, line[index + 1] == plus else {
      return nil
    }
    index += 2
    guard let new = lines(line, &index) else { return nil }
    return Hunk(old: old, new: new)
  }

  private func lines(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Range<Int>? {
    guard let start = number(text, &index) else { return nil }
    var count = 1
    if index < text.count, text[index] == UInt8(ascii: ",") {
      index += 1
      guard let given = number(text, &index) else { return nil }
      count = given
    }
    let first = count == 0 ? start : start - 1
    return first >= 0 ? first..<first + count : nil
  }

  private func number(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Int? {
    let start = index
    var value = 0
    while index < text.count, isDigit(text[index]), index - start < 9 {
      value = value * 10 + Int(text[index] - 48)
      index += 1
    }
    return index > start ? value : nil
  }
}
