// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import KernelModel
import PatchFormat

/// The texts that a patch shows: its hunks, with the head of the function that they lie in as far as it is told.
struct PatchTexts {
  /// Hunks of one function with more lines between them are texts of their own.
  private static let gap = 200
  let file: FileDiff

  /// Nothing for files that come or go.
  var texts: [ChangedText] {
    guard let path = file.newPath, file.oldPath != nil, isIndexed(path) else { return [] }
    var texts: [Text] = []
    for hunk in file.hunks where hunk.oldStart > 0 && hunk.newStart > 0 {
      if let last = texts.last, !hunk.section.isEmpty, last.section == hunk.section,
        (0...Self.gap).contains(hunk.oldStart - last.oldEnd),
        hunk.newStart - last.newEnd == hunk.oldStart - last.oldEnd
      {
        texts[texts.count - 1].append(hunk)
      } else {
        texts.append(Text(hunk))
      }
    }
    return texts.map { $0.changed(path) }
  }

  /// Hunks of one function; what lies between them is blank lines.
  private struct Text {
    let section: [UInt8]
    private var old: [UInt8] = []
    private var new: [UInt8] = []
    private var lines: (old: Int, new: Int)
    private var changes: [(old: Range<Int>, new: Range<Int>)] = []
    private let start: (old: Int, new: Int)
    /// Lines of the files after the last hunk.
    private(set) var oldEnd: Int
    private(set) var newEnd: Int

    init(_ hunk: PatchFormat.Hunk) {
      section = hunk.section
      let head = FunctionHead(hunk).line
      (old, new) = (head, head)
      let count = head.isEmpty ? 0 : 1
      lines = (count, count)
      start = (max(0, hunk.oldStart - 1 - count), max(0, hunk.newStart - 1 - count))
      (oldEnd, newEnd) = (hunk.oldStart, hunk.newStart)
      append(hunk)
    }

    mutating func append(_ hunk: PatchFormat.Hunk) {
      old += repeatElement(0x0A, count: hunk.oldStart - oldEnd)
      new += repeatElement(0x0A, count: hunk.newStart - newEnd)
      lines = (lines.old + hunk.oldStart - oldEnd, lines.new + hunk.newStart - newEnd)
      var first = lines
      func end(_ changes: inout [(old: Range<Int>, new: Range<Int>)]) {
        guard lines.old > first.old || lines.new > first.new else { return }
        changes.append((first.old..<lines.old, first.new..<lines.new))
      }
      for line in hunk.lines {
        if line.kind == .context { end(&changes) }
        if line.kind != .added {
          old += line.text + [0x0A]
          lines.old += 1
        }
        if line.kind != .removed {
          new += line.text + [0x0A]
          lines.new += 1
        }
        if line.kind == .context { first = lines }
      }
      end(&changes)
      (oldEnd, newEnd) = (hunk.oldStart + hunk.oldCount, hunk.newStart + hunk.newCount)
    }

    func changed(_ path: String) -> ChangedText {
      ChangedText(
        path: path, old: old + Self.end(of: old), new: new + Self.end(of: new), changes: changes,
        skipped: (start.old, start.new))
    }

    /// The braces that the text leaves open, closed.
    private static func end(of text: [UInt8]) -> [UInt8] {
      var depth = 0
      for byte in text {
        if byte == 0x7B { depth += 1 }
        if byte == 0x7D { depth = max(0, depth - 1) }
      }
      return depth == 0 ? [] : repeatElement(0x7D, count: min(depth, 20)) + [0x0A]
    }
  }
}

/// The line that a hunk begins in, made of what its `@@` line says: `int f(int a,` becomes `int f(int a) {`.
struct FunctionHead {
  /// Empty where the hunk begins outside of functions and initialisers.
  private(set) var line: [UInt8] = []

  init(_ hunk: PatchFormat.Hunk) {
    var head = hunk.section[...]
    while let last = head.last, last <= 0x20 { head.removeLast() }
    // A line in the first column that is no label's ends or begins a block itself.
    guard let first = hunk.lines.first(where: { $0.kind != .added && !$0.text.isEmpty })?.text,
      let start = first.first, start <= 0x20, let name = head.first, name > 0x20, head.last != 0x3B, head.last != 0x3A
    else { return }
    let open = head.count { $0 == 0x28 } - head.count { $0 == 0x29 }
    if head.last == 0x7B {
      line = head + [0x0A]
    } else if open > 0 {
      // git cuts the line off, or the parameters go on: those that are whole are kept.
      let last = first.last { $0 > 0x20 }
      let continues = last == 0x29 || last == 0x2C
      if !continues {
        if let comma = head.lastIndex(of: 0x2C) { head = head[..<comma] }
        head += repeatElement(0x29, count: max(0, head.count { $0 == 0x28 } - head.count { $0 == 0x29 }))
      }
      line = head + (continues ? [0x0A] : [0x20, 0x7B, 0x0A])
    } else if head.contains(0x28) {
      line = head + [0x20, 0x7B, 0x0A]
    } else if head.last == 0x3D {
      line = head + [0x20, 0x7B, 0x0A]
    }
  }
}
