// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// A private working copy of a driver that a build may write into.
///
/// Links that point outside the driver, sockets, devices, git's own folder and what an earlier build left behind are not
/// copied; files and folders keep their executable bits and nothing else of their mode.
package struct DriverStage: Sendable, Hashable {
  /// Absolute host path of the copy.
  package let folder: String
  /// Paths relative to the driver's root that were not copied although they may matter to its build, each with the
  /// reason.
  package let leftOut: [String]

  /// A folder that was staged before.
  package init(folder: String) {
    self.folder = folder
    leftOut = []
  }

  /// Copies the driver below `root` into `folder`, which must not exist, with `files` in place of the driver's own.
  ///
  /// - Parameter files: whole texts by path relative to the root; a path that the driver does not have is added.
  /// - Throws: `Failure`: `badInput` for a driver beyond the limits (50,000 files, 2 GiB) or a path in `files` that
  ///   leaves the driver; `unavailable` if the copy can't be written.
  package init(of root: String, files: [String: SourceText] = [:], into folder: String) throws {
    var copy = TreeCopy(source: root, target: folder)
    try copy.run()
    for (path, text) in files.sorted(by: { $0.key < $1.key }) { try copy.put(text, at: path) }
    self.folder = folder
    leftOut = copy.leftOut
  }
}
