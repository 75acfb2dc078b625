// SPDX-License-Identifier: GPL-2.0-or-later

import CGit2
import KernelModel

/// A run of changed lines: line numbers from 0, half open. Lines outside all runs are equal on both sides.
package struct ChangedLines: Hashable, Sendable {
  package var old: Range<Int>
  package var new: Range<Int>

  package init(old: Range<Int>, new: Range<Int>) { (self.old, self.new) = (old, new) }
}

extension Diffing {
  /// Which lines of two texts differ, in order.
  ///
  /// - Throws: `Failure` (`badInput`) for a binary file (a NUL among its first 8000 bytes).
  package static func changedLines(_ old: [UInt8], _ new: [UInt8]) throws(Failure) -> [ChangedLines] {
    var options = git_diff_options()
    try LibGit2.call("diff", "a file") { git_diff_options_init(&options, UInt32(GIT_DIFF_OPTIONS_VERSION)) }
    options.flags = kmend_git_diff_flags()
    options.context_lines = 0
    // libgit2 keeps pointers to both texts as long as the patch lives.
    let result = old.withUnsafeBytes { old in
      new.withUnsafeBytes { new in Result { () throws(Failure) in try runs(old, new, &options) } }
    }
    return try result.get()
  }

  private static func runs(
    _ old: UnsafeRawBufferPointer, _ new: UnsafeRawBufferPointer, _ options: inout git_diff_options
  ) throws(Failure) -> [ChangedLines] {
    let patch = try Owned("diff", "a file", free: git_patch_free) {
      git_patch_from_buffers(&$0, old.baseAddress, old.count, nil, new.baseAddress, new.count, nil, &options)
    }
    if let delta = git_patch_get_delta(patch.pointer), delta.pointee.flags & GIT_DIFF_FLAG_BINARY.rawValue != 0 {
      throw Failure(.badInput, "a file", "is binary")
    }
    var runs: [ChangedLines] = []
    for index in 0..<git_patch_num_hunks(patch.pointer) {
      var head: UnsafePointer<git_diff_hunk>?
      try LibGit2.call("read the diff", "a file") { git_patch_get_hunk(&head, nil, patch.pointer, index) }
      guard let head = head?.pointee else { continue }
      runs.append(
        ChangedLines(
          old: lines(Int(head.old_start), Int(head.old_lines)), new: lines(Int(head.new_start), Int(head.new_lines))))
    }
    return runs
  }

  /// With no lines on a side its number is that of the line before.
  private static func lines(_ start: Int, _ count: Int) -> Range<Int> {
    let first = max(0, count == 0 ? start : start - 1)
    return first..<first + count
  }
}
