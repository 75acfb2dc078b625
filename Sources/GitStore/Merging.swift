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
    var inputs = [git_merge_file_input](repeating: git_merge_file_input(), count: 3)
    for index in inputs.indices { inputs[index].version = UInt32(GIT_MERGE_FILE_INPUT_VERSION) }
    let code = base.withUnsafeBytes { first in
      ours.withUnsafeBytes { second in
        theirs.withUnsafeBytes { third in
          for (index, text) in [first, second, third].enumerated() {
            inputs[index].ptr = text.baseAddress?.assumingMemoryBound(to: CChar.self)
            inputs[index].size = text.count
          }
          return git_merge_file(&result, &inputs[0], &inputs[1], &inputs[2], nil)
        }
      }
    }
    try LibGit2.call("merge", "texts") { code }
    guard result.automergeable != 0 else { return nil }
    return [UInt8](UnsafeRawBufferPointer(start: result.ptr, count: result.len))
  }
}
