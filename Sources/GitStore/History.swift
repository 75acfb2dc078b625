// SPDX-License-Identifier: GPL-2.0-or-later

import CGit2
import KernelModel

/// A commit with one parent, and what it changed.
package struct CommitChange: Sendable, Hashable {
  package var id: ObjectID
  /// As it was written; not UTF-8 where the author's was not.
  package var message: String
  package var author: Signature
  /// The commits that it continues: several for a merge, none for a first commit.
  package var parents: [ObjectID]
  /// Regular files, in git's order.
  package var files: [BlobChange]
  /// Folders and names that could not be read.
  package var unreadable: Int
  /// Of these, objects that are damaged or missing.
  package var damaged = 0

  /// First line of the message.
  package var subject: String {
    String(message.drop { $0.isNewline }.prefix { !$0.isNewline })
  }
}

extension Repository {
  /// The commits that lead from one to another, without merges, the oldest first; from nil: all of them.
  ///
  /// - Throws: `Failure` (`badInput`) if a commit in between is missing, as in a shallow clone, or there are more than
  ///   `limit`.
  package func commits(
    from: ObjectID?, to: ObjectID, limit: Int = 1_000_000
  ) throws(Failure) -> [ObjectID] {
    try commits(leadingTo: to, butNotTo: from.map { [$0] } ?? [], limit: limit)
  }

  /// The commits that one descends from and none of the others, without merges, the oldest first.
  ///
  /// - Throws: as `commits(from:to:limit:)`.
  package func commits(
    leadingTo to: ObjectID, butNotTo others: [ObjectID], limit: Int = 1_000_000
  ) throws(Failure) -> [ObjectID] {
    let walk = try Owned("walk through the commits", path, free: git_revwalk_free) { git_revwalk_new(&$0, pointer) }
    let order = GIT_SORT_TOPOLOGICAL.rawValue | GIT_SORT_REVERSE.rawValue
    try LibGit2.call("walk through the commits", path) { git_revwalk_sorting(walk.pointer, order) }
    var start = to.oid
    try LibGit2.call("walk through the commits", to.description) { git_revwalk_push(walk.pointer, &start) }
    for other in others {
      var end = other.oid
      try LibGit2.call("walk through the commits", other.description) { git_revwalk_hide(walk.pointer, &end) }
    }
    var commits: [ObjectID] = []
    var next = git_oid()
    while true {
      let code = git_revwalk_next(&next, walk.pointer)
      if code == GIT_ITEROVER.rawValue { break }
      try LibGit2.call("walk through the commits", path) { code }
      guard commits.count < limit else {
        throw Failure(.badInput, path, "has more than \(limit) commits there", remedy: "name a shorter range")
      }
      let commit = ObjectID(next)
      if try parents(of: commit).count < 2 { commits.append(commit) }
    }
    return commits
  }

  func parents(of commit: ObjectID) throws(Failure) -> [ObjectID] {
    var oid = commit.oid
    let owned = try Owned("read the commit", commit.description, free: git_commit_free) {
      git_commit_lookup(&$0, pointer, &oid)
    }
    return Self.parents(owned.pointer)
  }

  /// What a commit changed against its first parent; a first commit changed nothing.
  ///
  /// - Throws: `Failure` (`badInput`) if the commit or its parent can't be read.
  package func change(
    by commit: ObjectID, in files: ComparedFiles = .common, where isWanted: @escaping @Sendable (String) -> Bool
  ) throws(Failure) -> CommitChange {
    var oid = commit.oid
    let owned = try Owned("read the commit", commit.description, free: git_commit_free) {
      git_commit_lookup(&$0, pointer, &oid)
    }
    let message = git_commit_message(owned.pointer).map { String(cString: $0) } ?? ""
    var result = CommitChange(
      id: commit, message: message, author: Signature(git_commit_author(owned.pointer)),
      parents: Self.parents(owned.pointer), files: [], unreadable: 0)
    guard let parent = git_commit_parent_id(owned.pointer, 0) else { return result }
    let old = try tree(of: ObjectID(parent.pointee))
    let new = try tree(of: commit)
    var comparison = TreeComparison(pointer, files, where: isWanted)
    comparison.compare(old, new)
    (result.files, result.unreadable) = (comparison.changes, comparison.unreadable)
    result.damaged = comparison.damaged
    return result
  }

  private static func parents(_ commit: OpaquePointer) -> [ObjectID] {
    (0..<git_commit_parentcount(commit)).compactMap { number in
      git_commit_parent_id(commit, number).map { ObjectID($0.pointee) }
    }
  }

  /// The regular files of a commit, each as if it had come, in git's order; without folders that can't be read.
  ///
  /// - Throws: `Failure` (`badInput`) if the commit can't be read.
  package func files(
    of commit: ObjectID, where isWanted: @escaping @Sendable (String) -> Bool
  ) throws(Failure) -> [BlobChange] {
    var comparison = TreeComparison(pointer, .all, where: isWanted)
    comparison.list(try tree(of: commit))
    return comparison.changes
  }

  /// Both texts of each change, empty where there is no file; nil for one that can't be read or is larger than `limit`
  /// bytes.
  package func texts(of changes: [BlobChange], limit: Int) -> [(old: [UInt8], new: [UInt8])?] {
    func text(_ id: ObjectID) -> [UInt8]? { id == .zero ? [] : try? blob(id, limit: limit) }
    return changes.map { change in
      guard let old = text(change.old), let new = text(change.new) else { return nil }
      return (old, new)
    }
  }

  /// Whether a blob can't be read that is not too large: what the repository has of it is damaged.
  package func isDamaged(_ blob: ObjectID, limit: Int) -> Bool {
    guard blob != .zero, (try? self.blob(blob, limit: limit)) == nil else { return false }
    defer { git_error_clear() }
    var odb: OpaquePointer?
    guard git_repository_odb(&odb, pointer) == 0 else { return true }
    defer { git_odb_free(odb) }
    var oid = blob.oid
    var (size, kind) = (0, GIT_OBJECT_INVALID)
    return git_odb_read_header(&size, &kind, odb, &oid) != 0 || size <= limit
  }

  /// Bytes of a regular file of a commit; nil if it is not there, or larger than `limit` bytes.
  ///
  /// - Throws: `Failure` (`badInput`) if the commit can't be read.
  package func bytes(_ file: String, in commit: ObjectID, limit: Int) throws(Failure) -> [UInt8]? {
    var oid = try tree(of: commit).oid
    let tree = try Owned("read the tree", path, free: git_tree_free) { git_tree_lookup(&$0, pointer, &oid) }
    var found: OpaquePointer?
    guard git_tree_entry_bypath(&found, tree.pointer, file) == 0, let found else {
      git_error_clear()
      return nil
    }
    defer { git_tree_entry_free(found) }
    guard TreeComparison.isFile(git_tree_entry_filemode(found)), let id = git_tree_entry_id(found) else { return nil }
    return try? blob(ObjectID(id.pointee), limit: limit)
  }
}
