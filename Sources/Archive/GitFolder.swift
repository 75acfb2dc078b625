// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel

/// Where a repository keeps its objects and references: gitrepository-layout(5), read without running git.
struct GitFolder {
  /// Where a sandbox shows it.
  static let mount = "/repository"

  /// The folder with `objects` and `refs`, on the host.
  let folder: String
  /// The git directory, inside: that of a linked worktree is a subfolder.
  let inside: String

  /// - Throws: `Failure` (`badInput`) if there is no repository at `path`.
  init(_ path: String) throws {
    var candidate = path
    let pointer = LocalKernel.text("\(path)/.git")
    if pointer.hasPrefix("gitdir: ") {
      candidate = Self.absolute(String(pointer.dropFirst("gitdir: ".count)), below: path)
    } else if CacheFolder.exists("\(path)/.git/objects") {
      candidate = "\(path)/.git"
    }
    let common = LocalKernel.text("\(candidate)/commondir")
    let shared = common.isEmpty ? candidate : Self.absolute(common, below: candidate)
    guard CacheFolder.exists("\(shared)/objects"), CacheFolder.exists("\(shared)/HEAD"),
      candidate == shared || candidate.hasPrefix(shared + "/")
    else {
      throw Failure(.badInput, path, "no git repository", remedy: "name a clone or a bare repository")
    }
    folder = shared
    inside = Self.mount + candidate.dropFirst(shared.count)
  }

  private static func absolute(_ path: String, below folder: String) -> String {
    URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: folder, isDirectory: true)).standardizedFileURL.path
  }
}
