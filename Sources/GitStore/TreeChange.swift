// SPDX-License-Identifier: GPL-2.0-or-later

import CGit2
import Glibc
import KernelModel
import PatchFormat

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
  /// The tree of a commit with changes applied; nothing but objects is written.
  ///
  /// A file that is there keeps its mode, whatever the change says.
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
      let old = try file(change.path, in: tree.pointer)
      guard old?.bytes == change.before else {
        throw Failure(.badInput, change.path, "is not in commit \(commit) as it was when the change was made")
      }
      var update = git_tree_update()
      if let after = change.after {
        update.action = GIT_TREE_UPDATE_UPSERT
        update.id = try storeBlob(after, change.path).oid
        update.filemode = git_filemode_t(UInt32((old?.mode ?? change.mode).rawValue, radix: 8) ?? 0)
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

  /// The change that turns a file of a commit (or, where there is none, no file) into `after`, with the file's own mode.
  ///
  /// - Throws: `Failure` (`badInput`) if the path leads to something else than a file.
  package func change(
    _ path: String, to after: SourceText?, in commit: ObjectID, newMode: FileMode = .regular
  ) throws(Failure) -> FileChange {
    var oid = try self.tree(of: commit).oid
    let tree = try Owned("read the tree", path, free: git_tree_free) { git_tree_lookup(&$0, pointer, &oid) }
    let old = try file(path, in: tree.pointer)
    return FileChange(path: path, before: old?.bytes, after: after, mode: old?.mode ?? newMode)
  }

  private func file(_ path: String, in tree: OpaquePointer) throws(Failure) -> (bytes: SourceText, mode: FileMode)? {
    var found: OpaquePointer?
    let code = git_tree_entry_bypath(&found, tree, path)
    guard code != GIT_ENOTFOUND.rawValue else {
      git_error_clear()
      return nil
    }
    let entry = try Owned("find", path, free: git_tree_entry_free) { pointer in
      pointer = found
      return code
    }
    guard git_tree_entry_type(entry.pointer) == GIT_OBJECT_BLOB, let oid = git_tree_entry_id(entry.pointer) else {
      throw Failure(.badInput, path, "is not a file in the repository")
    }
    let mode = FileMode(rawValue: String(git_tree_entry_filemode(entry.pointer).rawValue, radix: 8)) ?? .regular
    return (try blob(ObjectID(oid.pointee), limit: TreeLimits().fileBytes), mode)
  }
}
