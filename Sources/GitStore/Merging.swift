// SPDX-License-Identifier: GPL-2.0-or-later

import CGit2
import KernelModel

/// Three-way merges of texts, by libgit2's xdiff. Needs no repository.
package enum Merging {
  /// What `theirs` changed in `base`, done to `ours`; nil where both changed the same lines, or one is a binary file.
  ///
  /// - Throws: `Failure` (`ourFault`) if libgit2 refuses the texts.
  package static func merged(
    base: [UInt8], ours: [UInt8], theirs: [UInt8]
  ) throws(Failure) -> [UInt8]? {
    if ours == base { return theirs }
    if theirs == base || ours == theirs { return ours }
    var result = git_merge_file_result()
    defer { git_merge_file_result_free(&result) }
    func input(_ text: UnsafeRawBufferPointer) -> git_merge_file_input {
      var input = git_merge_file_input()
      input.version = UInt32(GIT_MERGE_FILE_INPUT_VERSION)
      input.ptr = text.baseAddress?.assumingMemoryBound(to: CChar.self)
      input.size = text.count
      return input
    }
    try LibGit2.call("merge", "texts") {
      base.withUnsafeBytes { first in
        ours.withUnsafeBytes { second in
          theirs.withUnsafeBytes { third in
            var (ancestor, own, other) = (input(first), input(second), input(third))
            return git_merge_file(&result, &ancestor, &own, &other, nil)
          }
        }
      }
    }
    guard result.automergeable != 0 else { return nil }
    return [UInt8](UnsafeRawBufferPointer(start: result.ptr, count: result.len))
  }
}
