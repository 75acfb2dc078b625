// SPDX-License-Identifier: GPL-2.0-or-later

/// An archive in the "newc" form that the kernel unpacks as its first root (`buffer-format.rst` of the kernel's
/// driver-api/early-userspace).
///
/// Written here and not by cpio(1): no files to stage, no root, the same bytes every time.
package struct CpioArchive {
  /// The archive so far.
  package private(set) var bytes: [UInt8] = []
  private var serial = 0

  package init() {}

  /// Paths are relative to the root, without a leading slash.
  package mutating func addFolder(_ path: String) { add(path, mode: 0o040755, contents: []) }

  /// A file of root's.
  package mutating func addFile(_ path: String, _ contents: [UInt8], executable: Bool = false) {
    add(path, mode: executable ? 0o100755 : 0o100644, contents: contents)
  }

  /// A symbolic link.
  package mutating func addLink(_ path: String, to target: String) {
    add(path, mode: 0o120777, contents: Array(target.utf8))
  }

  /// Ends the archive; nothing may be added afterwards.
  package mutating func finish() { add("TRAILER!!!", mode: 0, contents: []) }

  private mutating func add(_ path: String, mode: Int, contents: [UInt8]) {
    serial += 1
    let name = Array(path.utf8) + [0]
    // ino, mode, uid, gid, nlink, mtime, filesize, devmajor, devminor, rdevmajor, rdevminor, namesize, check
    let fields = [serial, mode, 0, 0, 1, 0, contents.count, 0, 0, 0, 0, name.count, 0]
    bytes += Array("070701".utf8)
    for field in fields {
      let digits = String(field, radix: 16, uppercase: true)
      bytes += Array((String(repeating: "0", count: max(0, 8 - digits.count)) + digits).utf8)
    }
    bytes += name
    pad()
    bytes += contents
    pad()
  }

  private mutating func pad() { bytes += Array(repeating: 0, count: (4 - bytes.count % 4) % 4) }
}
