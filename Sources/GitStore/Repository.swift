// SPDX-License-Identifier: GPL-2.0-or-later

import CGit2
import Glibc
import KernelModel

/// A git repository, its own or a stranger's.
///
/// Nothing that a repository configures is ever run: no hook, no fsmonitor, no filter; its working tree and index are
/// neither read nor written.
package actor Repository {
  private let handle: Handle
  private let executor = GitExecutor()
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// The folder that was opened.
  package nonisolated let path: String

  /// The repository in libgit2's memory.
  private final class Handle: @unchecked Sendable {
    private let owned: Owned
    var pointer: OpaquePointer { owned.pointer }
    init(_ owned: consuming Owned) { self.owned = owned }
  }

  private init(path: String, _ owned: consuming Owned) {
    self.path = path
    handle = Handle(owned)
  }

  /// Opens the repository in exactly this folder: a working tree's root or a bare repository.
  ///
  /// - Throws: `Failure` (`badInput`) if there is none, or its objects are named by SHA-256.
  package static func open(_ path: String) throws(Failure) -> Repository {
    do {
      let owned = try Owned("open the repository", path, free: git_repository_free) {
        git_repository_open_ext(&$0, path, UInt32(GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue), nil)
      }
      return Repository(path: path, owned)
    } catch  where error.problem.contains("extensions.objectformat") {
      throw Failure(
        .badInput, path, "names its objects by SHA-256, which libgit2 can't read", remedy: "give one of SHA-1 objects",
        detail: error.problem)
    }
  }

  /// Makes an empty bare repository in a folder that is created if need be.
  ///
  /// - Throws: `Failure` if there is a repository already, or the folder can't be written.
  static func initialise(_ path: String) throws(Failure) -> Repository {
    let owned = try Owned("make a repository", path, free: git_repository_free) { pointer in
      var options = git_repository_init_options()
      let code = git_repository_init_options_init(&options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION))
      guard code == 0 else { return code }
      options.flags =
        GIT_REPOSITORY_INIT_BARE.rawValue | GIT_REPOSITORY_INIT_NO_REINIT.rawValue | GIT_REPOSITORY_INIT_MKPATH.rawValue
      return git_repository_init_ext(&pointer, path, &options)
    }
    return Repository(path: path, owned)
  }

  /// For the other files of this target.
  var pointer: OpaquePointer { handle.pointer }

  /// Host folder that holds the objects.
  var objectsFolder: String {
    guard let folder = git_repository_commondir(pointer) else { return path + "/objects" }
    return String(cString: folder) + "objects"
  }

  /// The commit that a branch, tag, `HEAD`, or a (shortened) object id names.
  ///
  /// - Throws: `Failure` (`badInput`) if nothing of that name leads to a commit.
  package func resolve(_ name: String) throws(Failure) -> ObjectID {
    guard name.utf8.count <= 1000, !name.isEmpty, !name.hasPrefix("-") else {
      throw Failure(.badInput, String(name.prefix(60)), "is not the name of a commit")
    }
    let object = try Owned("find the commit", name, free: git_object_free) {
      git_revparse_single(&$0, pointer, name)
    }
    let commit = try Owned("find the commit", name, free: git_object_free) {
      git_object_peel(&$0, object.pointer, GIT_OBJECT_COMMIT)
    }
    guard let oid = git_object_id(commit.pointer) else { throw Failure(.ourFault, name, "has no id") }
    return ObjectID(oid.pointee)
  }

  /// The tree of a commit.
  package func tree(of commit: ObjectID) throws(Failure) -> ObjectID {
    var oid = commit.oid
    let owned = try Owned("read the commit", commit.description, free: git_commit_free) {
      git_commit_lookup(&$0, pointer, &oid)
    }
    guard let tree = git_commit_tree_id(owned.pointer) else { throw Failure(.ourFault, path, "has no tree") }
    return ObjectID(tree.pointee)
  }

  /// Bytes of a blob of at most `limit` bytes; its size is looked at before it is unpacked.
  func blob(_ id: ObjectID, limit: Int) throws(Failure) -> [UInt8] { try Self.blob(id, limit: limit, in: pointer) }

  /// The same for any repository that is open.
  static func blob(_ id: ObjectID, limit: Int, in repository: OpaquePointer) throws(Failure) -> [UInt8] {
    var oid = id.oid
    let store = try Owned("open the objects", id.description, free: git_odb_free) {
      git_repository_odb(&$0, repository)
    }
    var size = 0
    var kind = GIT_OBJECT_INVALID
    try LibGit2.call("read the blob", id.description) { git_odb_read_header(&size, &kind, store.pointer, &oid) }
    guard kind == GIT_OBJECT_BLOB, size <= limit else {
      throw Failure(.badInput, id.description, "is no blob of at most \(limit) bytes")
    }
    let blob = try Owned("read the blob", id.description, free: git_blob_free) {
      git_blob_lookup(&$0, repository, &oid)
    }
    let count = Int(git_blob_rawsize(blob.pointer))
    guard let bytes = git_blob_rawcontent(blob.pointer) else { return [] }
    return [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
  }

  /// Refuses to write into a repository that belongs to somebody else, as git does.
  func checkOwner() throws(Failure) {
    var status = stat()
    let folder = git_repository_commondir(pointer).map { String(cString: $0) } ?? path
    guard stat(folder, &status) == 0 else { throw Failure(.unavailable, folder, "can't be read") }
    guard status.st_uid == geteuid() else {
      throw Failure(
        .unavailable, path, "belongs to another user (uid \(status.st_uid))", remedy: "run kmend as its owner")
    }
  }

  /// Refuses to write through a symbolic link that a stranger put where git itself has folders: objects, the branch and
  /// its log would come to lie wherever it leads.
  func checkHoldsNoLinks(branch: String?) throws(Failure) {
    let folder = git_repository_commondir(pointer).map { String(cString: $0) } ?? path + "/"
    let digits = Array("0123456789abcdef")
    var paths = ["objects"] + digits.flatMap { first in digits.map { "objects/\(first)\($0)" } }
    if let branch {
      for root in ["refs/heads/", "logs/refs/heads/"] {
        let whole = root + branch
        paths += whole.indices.filter { whole[$0] == "/" }.map { String(whole[..<$0]) } + [whole]
      }
    }
    for path in paths {
      var status = stat()
      guard lstat(folder + path, &status) != 0 || status.st_mode & S_IFMT != S_IFLNK else {
        throw Failure(
          .badInput, folder + path, "is a symbolic link, which git does not make; nothing is committed through it",
          remedy: "use --out, or commit to a fresh clone")
      }
    }
  }
}
