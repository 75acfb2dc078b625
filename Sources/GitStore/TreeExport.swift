// SPDX-License-Identifier: GPL-2.0-or-later

import CGit2
import Glibc
import KernelModel

/// What lies in a folder after a tree was exported into it.
package struct ExportedTree: Sendable, Hashable {
  /// Regular files.
  package var files = 0
  /// Symbolic links that lead out of the folder (absolute, or too many `..`): there, but never to be followed.
  package var linksOut: [String] = []
  /// Submodules: empty folders, because their commits are in other repositories.
  package var submodules: [String] = []
}

extension Repository {
  /// Writes the files of a commit into a folder that must not exist yet.
  ///
  /// Bytes come as they are stored: no line-end conversion, no filter. Modes are 0644 and 0755.
  ///
  /// - Throws: `Failure` (`badInput`) for a tree with names that no folder can safely hold, or beyond the limits;
  ///   `unavailable` if the folder can't be written. What was written until then stays for the caller to remove.
  package func export(
    _ commit: ObjectID, into folder: String, limits: TreeLimits = TreeLimits()
  ) throws(Failure) -> ExportedTree {
    let root = try tree(of: commit)
    guard mkdir(folder, 0o755) == 0 else { throw TreeExport.failure(folder) }
    let top = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard top >= 0 else { throw TreeExport.failure(folder) }
    defer { close(top) }
    var export = TreeExport(limits: limits)
    try write(root, into: top, at: "", depth: 0, &export)
    return export.result
  }

  private func write(
    _ id: ObjectID, into folder: Int32, at prefix: String, depth: Int, _ export: inout TreeExport
  ) throws(Failure) {
    guard depth <= export.limits.depth else { throw Failure(.badInput, prefix, "lies too deep") }
    var oid = id.oid
    let tree = try Owned("read the tree", prefix.isEmpty ? path : prefix, free: git_tree_free) {
      git_tree_lookup(&$0, pointer, &oid)
    }
    for index in 0..<git_tree_entrycount(tree.pointer) {
      guard let entry = git_tree_entry_byindex(tree.pointer, index), let name = git_tree_entry_name(entry),
        let oid = git_tree_entry_id(entry)
      else { throw Failure(.badInput, path, "has a damaged tree") }
      let length = strlen(name)
      let shown = prefix + String(cString: name)
      guard UnsafeRawBufferPointer(start: name, count: length).withMemoryRebound(to: UInt8.self, TreePath.isSafe) else {
        throw Failure(.badInput, shown, "is a name that no folder may hold")
      }
      let child = ObjectID(oid.pointee)
      switch git_tree_entry_filemode(entry) {
      case GIT_FILEMODE_TREE:
        try export.limits.take(0, shown)
        guard mkdirat(folder, name, 0o755) == 0 else { throw TreeExport.failure(shown) }
        let next = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard next >= 0 else { throw TreeExport.failure(shown) }
        defer { close(next) }
        try write(child, into: next, at: shown + "/", depth: depth + 1, &export)
      case GIT_FILEMODE_COMMIT:
        try export.limits.take(0, shown)
        guard mkdirat(folder, name, 0o755) == 0 else { throw TreeExport.failure(shown) }
        export.result.submodules.append(shown)
      case GIT_FILEMODE_LINK:
        let target = try blob(child, limit: 4095)
        try export.limits.take(target.count, shown)
        guard !target.isEmpty, !target.contains(0),
          symlinkat(target.map { CChar(bitPattern: $0) } + [0], folder, name) == 0
        else { throw TreeExport.failure(shown) }
        if TreeExport.leadsOut(target, depth: depth) { export.result.linksOut.append(shown) }
      case let mode:
        let bytes = try blob(child, limit: export.limits.fileBytes)
        try export.limits.take(bytes.count, shown)
        let permission: mode_t = mode == GIT_FILEMODE_BLOB_EXECUTABLE ? 0o755 : 0o644
        try TreeExport.write(bytes, folder: folder, name: name, permission, shown)
        export.result.files += 1
      }
    }
  }
}

/// The state of one export, and its writing of files.
private struct TreeExport {
  var limits: TreeLimits
  var result = ExportedTree()

  init(limits: TreeLimits) { self.limits = limits }

  /// `O_EXCL` keeps a tree that holds one name twice from writing through a link that it brought along.
  static func write(
    _ bytes: [UInt8], folder: Int32, name: UnsafePointer<CChar>, _ permission: mode_t, _ shown: String
  ) throws(Failure) {
    let file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, permission)
    guard file >= 0 else { throw failure(shown) }
    defer { close(file) }
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress! + done, bytes.count - done) }
      guard count > 0 || errno == EINTR else { throw failure(shown) }
      done += max(count, 0)
    }
    // The umask may have taken bits that the tree has.
    guard fchmod(file, permission) == 0 else { throw failure(shown) }
  }

  static func failure(_ subject: String) -> Failure {
    let number = errno
    let code: Failure.Code = number == EEXIST || number == ENOTDIR ? .badInput : .unavailable
    return Failure(code, subject, "can't be written: \(String(cString: strerror(number)))")
  }

  /// True for a link target that leaves the tree, `depth` folders below whose root the link lies.
  static func leadsOut(_ target: [UInt8], depth: Int) -> Bool {
    if target.first == 0x2F { return true }
    var level = depth
    for part in target.split(separator: 0x2F) {
      if part == [0x2E, 0x2E] { level -= 1 } else if part != [0x2E] { level += 1 }
      if level < 0 { return true }
    }
    return false
  }
}
