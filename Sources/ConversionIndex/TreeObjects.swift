// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import Glibc

/// The files of a source tree that lies in an object store, not in a folder. Any thread may ask.
package protocol TreeObjects: Sendable {
  /// Names of the regular files and of the folders in a folder; `""` is the root.
  func entries(_ folder: String) -> (files: [String], folders: [String])

  /// Name of a regular file's contents: equal names, equal contents. Nil if there is no such file.
  func contents(_ path: String) -> String?

  /// Bytes of a regular file; nil if there is none, or none of at most `limit` bytes.
  func bytes(_ path: String, limit: Int) -> [UInt8]?

  /// Paths of the regular files that both trees have and that differ.
  ///
  /// - Throws: `Failure` if `old` does not lie in a store of the same kind.
  func paths(differingFrom old: any TreeObjects, where isWanted: @escaping @Sendable (String) -> Bool) throws
    -> [String]

  /// Which lines of two texts differ, ascending; throws for what is no text.
  func changedLines(_ old: [UInt8], _ new: [UInt8]) throws -> [(old: Range<Int>, new: Range<Int>)]
}

extension Tree {
  /// No source file of a kernel is larger.
  private static let limit = 64 << 20

  /// A whole regular file; nil if there is none.
  package func bytes(_ path: String) -> [UInt8]? {
    guard let objects else { return fileBytes("\(root)/\(path)", limit: Self.limit) }
    return objects.bytes(path, limit: Self.limit)
  }

  /// Whether there is a file of this path.
  func holds(_ path: String) -> Bool {
    guard let objects else { return FileManager.default.fileExists(atPath: "\(root)/\(path)") }
    return objects.contents(path) != nil
  }

  /// Whether it looks like a kernel's: one that holds no header declares nothing.
  var isWhole: Bool {
    guard let objects else { return FileManager.default.fileExists(atPath: "\(root)/include") }
    return !objects.entries("").folders.isEmpty
  }

  /// Regular files and folders in a folder, neither links nor hidden ones.
  func entries(_ folder: String) -> (files: [String], folders: [String]) {
    if let objects {
      let (files, folders) = objects.entries(folder)
      return (files.filter { !$0.hasPrefix(".") }, folders.filter { !$0.hasPrefix(".") })
    }
    var files: [String] = []
    var folders: [String] = []
    guard let directory = opendir("\(root)/\(folder)") else { return ([], []) }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      if Int(entry.pointee.d_type) == Int(DT_DIR) { folders.append(name) }
      if Int(entry.pointee.d_type) == Int(DT_REG) { files.append(name) }
    }
    return (files, folders)
  }
}
