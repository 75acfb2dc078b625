// SPDX-License-Identifier: GPL-2.0-or-later

import CGit2
import Glibc
import KernelModel
import PatchFormat

/// Who made a commit, and when.
package struct Signature: Codable, Hashable, Sendable {
  package var name: String
  package var address: String
  /// Seconds since 1970.
  package var seconds: Int
  /// Minutes that the clock is ahead of UTC.
  package var offset: Int

  package init(name: String, address: String, seconds: Int, offset: Int = 0) {
    self.name = name
    self.address = address
    self.seconds = seconds
    self.offset = offset
  }
}

extension Signature {
  /// As libgit2 has it; empty where the commit names nobody.
  init(_ pointer: UnsafePointer<git_signature>?) {
    guard let found = pointer?.pointee else {
      self.init(name: "", address: "", seconds: 0)
      return
    }
    func text(_ bytes: UnsafeMutablePointer<CChar>?) -> String { bytes.map { String(cString: $0) } ?? "" }
    self.init(
      name: text(found.name), address: text(found.email), seconds: Int(found.when.time), offset: Int(found.when.offset))
  }
}

/// A commit that is to be made.
package struct CommitDraft: Hashable, Sendable {
  package var changes: [FileChange]
  package var message: String
  package var author: Signature

  package init(changes: [FileChange], message: String, author: Signature) {
    self.changes = changes
    self.message = message
    self.author = author
  }
}

/// A signature in libgit2's memory.
private struct OwnedSignature: ~Copyable {
  let pointer: UnsafeMutablePointer<git_signature>

  init(_ author: Signature) throws(Failure) {
    var made: UnsafeMutablePointer<git_signature>?
    try LibGit2.call("take the author", author.address) {
      git_signature_new(&made, author.name, author.address, Int64(author.seconds), Int32(author.offset))
    }
    guard let made else { throw Failure(.ourFault, author.address, "can't be an author") }
    pointer = made
  }

  deinit { git_signature_free(pointer) }
}

extension Repository {
  /// Commits drafts one after the other on top of a commit, and makes a new branch for the last one.
  ///
  /// Working tree, index, `HEAD` and configuration stay as they are; no hook runs. Without a branch name the commits can
  /// be reached by their ids alone.
  ///
  /// - Returns: the commits, in order.
  /// - Throws: `Failure` (`badInput`) if the branch exists or can't have that name, if a draft changes a file that is not
  ///   as the draft says, or for an unsafe path, or if a
  ///   folder of the repository's own is a symbolic link; `unavailable` if the repository belongs to somebody else.
  package func commit(
    _ drafts: [CommitDraft], onto base: ObjectID, branch: String?
  ) throws(Failure) -> [ObjectID] {
    try checkOwner()
    if let branch { try checkIsFree(branch) }
    try checkHoldsNoLinks(branch: branch)
    var parent = base
    var commits: [ObjectID] = []
    for draft in drafts {
      let tree = try tree(with: draft.changes, on: parent)
      parent = try commit(tree, parent: parent, draft.message, draft.author)
      commits.append(parent)
    }
    if let branch {
      var oid = parent.oid
      let target = try Owned("read the commit", parent.description, free: git_commit_free) {
        git_commit_lookup(&$0, pointer, &oid)
      }
      _ = try Owned("make the branch", branch, free: git_reference_free) {
        git_branch_create(&$0, pointer, branch, target.pointer, 0)
      }
    }
    return commits
  }

  /// Makes a commit object; a nil parent makes a first commit.
  func commit(
    _ tree: ObjectID, parent: ObjectID?, _ message: String, _ author: Signature
  ) throws(Failure) -> ObjectID {
    var treeID = tree.oid
    let treeObject = try Owned("read the tree", tree.description, free: git_tree_free) {
      git_tree_lookup(&$0, pointer, &treeID)
    }
    let signature = try OwnedSignature(author)
    var oid = git_oid()
    guard let parent else {
      try LibGit2.call("commit", path) {
        git_commit_create(
          &oid, pointer, nil, signature.pointer, signature.pointer, nil, message, treeObject.pointer, 0, nil)
      }
      return ObjectID(oid)
    }
    var parentID = parent.oid
    let parentObject = try Owned("read the commit", parent.description, free: git_commit_free) {
      git_commit_lookup(&$0, pointer, &parentID)
    }
    var parents: [OpaquePointer?] = [parentObject.pointer]
    try LibGit2.call("commit", path) {
      git_commit_create(
        &oid, pointer, nil, signature.pointer, signature.pointer, nil, message, treeObject.pointer, 1, &parents)
    }
    return ObjectID(oid)
  }

  private func checkIsFree(_ branch: String) throws(Failure) {
    var isValid: Int32 = 0
    try LibGit2.call("take the branch name", branch) { git_branch_name_is_valid(&isValid, branch) }
    guard isValid == 1, !branch.hasPrefix("-") else {
      throw Failure(.badInput, branch, "can't be the name of a branch")
    }
    var found: OpaquePointer?
    let code = git_branch_lookup(&found, pointer, branch, GIT_BRANCH_LOCAL)
    git_reference_free(found)
    git_error_clear()
    guard code == GIT_ENOTFOUND.rawValue else {
      throw Failure(.badInput, branch, "is a branch already", remedy: "choose another name or delete it")
    }
  }
}
