// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel

/// Gives folders to the uid of a run, and back to whom they belonged.
struct Ownership: Sendable {
  private var owners: [(path: String, uid: uid_t, gid: gid_t)] = []

  /// Gives each folder, with all that is in it, to `identity`.
  ///
  /// - Throws: `Failure` (`unavailable`) if one can't be given.
  static func give(_ folders: [String], to identity: Identity) throws -> Ownership {
    var ownership = Ownership()
    guard identity.dropped else { return ownership }
    do {
      for folder in folders {
        var status = stat()
        guard lstat(folder, &status) == 0 else { throw unavailable(folder) }
        ownership.owners.append((folder, status.st_uid, status.st_gid))
        try change(folder, identity.uid, identity.gid)
      }
    } catch {
      ownership.giveBack()
      throw error
    }
    return ownership
  }

  /// To be called when no process of the run is left, so that nothing changes under the walk.
  func giveBack() {
    for (path, uid, gid) in owners { try? Self.change(path, uid, gid) }
  }

  /// Walks without following any link, and changes links themselves, so a planted link reaches nothing.
  private static func change(_ path: String, _ uid: uid_t, _ gid: gid_t) throws {
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard folder >= 0, fchown(folder, uid, gid) == 0, changeEntries(of: folder, uid, gid) else {
      throw unavailable(path)
    }
  }

  /// Closes `folder`.
  private static func changeEntries(of folder: Int32, _ uid: uid_t, _ gid: gid_t) -> Bool {
    guard let entries = fdopendir(folder) else {
      close(folder)
      return false
    }
    defer { closedir(entries) }
    while let entry = readdir(entries) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      guard fchownat(folder, name, uid, gid, AT_SYMLINK_NOFOLLOW) == 0 else { return false }
      guard entry.pointee.d_type == UInt8(DT_DIR) else { continue }
      let inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard inner >= 0, changeEntries(of: inner, uid, gid) else { return false }
    }
    return true
  }

  private static func unavailable(_ path: String) -> Failure {
    Failure(.unavailable, path, "can't be handed to the sandbox: \(String(cString: strerror(errno)))")
  }
}
