// SPDX-License-Identifier: GPL-2.0-or-later

import CGit2
import KernelModel

/// A file that two trees hold under one path with other bytes, or that one of them does not hold.
package struct BlobChange: Hashable, Sendable {
  /// Relative to the root of the trees.
  package var path: String
  /// `ObjectID.zero` where there is no such file.
  package var old: ObjectID
  package var new: ObjectID
}

/// Which files of two trees are asked for.
package enum ComparedFiles: Sendable {
  /// Those that both trees hold.
  case common
  /// Those that came or went as well.
  case all
}

/// Walks two trees side by side; folders with equal ids are not looked into.
struct TreeComparison {
  private static let maximalDepth = 64
  /// Entries of folders that came or went: a whole kernel has a fifth of these, a few objects may name any number.
  private static let maximalEntries = 500_000
  private var added = 0
  let repository: OpaquePointer
  let files: ComparedFiles
  let isWanted: (String) -> Bool
  /// Regular files, in git's order.
  private(set) var changes: [BlobChange] = []
  /// Folders that the store does not hold, or holds damaged, and names that are no text or no file may have.
  private(set) var unreadable = 0
  /// Of these, folders that are damaged or missing.
  private(set) var damaged = 0

  init(_ repository: OpaquePointer, _ files: ComparedFiles = .common, where isWanted: @escaping (String) -> Bool) {
    (self.repository, self.files, self.isWanted) = (repository, files, isWanted)
  }

  /// All files of a tree, as if it had come.
  mutating func list(_ tree: ObjectID) {
    guard let root = try? self.tree(tree) else {
      unreadable += 1
      return
    }
    for index in 0..<git_tree_entrycount(root.pointer) where added <= Self.maximalEntries {
      guard let child = git_tree_entry_byindex(root.pointer, index) else { continue }
      add(child, isOld: false, at: "", depth: 0)
    }
  }

  mutating func compare(_ old: ObjectID, _ new: ObjectID, at prefix: String = "", depth: Int = 0) {
    guard old != new else { return }
    guard depth <= Self.maximalDepth else {
      unreadable += 1
      return
    }
    guard let oldTree = try? tree(old), let newTree = try? tree(new) else {
      (unreadable, damaged) = (unreadable + 1, damaged + 1)
      return
    }
    let oldCount = git_tree_entrycount(oldTree.pointer)
    let newCount = git_tree_entrycount(newTree.pointer)
    var (left, right) = (0, 0)
    while left < oldCount || right < newCount {
      let one = left < oldCount ? git_tree_entry_byindex(oldTree.pointer, left) : nil
      let other = right < newCount ? git_tree_entry_byindex(newTree.pointer, right) : nil
      var order: Int32 = one == nil ? 1 : -1
      if let one, let other { order = git_tree_entry_cmp(one, other) }
      if order <= 0 { left += 1 }
      if order >= 0 { right += 1 }
      if order == 0, let one, let other {
        compare(one, other, at: prefix, depth: depth)
      } else if files == .all, let entry = order < 0 ? one : other {
        add(entry, isOld: order < 0, at: prefix, depth: depth)
      }
    }
  }

  /// An entry of one of the trees, and everything in it.
  private mutating func add(_ entry: OpaquePointer, isOld: Bool, at prefix: String, depth: Int) {
    added += 1
    guard let oid = git_tree_entry_id(entry), let bytes = git_tree_entry_name(entry) else { return }
    guard added <= Self.maximalEntries else {
      unreadable += added == Self.maximalEntries + 1 ? 1 : 0
      return
    }
    guard let name = String(validatingCString: bytes), TreePath.isSafe(name.utf8) else {
      unreadable += 1
      return
    }
    let (id, mode) = (ObjectID(oid.pointee), git_tree_entry_filemode(entry))
    if Self.isFile(mode) {
      guard isWanted(prefix + name) else { return }
      changes.append(
        BlobChange(path: prefix + name, old: isOld ? id : .zero, new: isOld ? .zero : id))
    } else if mode == GIT_FILEMODE_TREE {
      guard depth < Self.maximalDepth else {
        unreadable += 1
        return
      }
      guard let tree = try? tree(id) else {
        (unreadable, damaged) = (unreadable + 1, damaged + 1)
        return
      }
      for index in 0..<git_tree_entrycount(tree.pointer) where added <= Self.maximalEntries {
        guard let child = git_tree_entry_byindex(tree.pointer, index) else { continue }
        add(child, isOld: isOld, at: "\(prefix)\(name)/", depth: depth + 1)
      }
    }
  }

  /// Two entries of one name.
  private mutating func compare(_ old: OpaquePointer, _ new: OpaquePointer, at prefix: String, depth: Int) {
    guard let oldID = git_tree_entry_id(old), let newID = git_tree_entry_id(new), git_oid_equal(oldID, newID) == 0,
      let bytes = git_tree_entry_name(new)
    else { return }
    guard let name = String(validatingCString: bytes), TreePath.isSafe(name.utf8) else {
      unreadable += 1
      return
    }
    let kinds = (git_tree_entry_filemode(old), git_tree_entry_filemode(new))
    let (oldChild, newChild) = (ObjectID(oldID.pointee), ObjectID(newID.pointee))
    if kinds == (GIT_FILEMODE_TREE, GIT_FILEMODE_TREE) {
      compare(oldChild, newChild, at: "\(prefix)\(name)/", depth: depth + 1)
    } else if Self.isFile(kinds.0), Self.isFile(kinds.1), isWanted(prefix + name) {
      changes.append(BlobChange(path: prefix + name, old: oldChild, new: newChild))
    } else if files == .all {
      add(old, isOld: true, at: prefix, depth: depth)
      add(new, isOld: false, at: prefix, depth: depth)
    }
  }

  private func tree(_ id: ObjectID) throws(Failure) -> Owned {
    var oid = id.oid
    return try Owned("read the tree", id.description, free: git_tree_free) { git_tree_lookup(&$0, repository, &oid) }
  }

  static func isFile(_ mode: git_filemode_t) -> Bool {
    mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE
  }
}
