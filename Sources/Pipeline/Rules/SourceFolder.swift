// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel

/// The C files of a folder, read and replaced without ever following a symbolic link below it.
struct SourceFolder: ~Copyable {
  /// Larger files are no sources.
  private static let sizeLimit = 8 << 20
  private static let fileLimit = 50_000
  private static let depthLimit = 64
  private let path: String
  private let root: Int32

  /// - Throws: `Failure` (`badInput`) if there is no such folder.
  init(_ path: String) throws {
    self.path = path
    root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard root >= 0 else {
      throw Failure(.badInput, path, "can't be read as a folder: \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(root) }

  /// `.c` and `.h` files by path below the folder; hidden folders are left out.
  ///
  /// - Throws: `Failure` (`badInput`) if there are too many.
  func texts() throws -> [String: SourceText] {
    var texts: [String: SourceText] = [:]
    try collect(dup(root), "", 0, &texts)
    return texts
  }

  private func collect(_ folder: Int32, _ prefix: String, _ depth: Int, _ texts: inout [String: SourceText]) throws {
    guard folder >= 0, let directory = fdopendir(folder) else { return }
    defer { closedir(directory) }
    rewinddir(directory)
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
      }
      if let name, !name.hasPrefix(".") { names.append(name) }
    }
    for name in names.sorted() {
      let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
      if name.hasSuffix(".c") || name.hasSuffix(".h") {
        let file = openat(folder, name, flags)
        guard file >= 0 else { continue }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.sizeLimit else {
          continue
        }
        guard texts.count < Self.fileLimit else {
          throw Failure(.badInput, path, "holds more than \(Self.fileLimit) C files", remedy: "name a smaller folder")
        }
        texts[prefix + name] = SourceText((try? handle.read(upToCount: Self.sizeLimit)) ?? Data())
      } else if depth < Self.depthLimit {
        try collect(openat(folder, name, flags | O_DIRECTORY), prefix + name + "/", depth + 1, &texts)
      }
    }
  }

  /// Puts new texts in place of files, keeping their modes: each beside its place first, all of them before the first
  /// takes its place.
  ///
  /// - Throws: `Failure` (`unavailable`) if one can't be written; then none is changed, but where a rename fails.
  func replace(_ texts: [String: SourceText]) throws {
    var written: [(folder: Int32, partial: String, name: String)] = []
    defer {
      for file in written {
        unlinkat(file.folder, file.partial, 0)
        close(file.folder)
      }
    }
    for path in texts.keys.sorted() {
      let parts = path.split(separator: "/").map(String.init)
      guard let name = parts.last, let folder = folder(parts.dropLast()) else { throw failure(path) }
      let partial = ".\(name).kmend-\(UUID().uuidString.prefix(8).lowercased())"
      written.append((folder, partial, name))
      var status = stat()
      guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFREG else {
        throw failure(path)
      }
      let file = openat(folder, partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
      guard file >= 0 else { throw failure(path) }
      let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
      guard fchmod(file, status.st_mode & 0o7777) == 0 else { throw failure(path) }
      do { try handle.write(contentsOf: Data(texts[path] ?? [])) } catch { throw failure(path) }
    }
    for file in written {
      guard renameat(file.folder, file.partial, file.folder, file.name) == 0 else { throw failure(file.name) }
    }
  }

  /// Opens a folder below the root, link by link.
  private func folder(_ parts: ArraySlice<String>) -> Int32? {
    var current = dup(root)
    for part in parts {
      guard current >= 0, part != "..", part != "." else { return nil }
      let next = openat(current, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      close(current)
      current = next
    }
    return current >= 0 ? current : nil
  }

  private func failure(_ file: String) -> Failure {
    Failure(
      .unavailable, "\(path)/\(file)", "can't be replaced: \(String(cString: strerror(errno)))",
      remedy: "check its permissions")
  }
}
