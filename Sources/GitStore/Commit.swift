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

/// C strings that live as long as this does.
private final class CStrings {
  private var strings: [UnsafeMutablePointer<CChar>?] = []

  func hold(_ text: String) -> UnsafePointer<CChar>? {
    strings.append(strdup(text))
    return UnsafePointer(strings[strings.count - 1])
  }

  deinit { for string in strings { free(string) } }
}

extension Repository {
  /// Commits drafts one after the other on top of a commit, and makes a new branch for the last one.
  ///
  /// Working tree, index, `HEAD` and configuration stay as they are; no hook runs. Without a branch name the commits can
  /// be reached by their ids alone.
  ///
  /// - Returns: the commits, in order.
  /// - Throws: `Failure` (`badInput`) if the branch exists or can't have that name, if a draft changes a file that is not
  ///   as the draft says, or for an unsafe path; `unavailable` if the repository belongs to somebody else.
  package func commit(
    _ drafts: [CommitDraft], onto base: ObjectID, branch: String?
  ) throws(Failure) -> [ObjectID] {
    try checkOwner()
    if let branch { try checkIsFree(branch) }
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

  /// The tree of a commit with changes applied; nothing but objects is written.
  ///
  /// - Throws: `Failure` (`badInput`) if a file is not as the change says it was, or a path is unsafe.
  package func tree(with changes: [FileChange], on commit: ObjectID) throws(Failure) -> ObjectID {
    let root = try self.tree(of: commit)
    guard !changes.isEmpty else { return root }
    var rootID = root.oid
    let tree = try Owned("read the tree", path, free: git_tree_free) { git_tree_lookup(&$0, pointer, &rootID) }
    var updates: [git_tree_update] = []
    let paths = CStrings()
    for change in changes {
      guard TreePath.isSafe(path: change.path) else {
        throw Failure(.badInput, change.path, "is no path within a source tree")
      }
      guard try bytes(of: change.path, in: tree.pointer) == change.before else {
        throw Failure(.badInput, change.path, "is not in commit \(commit) as it was when the change was made")
      }
      var update = git_tree_update()
      if let after = change.after {
        update.action = GIT_TREE_UPDATE_UPSERT
        update.id = try storeBlob(after, change.path).oid
        update.filemode = git_filemode_t(UInt32(change.mode.rawValue, radix: 8) ?? GIT_FILEMODE_BLOB.rawValue)
      } else {
        update.action = GIT_TREE_UPDATE_REMOVE
      }
      update.path = paths.hold(change.path)
      updates.append(update)
    }
    var oid = git_oid()
    let code = git_tree_create_updated(&oid, pointer, tree.pointer, updates.count, updates)
    withExtendedLifetime(paths) {}
    try LibGit2.call("change the tree", path) { code }
    return ObjectID(oid)
  }

  /// Bytes of a file of a commit; nil if there is no such file.
  package func file(_ path: String, in commit: ObjectID) throws(Failure) -> SourceText? {
    var oid = try self.tree(of: commit).oid
    let tree = try Owned("read the tree", path, free: git_tree_free) { git_tree_lookup(&$0, pointer, &oid) }
    return try bytes(of: path, in: tree.pointer)
  }

  private func bytes(of file: String, in tree: OpaquePointer) throws(Failure) -> [UInt8]? {
    var found: OpaquePointer?
    let code = git_tree_entry_bypath(&found, tree, file)
    guard code != GIT_ENOTFOUND.rawValue else {
      git_error_clear()
      return nil
    }
    let entry = try Owned("find", file, free: git_tree_entry_free) { pointer in
      pointer = found
      return code
    }
    guard git_tree_entry_type(entry.pointer) == GIT_OBJECT_BLOB, let oid = git_tree_entry_id(entry.pointer) else {
      throw Failure(.badInput, file, "is not a file in the repository")
    }
    return try blob(ObjectID(oid.pointee), limit: TreeLimits().fileBytes)
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
