// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel

/// Copies a stranger's tree without ever following one of its links.
struct TreeCopy {
  let source: String
  let target: String
  private(set) var leftOut: [String] = []
  private var files = 0
  private var bytes = 0

  static let fileLimit = 50_000
  static let byteLimit = 2 << 30
  static let depthLimit = 64

  init(source: String, target: String) {
    self.source = source
    self.target = target
  }

  mutating func run() throws {
    guard FileEntry(source)?.kind == .folder else {
      throw Failure(.badInput, source, "is not a folder", remedy: "name the folder that holds the driver")
    }
    try makeFolder(target)
    try copyFolder("", depth: 0)
  }

  /// Writes `text` at `path`; the mode of a file that is already there stays.
  func put(_ text: SourceText, at path: String) throws {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.isEmpty, !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
      throw Failure(.badInput, path, "is not a path inside the driver")
    }
    var folder = target
    for part in parts.dropLast() {
      folder += "/\(part)"
      switch FileEntry(folder)?.kind {
      case .folder: continue
      case nil: try makeFolder(folder)
      default: throw Failure(.badInput, path, "would be written through something that is not a folder")
      }
    }
    let file = "\(target)/\(path)"
    let mode = FileEntry(file)?.mode ?? 0o644
    unlink(file)
    try write(file, mode: mode) { output in
      try text.withUnsafeBytes { try Self.writeAll($0, to: output, file) }
    }
  }

  private mutating func copyFolder(_ relative: String, depth: Int) throws {
    guard depth < Self.depthLimit else {
      throw Failure(.badInput, source, "has folders more than \(Self.depthLimit) deep")
    }
    let names = FileEntry.names(in: source + relative).sorted()
    let present = Set(names)
    for name in names where !KbuildRemains.isRemains(name, among: present) {
      let path = "\(relative)/\(name)"
      guard let entry = FileEntry(source + path) else { continue }
      files += 1
      guard files <= Self.fileLimit else {
        throw Failure(
          .badInput, source, "has more than \(Self.fileLimit) files", remedy: "name the driver's own folder")
      }
      switch entry.kind {
      case .folder:
        if name == ".git" { continue }
        try makeFolder(target + path)
        try copyFolder(path, depth: depth + 1)
      case .file:
        bytes += entry.size
        guard bytes <= Self.byteLimit else {
          throw Failure(.badInput, source, "is larger than 2 GiB", remedy: "name the driver's own folder")
        }
        try copyFile(path, mode: entry.mode)
      case .link(let pointsTo):
        if Self.staysInside(pointsTo, from: relative), symlink(pointsTo, target + path) == 0 { continue }
        leftOut.append("\(path.dropFirst()): a link to \(pointsTo)")
      case .other:
        leftOut.append("\(path.dropFirst()): not a file")
      }
    }
  }

  /// Whether a link's text, read in the folder `relative` of the tree, can't lead out of the tree.
  ///
  /// `..` behind a name may lead anywhere, for the name may be a link itself.
  static func staysInside(_ link: String, from relative: String) -> Bool {
    let parts = link.split(separator: "/").filter { $0 != "." }
    let up = parts.prefix { $0 == ".." }.count
    return !link.hasPrefix("/") && up <= relative.split(separator: "/").count && !parts[up...].contains("..")
  }

  private func makeFolder(_ path: String) throws {
    guard mkdir(path, 0o755) == 0 else { throw Self.unwritable(path) }
  }

  private func copyFile(_ path: String, mode: mode_t) throws {
    let input = open(source + path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard input >= 0 else {
      throw Failure(.badInput, source + path, "can't be read: \(String(cString: strerror(errno)))")
    }
    defer { close(input) }
    try write(target + path, mode: mode) { output in
      let size = 1 << 16
      try withUnsafeTemporaryAllocation(byteCount: size, alignment: 16) { buffer in
        while true {
          let count = read(input, buffer.baseAddress, size)
          guard count >= 0 else {
            throw Failure(.badInput, source + path, "can't be read: \(String(cString: strerror(errno)))")
          }
          if count == 0 { return }
          try Self.writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: output, target + path)
        }
      }
    }
  }

  private func write(_ path: String, mode: mode_t, _ body: (Int32) throws -> Void) throws {
    let output = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode & 0o111 == 0 ? 0o644 : 0o755)
    guard output >= 0 else { throw Self.unwritable(path) }
    defer { close(output) }
    try body(output)
  }

  private static func writeAll(_ bytes: UnsafeRawBufferPointer, to file: Int32, _ path: String) throws {
    var bytes = bytes
    while !bytes.isEmpty {
      let count = Glibc.write(file, bytes.baseAddress, bytes.count)
      guard count > 0 else { throw unwritable(path) }
      bytes = UnsafeRawBufferPointer(rebasing: bytes[count...])
    }
  }

  private static func unwritable(_ path: String) -> Failure {
    Failure(
      .unavailable, path, "can't be written: \(String(cString: strerror(errno)))",
      remedy: errno == ENOSPC ? "free some space" : "")
  }
}
