// SPDX-License-Identifier: GPL-2.0-or-later

import CGit2
import Glibc
import KernelModel

extension Repository {
  /// A repository of its own that reads this one's objects and has one commit more: patches, applied to a commit in memory.
  ///
  /// Only C sources and headers are applied: nothing else changes what a driver meets.
  ///
  /// - Parameters:
  ///   - diffs: in their order, each with or without words around it.
  ///   - path: where it is to lie; must not exist yet.
  /// - Returns: nil where a patch does not apply.
  /// - Throws: `Failure`: `badInput` if the commit or a diff can't be read, `unavailable` if nothing can be written there.
  package func applying(
    _ diffs: [[UInt8]], to base: ObjectID, at path: String, message: String, author: Signature
  ) async throws -> (repository: Repository, commit: ObjectID)? {
    try await Self.initialise(path).read(objectsOf: objectsFolder)
    let copy = try Self.open(path)
    guard let commit = try await copy.commit(diffs, onto: base, message, author) else { return nil }
    return (copy, commit)
  }

  /// Whoever opens the repository again finds them too (gitrepository-layout(5)).
  private func read(objectsOf folder: String) throws(Failure) {
    guard let file = fopen(objectsFolder + "/info/alternates", "w") else {
      throw Failure(.unavailable, path, "can't be written: \(String(cString: strerror(errno)))")
    }
    fputs(folder + "\n", file)
    guard fclose(file) == 0 else { throw Failure(.unavailable, path, "can't be written") }
  }

  private func commit(
    _ diffs: [[UInt8]], onto base: ObjectID, _ message: String, _ author: Signature
  ) throws(Failure) -> ObjectID? {
    var tree = try tree(of: base)
    for diff in diffs {
      guard let next = try apply(diff, to: tree) else { return nil }
      tree = next
    }
    return try commit(tree, parent: base, message, author)
  }

  private func apply(_ bytes: [UInt8], to tree: ObjectID) throws(Failure) -> ObjectID? {
    let diff = try Owned("read the diff", path, free: git_diff_free) { pointer in
      bytes.withUnsafeBytes { text in
        git_diff_from_buffer(&pointer, text.baseAddress?.assumingMemoryBound(to: CChar.self), text.count)
      }
    }
    var treeID = tree.oid
    let before = try Owned("read the tree", tree.description, free: git_tree_free) {
      git_tree_lookup(&$0, pointer, &treeID)
    }
    var options = git_apply_options()
    try LibGit2.call("apply", path) { git_apply_options_init(&options, UInt32(GIT_APPLY_OPTIONS_VERSION)) }
    options.delta_cb = { delta, _ in
      let path = delta?.pointee.new_file.path ?? delta?.pointee.old_file.path
      guard let path else { return 1 }
      let name = String(cString: path)
      return name.hasSuffix(".c") || name.hasSuffix(".h") ? 0 : 1
    }
    do throws(Failure) {
      let index = try Owned("apply", path, free: git_index_free) {
        git_apply_to_tree(&$0, pointer, before.pointer, diff.pointer, &options)
      }
      var oid = git_oid()
      try LibGit2.call("write the tree", path) { git_index_write_tree_to(&oid, index.pointer, pointer) }
      return ObjectID(oid)
    } catch {
      // What is there otherwise, or not at all.
      guard error.code == .badInput else { throw error }
      return nil
    }
  }
}
