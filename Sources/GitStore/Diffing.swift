// SPDX-License-Identifier: GPL-2.0-or-later

import CGit2
import KernelModel
import PatchFormat

/// Differences between texts, by libgit2's xdiff with git's own settings. Needs no repository.
package enum Diffing {
  /// The diff of one file, with real blob ids, as `git diff` would find it.
  ///
  /// - Throws: `Failure` (`badInput`) for a binary file (a NUL among its first 8000 bytes) and for a change of nothing.
  package static func diff(_ change: FileChange) throws(Failure) -> FileDiff {
    let exists = (change.before != nil, change.after != nil)
    guard exists != (false, false), change.before != change.after else {
      throw Failure(.badInput, change.path, "is not changed")
    }
    var options = git_diff_options()
    try LibGit2.call("diff", change.path) { git_diff_options_init(&options, UInt32(GIT_DIFF_OPTIONS_VERSION)) }
    options.flags = kmend_git_diff_flags()
    let before = change.before ?? []
    let after = change.after ?? []
    // libgit2 keeps pointers to both texts as long as the patch lives.
    let result = before.withUnsafeBytes { old in
      after.withUnsafeBytes { new in
        Result { () throws(Failure) in
          try hunks(of: change.path, exists.0 ? old : nil, exists.1 ? new : nil, &options)
        }
      }
    }
    return FileDiff(
      oldPath: exists.0 ? change.path : nil, newPath: exists.1 ? change.path : nil,
      oldMode: exists.0 ? change.mode : nil, newMode: exists.1 ? change.mode : nil,
      oldBlob: try change.before.map { bytes throws(Failure) in try blobID(bytes).description }
        ?? ObjectID.zero.description,
      newBlob: try change.after.map { bytes throws(Failure) in try blobID(bytes).description }
        ?? ObjectID.zero.description,
      hunks: try result.get())
  }

  /// Diffs of several files, by path.
  package static func diff(_ changes: [FileChange]) throws(Failure) -> [FileDiff] {
    var files: [FileDiff] = []
    for change in changes.sorted(by: { $0.path < $1.path }) { files.append(try diff(change)) }
    return files
  }

  /// The id that git gives these bytes as a blob.
  package static func blobID(_ bytes: [UInt8]) throws(Failure) -> ObjectID {
    var oid = git_oid()
    try LibGit2.call("hash", "a blob") {
      bytes.withUnsafeBytes {
        git_odb_hash(&oid, $0.baseAddress ?? UnsafeRawPointer(bitPattern: 1), $0.count, GIT_OBJECT_BLOB)
      }
    }
    return ObjectID(oid)
  }

  private static func hunks(
    of path: String, _ old: UnsafeRawBufferPointer?, _ new: UnsafeRawBufferPointer?,
    _ options: inout git_diff_options
  ) throws(Failure) -> [Hunk] {
    let patch = try Owned("diff", path, free: git_patch_free) {
      git_patch_from_buffers(
        &$0, old?.baseAddress, old?.count ?? 0, path, new?.baseAddress, new?.count ?? 0, path, &options)
    }
    if let delta = git_patch_get_delta(patch.pointer), delta.pointee.flags & GIT_DIFF_FLAG_BINARY.rawValue != 0 {
      throw Failure(.badInput, path, "is a binary file")
    }
    var hunks: [Hunk] = []
    for index in 0..<git_patch_num_hunks(patch.pointer) {
      var head: UnsafePointer<git_diff_hunk>?
      var count = 0
      try LibGit2.call("read the diff", path) { git_patch_get_hunk(&head, &count, patch.pointer, index) }
      guard let head else { continue }
      hunks.append(try hunk(head.pointee, lines: count, index, patch.pointer, path))
    }
    return hunks
  }

  private static func hunk(
    _ head: git_diff_hunk, lines count: Int, _ index: Int, _ patch: OpaquePointer, _ path: String
  ) throws(Failure) -> Hunk {
    let header = withUnsafeBytes(of: head.header) { Array($0.prefix(head.header_len)) }
    var hunk = Hunk(
      oldStart: Int(head.old_start), oldCount: Int(head.old_lines), newStart: Int(head.new_start),
      newCount: Int(head.new_lines), section: section(header))
    for number in 0..<count {
      var found: UnsafePointer<git_diff_line>?
      try LibGit2.call("read the diff", path) { git_patch_get_line_in_hunk(&found, patch, index, number) }
      guard let line = found?.pointee else { continue }
      guard let kind = Hunk.Line.Kind(rawValue: UInt8(bitPattern: line.origin)) else {
        // `=`, `>`, `<`: the line before is the last of a file without a line feed at its end.
        if !hunk.lines.isEmpty { hunk.lines[hunk.lines.count - 1].hasLineFeed = false }
        continue
      }
      var text = [UInt8](UnsafeRawBufferPointer(start: line.content, count: line.content_len))
      if text.last == 0x0A { text.removeLast() }
      hunk.lines.append(Hunk.Line(kind, text))
    }
    return hunk
  }

  /// What stands after the second `@@` of a hunk's first line.
  private static func section(_ header: [UInt8]) -> [UInt8] {
    let mark = Array("@@".utf8)
    guard let end = header.indices.dropFirst(2).first(where: { header[$0...].starts(with: mark) }) else { return [] }
    var text = header[(end + 2)...].drop { $0 == 0x20 }
    while let last = text.last, [0x0A, 0x0D, 0x20, 0x09].contains(last) { text.removeLast() }
    return Array(text)
  }
}
