// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel

/// A private folder of one run, e.g. for the small files of its view and bubblewrap's account of what it did.
///
/// It is locked while the run lasts, so that whoever comes later knows a stale one, left by a killed kmend.
package struct RunFolder: Sendable {
  /// Absolute host path.
  package let path: String
  /// Unique among all runs of the machine.
  let name: String
  private let lock: Int32

  /// - Throws: `Failure` (`unavailable`), e.g. on a full disk.
  package init() throws {
    // Another kmend that sweeps may be faster than the lock.
    for _ in 0..<3 {
      var template = Array("\(Self.parent)/\(runPrefix)XXXXXX".utf8CString)
      guard mkdtemp(&template) != nil else { break }
      let made = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let lock = takeLock(made)
      guard lock >= 0 else { continue }
      path = made
      name = String(made.dropFirst(Self.parent.utf8.count + 1))
      self.lock = lock
      return
    }
    throw systemFailure(
      Self.parent, "no folder can be made there", remedy: "free some space, or set TMPDIR to a writable folder")
  }

  /// Deletes it with all that a run left in it.
  package func remove() {
    removeFolder(path)
    close(lock)
  }

  /// A file of a view can't be started from a disk that forbids it.
  private static let parent: String = {
    let chosen = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let noexec: UInt = 8  // ST_NOEXEC of statvfs(3), an enumerator that Swift does not see
    return [chosen, "/tmp", "/var/tmp"].first { folder in
      var status = statvfs()
      return statvfs(folder, &status) == 0 && status.f_flag & noexec == 0 && access(folder, W_OK) == 0
    } ?? chosen
  }()

  /// Removes what a killed kmend left.
  static func sweep() {
    for name in names(in: parent) where name.hasPrefix(runPrefix) {
      let path = "\(parent)/\(name)"
      let lock = takeLock(path)
      guard lock >= 0 else { continue }
      removeFolder(path)
      close(lock)
    }
  }
}

/// What the names of run folders and of their control groups begin with.
let runPrefix = "kmend-run-"

/// Locks a folder as long as the result stays open; -1 if somebody else has it, or it isn't ours. What root runs may
/// belong to the uid that a run was given.
func takeLock(_ folder: String) -> Int32 {
  let file = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
  guard file >= 0 else { return -1 }
  var status = stat()
  if fstat(file, &status) == 0, status.st_uid == geteuid() || geteuid() == 0,
    flock(file, LOCK_EX | LOCK_NB) == 0
  {
    return file
  }
  close(file)
  return -1
}
