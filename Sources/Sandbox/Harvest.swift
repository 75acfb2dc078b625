// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel

/// What a contained program left in a folder, read without falling for what it planted there: links are not followed,
/// pipes do not hang, sizes are bounded.
package struct Harvest: Sendable {
  package let folder: String

  package init(_ folder: String) { self.folder = folder }

  /// Bytes of a regular file below the folder; nil if there is none, or a link stands on the way.
  ///
  /// - Throws: `Failure` (`badInput`) if it is larger than `limit` bytes or can't be read.
  package func bytes(_ path: String, limit: Int = 64 << 20) throws -> [UInt8]? {
    var file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if file >= 0 { close(file) } }
    let parts = path.split(separator: "/")
    for (index, part) in parts.enumerated() where file >= 0 {
      guard part != ".." else { return nil }
      let flags = index == parts.count - 1 ? O_NONBLOCK : O_DIRECTORY
      let next = openat(file, String(part), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | flags)
      close(file)
      file = next
    }
    var status = stat()
    guard file >= 0, fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    guard status.st_size <= limit else {
      throw Failure(.badInput, path, "is \(status.st_size) bytes long; at most \(limit) are read")
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var filled = 0
    while filled < bytes.count {
      let count = bytes[filled...].withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
      guard count >= 0 else { throw Failure(.badInput, path, String(cString: strerror(errno))) }
      if count == 0 { break }
      filled += count
    }
    return Array(bytes.prefix(filled))
  }
}
