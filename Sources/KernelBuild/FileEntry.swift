// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc

/// What stands at a host path, looked at without following a link in its last part.
struct FileEntry {
  enum Kind: Equatable {
    case file, folder
    case link(String)
    case other
  }
  var kind: Kind
  var mode: mode_t
  var size: Int
  /// Nanoseconds since 1970 at which it was last written.
  var written: Int

  /// Nil if there is nothing.
  init?(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    mode = status.st_mode & 0o777
    size = Int(status.st_size)
    written = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
    switch status.st_mode & S_IFMT {
    case S_IFREG: kind = .file
    case S_IFDIR: kind = .folder
    case S_IFLNK:
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = readlink(path, &buffer, buffer.count)
      kind = count < 0 ? .other : .link(String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self))
    default: kind = .other
    }
  }

  /// The first `limit` names in a folder, without `.` and `..`; empty if it can't be read. Never follows a link in the
  /// last part.
  static func names(in path: String, limit: Int = 2 * TreeCopy.fileLimit) -> [String] {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    guard let folder = fdopendir(descriptor) else {
      close(descriptor)
      return []
    }
    defer { closedir(folder) }
    var names: [String] = []
    while names.count < limit, let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// The first `limit` bytes of a regular file; nil for anything else. Never follows a link in the last part.
  static func bytes(of path: String, limit: Int) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    let size = min(limit, Int(status.st_size))
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      while filled < size {
        let count = read(file, buffer.baseAddress?.advanced(by: filled), size - filled)
        if count <= 0 { break }
        filled += count
      }
    }
  }

  /// Regular files below `root` for which `isWanted` holds, as paths relative to it, sorted; follows no link.
  static func files(below root: String, where isWanted: (String) -> Bool) -> [String] {
    var found: [String] = []
    var folders = [""]
    var seen = 0
    while let folder = folders.popLast() {
      for name in names(in: root + folder) {
        seen += 1
        guard seen <= TreeCopy.fileLimit * 2 else { return found.sorted() }
        let path = "\(folder)/\(name)"
        switch FileEntry(root + path)?.kind {
        case .folder where path.utf8.count < 2048: folders.append(path)
        case .file where isWanted(name): found.append(String(path.dropFirst()))
        default: continue
        }
      }
    }
    return found.sorted()
  }
}
