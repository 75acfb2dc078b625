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

  /// `struct foo {` where the hunk begins inside of it.
  private static func head(_ hunk: PatchFormat.Hunk) -> [UInt8] {
    var head = hunk.section[...]
    while let last = head.last, last <= 0x20 { head.removeLast() }
    guard head.last == 0x7B, !head.contains(0x28),
      let first = hunk.lines.first(where: { !$0.text.isEmpty })?.text.first,
      first <= 0x20
    else { return [] }
    return head + [0x0A]
  }
}
