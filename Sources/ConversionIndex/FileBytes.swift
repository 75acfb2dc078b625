// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc

/// Reads a whole regular file; nil if it is not there, not regular, or larger than `limit` bytes.
func fileBytes(_ path: String, limit: Int = 64 << 20) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
  let size = Int(status.st_size)
  guard size <= limit else { return nil }
  return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    while count < size {
      let got = read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
      guard got > 0 else { return }
      count += got
    }
  }
}
