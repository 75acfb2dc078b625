// SPDX-License-Identifier: GPL-2.0-or-later

import CGit2
import Glibc
import KernelModel

extension Repository {
  /// Stores a folder's files as a tree, bytes as they are, and returns its id.
  ///
  /// Links are stored as links. Folders without files and anything called `.git` are left out, as git does.
  ///
  /// - Throws: `Failure` (`badInput`) for a socket, a pipe or a device, and beyond the limits; `unavailable` for what
  ///   can't be read.
  package func tree(ofFolder folder: String, limits: TreeLimits = TreeLimits()) throws(Failure) -> ObjectID {
    let top = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard top >= 0 else { throw Self.unreadable(folder) }
    var limits = limits
    let root = try store(top, at: "", depth: 0, &limits)
    guard let root else { throw Failure(.badInput, folder, "holds no files") }
    return root
  }

  /// Nil for a folder without files. Closes `folder`.
  private func store(
    _ folder: Int32, at prefix: String, depth: Int, _ limits: inout TreeLimits
  ) throws(Failure) -> ObjectID? {
    guard let stream = fdopendir(folder) else {
      close(folder)
      throw Self.unreadable(prefix)
    }
    defer { closedir(stream) }
    guard depth <= limits.depth else { throw Failure(.badInput, prefix, "lies too deep") }
    let builder = try Owned("build a tree", prefix, free: git_treebuilder_free) {
      git_treebuilder_new(&$0, pointer, nil)
    }
    errno = 0
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
        }
      }
      let isSafe = TreePath.isSafe(name.dropLast().map { UInt8(bitPattern: $0) })
      if isSafe {
        let shown = prefix + String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if let (id, mode) = try item(name, in: folder, shown, depth, &limits) {
          var oid = id.oid
          try LibGit2.call("store", shown) { git_treebuilder_insert(nil, builder.pointer, name, &oid, mode) }
        }
      }
      errno = 0
    }
    guard errno == 0 else { throw Self.unreadable(prefix) }
    guard git_treebuilder_entrycount(builder.pointer) > 0 else { return nil }
    var oid = git_oid()
    try LibGit2.call("store the tree", prefix) { git_treebuilder_write(&oid, builder.pointer) }
    return ObjectID(oid)
  }

  private func item(
    _ name: [CChar], in folder: Int32, _ shown: String, _ depth: Int, _ limits: inout TreeLimits
  ) throws(Failure) -> (ObjectID, git_filemode_t)? {
    var status = stat()
    guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { throw Self.unreadable(shown) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      try limits.take(0, shown)
      let next = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard next >= 0 else { throw Self.unreadable(shown) }
      return try store(next, at: shown + "/", depth: depth + 1, &limits).map { ($0, GIT_FILEMODE_TREE) }
    case S_IFLNK:
      var target = [UInt8](repeating: 0, count: 4096)
      let count = target.withUnsafeMutableBytes { buffer in
        readlinkat(folder, name, buffer.baseAddress!.assumingMemoryBound(to: CChar.self), buffer.count)
      }
      guard count > 0 else { throw Self.unreadable(shown) }
      try limits.take(count, shown)
      return (try storeBlob(Array(target.prefix(count)), shown), GIT_FILEMODE_LINK)
    case S_IFREG:
      try limits.take(Int(status.st_size), shown)
      let bytes = try Self.read(name, in: folder, Int(status.st_size), shown)
      let mode = status.st_mode & 0o100 != 0 ? GIT_FILEMODE_BLOB_EXECUTABLE : GIT_FILEMODE_BLOB
      return (try storeBlob(bytes, shown), mode)
    default: throw Failure(.badInput, shown, "is neither a file, a folder nor a link")
    }
  }

  /// Stores bytes as a blob.
  func storeBlob(_ bytes: [UInt8], _ subject: String) throws(Failure) -> ObjectID {
    var oid = git_oid()
    try LibGit2.call("store", subject) {
      bytes.withUnsafeBytes { git_blob_create_from_buffer(&oid, pointer, $0.baseAddress, $0.count) }
    }
    return ObjectID(oid)
  }

  private static func read(_ name: [CChar], in folder: Int32, _ size: Int, _ shown: String) throws(Failure) -> [UInt8] {
    // Non-blocking, in case the file became a pipe since it was looked at.
    let file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw unreadable(shown) }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: size)
    var done = 0
    while done < size {
      let count = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress! + done, size - done) }
      if count == 0 { break }
      guard count > 0 || errno == EINTR else { throw unreadable(shown) }
      done += max(count, 0)
    }
    return Array(bytes.prefix(done))
  }

  private static func unreadable(_ subject: String) -> Failure {
    Failure(.unavailable, subject, "can't be read: \(String(cString: strerror(errno)))")
  }
}
