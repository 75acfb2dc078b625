// SPDX-License-Identifier: GPL-2.0-or-later

import CGit2
import KernelModel
import Synchronization

/// The files of one tree of a repository, read straight from its objects: nothing is checked out.
///
/// It may be asked from any thread, one question at a time, and blocks while it reads.
package final class GitTree: Sendable {
  /// Name of the tree: equal trees hold equal files.
  package let id: ObjectID
  /// The commit that was named.
  package let commit: ObjectID
  private let repository: Mutex<Owned>

  private init(_ id: ObjectID, _ commit: ObjectID, _ repository: consuming sending Owned) {
    (self.id, self.commit) = (id, commit)
    self.repository = Mutex(repository)
  }

  /// The tree of the commit that `name` leads to, in the repository in exactly this folder.
  ///
  /// - Throws: `Failure` (`badInput`) if there is no such repository or commit.
  package static func open(_ name: String, in path: String) async throws(Failure) -> GitTree {
    let repository = try Repository.open(path)
    let commit = try await repository.resolve(name)
    let tree = try await repository.tree(of: commit)
    let own = try Owned("open the repository", path, free: git_repository_free) {
      git_repository_open_ext(&$0, path, UInt32(GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue), nil)
    }
    return GitTree(tree, commit, own)
  }

  /// Regular files and folders in a folder, those whose names are text; `""` is the root. None if there is no such folder.
  package func entries(_ folder: String) -> (files: [String], folders: [String]) {
    repository.withLock { repository in
      guard let tree = try? Self.folder(folder, id, repository.pointer) else { return ([], []) }
      var files: [String] = []
      var folders: [String] = []
      for index in 0..<git_tree_entrycount(tree.pointer) {
        guard let entry = git_tree_entry_byindex(tree.pointer, index), let bytes = git_tree_entry_name(entry),
          let name = String(validatingCString: bytes)
        else { continue }
        let mode = git_tree_entry_filemode(entry)
        if mode == GIT_FILEMODE_TREE { folders.append(name) }
        if TreeComparison.isFile(mode) { files.append(name) }
      }
      return (files, folders)
    }
  }

  /// The name of a regular file's blob; nil if there is no such file.
  package func blob(_ path: String) -> ObjectID? {
    repository.withLock { repository in
      guard let tree = try? Self.folder("", id, repository.pointer) else { return nil }
      return Self.file(path, in: tree.pointer)
    }
  }

  /// Bytes of a regular file; nil if there is none, or none of at most `limit` bytes.
  package func bytes(_ path: String, limit: Int) -> [UInt8]? {
    repository.withLock { repository in
      guard let tree = try? Self.folder("", id, repository.pointer), let blob = Self.file(path, in: tree.pointer) else {
        return nil
      }
      return try? Repository.blob(blob, limit: limit, in: repository.pointer)
    }
  }

  /// Paths of the regular files that both trees have and that differ, of those that are wanted.
  package func paths(differingFrom old: GitTree, where isWanted: @escaping @Sendable (String) -> Bool) -> [String] {
    repository.withLock { repository in
      var comparison = TreeComparison(repository.pointer, where: isWanted)
      comparison.compare(old.id, id)
      return comparison.changes.map(\.path)
    }
  }

  private static func folder(_ path: String, _ root: ObjectID, _ repository: OpaquePointer) throws(Failure) -> Owned {
    var oid = root.oid
    let tree = try Owned("read the tree", root.description, free: git_tree_free) {
      git_tree_lookup(&$0, repository, &oid)
    }
    guard !path.isEmpty else { return tree }
    let entry = try Owned("find", path, free: git_tree_entry_free) { git_tree_entry_bypath(&$0, tree.pointer, path) }
    guard git_tree_entry_type(entry.pointer) == GIT_OBJECT_TREE, let id = git_tree_entry_id(entry.pointer) else {
      throw Failure(.badInput, path, "is not a folder")
    }
    var child = id.pointee
    return try Owned("read the tree", path, free: git_tree_free) { git_tree_lookup(&$0, repository, &child) }
  }

  private static func file(_ path: String, in tree: OpaquePointer) -> ObjectID? {
    var found: OpaquePointer?
    guard git_tree_entry_bypath(&found, tree, path) == 0, let found else {
      git_error_clear()
      return nil
    }
    defer { git_tree_entry_free(found) }
    guard TreeComparison.isFile(git_tree_entry_filemode(found)), let id = git_tree_entry_id(found) else { return nil }
    return ObjectID(id.pointee)
  }
}
