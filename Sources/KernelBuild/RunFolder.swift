// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel

/// A private host folder for one run.
struct RunFolder {
  let path: String

  /// - Throws: `Failure` (`unavailable`) if none can be made.
  init(_ purpose: String) throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/kmend-\(purpose)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw Failure(
        .unavailable, base, "no folder can be made there: \(String(cString: strerror(errno)))",
        remedy: "free some space, or set TMPDIR to a folder that can be written")
    }
    path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  /// Deletes it with all that a run left in it, following no link.
  func remove() { Self.remove(path) }

  private static func remove(_ path: String) {
    for name in FileEntry.names(in: path) {
      let inner = "\(path)/\(name)"
      if FileEntry(inner)?.kind == .folder { remove(inner) } else { unlink(inner) }
    }
    rmdir(path)
  }
}
