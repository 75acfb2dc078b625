// SPDX-License-Identifier: GPL-2.0-or-later

import ChangeDetection
import ConversionIndex
import KernelModel
import PatchFormat

/// The API changes that a patch shows, read from its diff alone.
///
/// A hunk is a piece of a file: a declaration that begins or ends outside of it is not seen.
enum PatchChanges {
  /// - Parameters:
  ///   - files: of all patches of a series, so that what one of them moves is seen to come again.
  ///   - message: of the patch, or of the series' cover letter.
  static func changes(in files: [FileDiff], message: String) -> [APIChange] {
    var changed = ChangedFiles()
    for (path, file) in merged(files) where ChangedFiles.isWanted(path) {
      changed.add(path, file)
    }
    return changed.changes(message: message)
  }

  /// Several patches of one file as one: their hunks one after the other.
  private static func merged(_ files: [FileDiff]) -> [(path: String, file: FileDiff)] {
    var order: [String] = []
    var byPath: [String: FileDiff] = [:]
    for file in files where !file.path.isEmpty && !file.hunks.isEmpty {
      guard let known = byPath[file.path] else {
        order.append(file.path)
        byPath[file.path] = file
        continue
      }
      var both = known
      both.hunks += file.hunks
      if file.newPath == nil { both.newPath = nil }
      byPath[file.path] = both
    }
    return order.compactMap { path in byPath[path].map { (path, $0) } }
  }
}

extension ChangedFiles {
  fileprivate mutating func add(_ path: String, _ file: FileDiff) {
    let sides = file.hunks.map { HunkSides($0) }
    add(
      path, before: file.oldPath == nil ? nil : sides.map { ($0.old, $0.oldStart) },
      after: file.newPath == nil ? nil : sides.map { ($0.new, $0.newStart) })
  }
}

/// Both texts of a hunk, with the head of the structure that it lies in.
private struct HunkSides {
  private(set) var old: [UInt8] = []
  private(set) var new: [UInt8] = []
  /// The line that each text begins with, from 1.
  let oldStart: Int
  let newStart: Int

  init(_ hunk: PatchFormat.Hunk) {
    let head = Self.head(hunk)
    let count = head.isEmpty ? 0 : 1
    (oldStart, newStart) = (max(1, hunk.oldStart - count), max(1, hunk.newStart - count))
    (old, new) = (head, head)
    for line in hunk.lines {
      if line.kind != .added { old += line.text + [0x0A] }
      if line.kind != .removed { new += line.text + [0x0A] }
    }
  }

  /// The head of the structure or function that the hunk begins inside of, as far as git tells: it names the last line
  /// that looks like one, which may have ended.
  private static func head(_ hunk: PatchFormat.Hunk) -> [UInt8] {
    guard let first = hunk.lines.first(where: { !$0.text.isEmpty })?.text else { return [] }
    // Words only.
    if hunk.lines.allSatisfy({ line in line.text.first { $0 > 0x20 }.map { $0 == 0x2A } ?? true }) { return [] }
    func open(_ text: [UInt8]) -> Int { text.count { $0 == 0x28 } - text.count { $0 == 0x29 } }
    // A prototype that goes on.
    if open(hunk.section) > 0, open(first) < 0 { return hunk.section + [0x0A] }
    let head = FunctionHead(hunk).line
    guard !head.contains(0x28) else { return head }
    let (start, end) = (first.first { $0 > 0x20 }, first.last { $0 > 0x20 })
    let isField = start == 0x2A || start == 0x2F || end.map { [0x3B, 0x2C, 0x7B, 0x7D, 0x2F].contains($0) } ?? true
    return isField ? head : []
  }
}
