// SPDX-License-Identifier: GPL-2.0-or-later

import CGit2
import KernelModel

extension Repository {
  /// Makes a bare repository whose only commit, on branch `main`, holds a folder's files.
  ///
  /// It is what a series for a packaged source is cut from and tried on. The same folder, message and author give the
  /// same commit id.
  ///
  /// - Parameter path: where the repository is to lie; must not exist yet.
  /// - Throws: `Failure` as `tree(ofFolder:)` does.
  package static func initScratch(
    at path: String, from folder: String, message: String, author: Signature, limits: TreeLimits = TreeLimits()
  ) async throws -> (repository: Repository, commit: ObjectID) {
    let repository = try initialise(path)
    let commit = try await repository.firstCommit(of: folder, message, author, limits)
    return (repository, commit)
  }

  private func firstCommit(
    of folder: String, _ message: String, _ author: Signature, _ limits: TreeLimits
  ) throws(Failure) -> ObjectID {
    let tree = try tree(ofFolder: folder, limits: limits)
    let commit = try commit(tree, parent: nil, message, author)
    var oid = commit.oid
    _ = try Owned("make the branch", "main", free: git_reference_free) {
      git_reference_create(&$0, pointer, "refs/heads/main", &oid, 1, nil)
    }
    return commit
  }
}
