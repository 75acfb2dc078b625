// SPDX-License-Identifier: GPL-2.0-or-later

import CGit2
import KernelModel

/// A name for refs in which `*` stands for any text without `/`, and `**` for any text.
package struct RefPattern: Sendable, Hashable {
  private let text: [UInt8]

  package init(_ text: String) { self.text = Array(text.utf8) }

  package func matches(_ name: String) -> Bool { matches(Array(name.utf8)[...], text[...]) }

  private func matches(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    guard first == UInt8(ascii: "*") else {
      return name.first == first && matches(name.dropFirst(), pattern.dropFirst())
    }
    let rest = pattern.dropFirst()
    let isDeep = rest.first == UInt8(ascii: "*")
    var end = name.startIndex
    while true {
      if matches(name[end...], isDeep ? rest.dropFirst() : rest) { return true }
      guard end < name.endIndex, isDeep || name[end] != UInt8(ascii: "/") else { return false }
      end += 1
    }
  }
}

extension Repository {
  /// The commits that refs lead to, by full name; what leads to no commit is left out.
  ///
  /// - Returns: with them why others can't be read: a ref whose object is damaged is still there.
  /// - Throws: `Failure` if the refs can't be listed.
  package func refs(
    matching patterns: [RefPattern]
  ) throws(Failure) -> (tips: [String: ObjectID], unreadable: [String: Failure]) {
    let iterator = try Owned("list the refs", path, free: git_reference_iterator_free) {
      git_reference_iterator_new(&$0, pointer)
    }
    var tips: [String: ObjectID] = [:]
    var unreadable: [String: Failure] = [:]
    var next: UnsafePointer<CChar>?
    while true {
      let code = git_reference_next_name(&next, iterator.pointer)
      if code == GIT_ITEROVER.rawValue { break }
      try LibGit2.call("list the refs", path) { code }
      guard let next, let name = String(validatingCString: next), patterns.contains(where: { $0.matches(name) })
      else { continue }
      do throws(Failure) {
        tips[name] = try commit(of: name)
      } catch {
        unreadable[name] = error
      }
    }
    return (tips, unreadable)
  }

  /// Nil for a ref that is gone meanwhile, leads to no other ref, or to what is no commit.
  private func commit(of ref: String) throws(Failure) -> ObjectID? {
    var reference: OpaquePointer?
    var resolved: OpaquePointer?
    var commit: OpaquePointer?
    defer {
      git_object_free(commit)
      git_reference_free(resolved)
      git_reference_free(reference)
    }
    guard try isThere(ref, git_reference_lookup(&reference, pointer, ref)),
      try isThere(ref, git_reference_resolve(&resolved, reference))
    else { return nil }
    let code = git_reference_peel(&commit, resolved, GIT_OBJECT_COMMIT)
    guard code != GIT_EPEEL.rawValue, code != GIT_EINVALIDSPEC.rawValue else {
      git_error_clear()
      return nil
    }
    try LibGit2.call("find the commit of", ref) { code }
    return git_object_id(commit).map { ObjectID($0.pointee) }
  }

  private func isThere(_ ref: String, _ code: Int32) throws(Failure) -> Bool {
    guard code != GIT_ENOTFOUND.rawValue else {
      git_error_clear()
      return false
    }
    try LibGit2.call("read the ref", ref) { code }
    return true
  }

  /// Whether a commit is another one, or descends from it.
  ///
  /// - Throws: `Failure` (`badInput`) if commits in between are missing.
  package func leads(_ commit: ObjectID, to other: ObjectID) throws(Failure) -> Bool {
    guard commit != other else { return true }
    var (one, ancestor) = (commit.oid, other.oid)
    return try LibGit2.call("compare the commits", commit.description) {
      git_graph_descendant_of(pointer, &one, &ancestor)
    } == 1
  }

  /// Whether the repository has the commit.
  package func has(_ commit: ObjectID) -> Bool {
    var oid = commit.oid
    var found: OpaquePointer?
    let code = git_commit_lookup(&found, pointer, &oid)
    git_commit_free(found)
    git_error_clear()
    return code == 0
  }

  /// Equal for the same patch wherever it is applied: git-patch-id(1), its stable form.
  ///
  /// - Throws: `Failure` (`badInput`) if the commit or its first parent can't be read.
  package func patchID(of commit: ObjectID) throws(Failure) -> ObjectID {
    var oid = commit.oid
    let owned = try Owned("read the commit", commit.description, free: git_commit_free) {
      git_commit_lookup(&$0, pointer, &oid)
    }
    guard let parent = git_commit_parent_id(owned.pointer, 0) else { return commit }
    var (oldID, newID) = (try tree(of: ObjectID(parent.pointee)).oid, try tree(of: commit).oid)
    let old = try Owned("read the tree", commit.description, free: git_tree_free) {
      git_tree_lookup(&$0, pointer, &oldID)
    }
    let new = try Owned("read the tree", commit.description, free: git_tree_free) {
      git_tree_lookup(&$0, pointer, &newID)
    }
    let diff = try Owned("compare the trees", commit.description, free: git_diff_free) {
      git_diff_tree_to_tree(&$0, pointer, old.pointer, new.pointer, nil)
    }
    var id = git_oid()
    try LibGit2.call("number the patch", commit.description) { git_diff_patchid(&id, diff.pointer, nil) }
    return ObjectID(id)
  }
}
