// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc

/// Removes a folder with all that a contained program left in it, following no link; what can't be removed stays.
///
/// Trees may be deeper than paths are long and descriptors many: each folder that is not empty is moved up first. No
/// process of the run lives any more.
package func removeFolder(_ path: String) {
  let root = openFolder(AT_FDCWD, path)
  guard root >= 0 else { return }
  // A name that nobody could take before.
  let mark = String(UInt64.random(in: .max / 2 ... .max), radix: 36)
  var moved = 0
  var folders = empty(root) { name in Array(UnsafeBufferPointer(start: name, count: strlen(name) + 1)) }
  while let name = folders.popLast() {
    let folder = openFolder(root, name)
    guard folder >= 0 else { continue }
    folders += empty(folder) { inner in
      let new = Array("\(mark)-\(moved)".utf8CString)
      moved += 1
      return renameat(folder, inner, root, new) == 0 ? new : nil
    }
    close(folder)
    unlinkat(root, name, AT_REMOVEDIR)
  }
  close(root)
  rmdir(path)
}

/// Removes what is in a folder but for folders that are not empty themselves: their names, as `kept` gives them. Names
/// are bytes, not always text.
private func empty(_ folder: Int32, _ kept: (UnsafePointer<CChar>) -> [CChar]?) -> [[CChar]] {
  let copy = fcntl(folder, F_DUPFD_CLOEXEC, 0)
  guard let entries = fdopendir(copy) else {
    close(copy)
    return []
  }
  defer { closedir(entries) }
  var folders: [[CChar]] = []
  while let entry = readdir(entries) {
    withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { name in
        guard strcmp(name, ".") != 0, strcmp(name, "..") != 0, unlinkat(folder, name, 0) != 0 else { return }
        guard unlinkat(folder, name, AT_REMOVEDIR) != 0, errno == ENOTEMPTY || errno == EEXIST else { return }
        // Whoever owns a folder may open it again.
        fchmodat(folder, name, 0o700, 0)
        if let name = kept(name) { folders.append(name) }
      }
    }
  }
  return folders
}

private func openFolder(_ parent: Int32, _ path: UnsafePointer<CChar>) -> Int32 {
  openat(parent, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
}
