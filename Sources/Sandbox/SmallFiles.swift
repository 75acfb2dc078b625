// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel

/// The first 64 KiB of a file as text, nil if it can't be read: for what the kernel tells in `/proc` and `/sys`.
func contents(of path: String) -> String? {
  let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard file >= 0 else { return nil }
  defer { close(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  while bytes.count < 65536 {
    let count = read(file, &buffer, buffer.count)
    if count < 0 { return nil }
    if count == 0 { break }
    bytes += buffer[..<count]
  }
  return String(decoding: bytes, as: UTF8.self)
}

func lines(of path: String) -> [Substring] { (contents(of: path) ?? "").split(separator: "\n") }

/// Names in a folder, without `.` and `..`; empty if it can't be read.
func names(in folder: String) -> [String] {
  guard let entries = opendir(folder) else { return [] }
  defer { closedir(entries) }
  var names: [String] = []
  while let entry = readdir(entries) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names
}

/// Writes into a file that exists (`mode` nil) or makes a new one.
///
/// - Throws: `Failure` (`unavailable`), e.g. on a full disk.
func write(_ bytes: [UInt8], to path: String, mode: mode_t? = nil) throws {
  let flags = mode == nil ? O_WRONLY : O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
  let file = open(path, flags | O_CLOEXEC, 0o600)
  defer { close(file) }
  var written = 0
  while file >= 0, written < bytes.count {
    let count = bytes[written...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
    if count <= 0 { break }
    written += count
  }
  guard file >= 0, written == bytes.count, mode.map({ fchmod(file, $0) == 0 }) ?? true else {
    throw systemFailure(path, "can't be written", remedy: "free some space")
  }
}

/// Whether the disk of a folder has fewer than `bytes` left, or hardly any room for new files.
func isNearlyFull(_ folder: String, _ bytes: Int) -> Bool {
  var status = statvfs()
  guard statvfs(folder, &status) == 0 else { return false }
  return Int(status.f_bavail) * Int(status.f_frsize) < bytes || status.f_files > 0 && status.f_favail < 10_000
}

/// A `Failure` that ends with the text of `errno`.
func systemFailure(_ subject: String, _ problem: String, remedy: String = "") -> Failure {
  let reason = String(cString: strerror(errno))
  return Failure(.unavailable, subject, "\(problem): \(reason)", remedy: remedy)
}
