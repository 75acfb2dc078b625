// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel

/// Where everything lies in kmend's cache. What is under construction has a name that begins with a dot.
struct CacheFolder: Sendable {
  let path: String

  /// apt's own state: sources, package lists, half-finished downloads.
  var apt: String { "\(path)/apt" }
  /// Packages between download and unpacking.
  var downloads: String { "\(path)/downloads" }
  /// One folder per kernel, each with its manifest `kernel.json`.
  var kernels: String { "\(path)/kernels" }
  /// One folder per unpacked driver package and version.
  var drivers: String { "\(path)/drivers" }
  /// One root file system per release.
  var rootFileSystems: String { "\(path)/rootfs" }
  var locks: String { "\(path)/locks" }
  /// What was fetched for which kernel, for people and other machines to read.
  var lockFile: String { "\(path)/kernels.lock.json" }

  init(_ path: String) { self.path = path }

  /// Makes a folder and its parents.
  ///
  /// - Throws: `Failure` (`unavailable`, `tryAgain` on a full disk).
  static func make(_ folder: String) throws {
    try attempt(folder) {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
  }

  /// Removes a file or a folder with all that is in it; it may be gone already.
  static func remove(_ path: String) throws {
    guard (try? FileManager.default.attributesOfItem(atPath: path)) != nil else { return }
    try attempt(path) { try FileManager.default.removeItem(atPath: path) }
  }

  /// Gives a finished folder its final name, at once.
  static func move(_ from: String, to destination: String) throws {
    try remove(destination)
    try attempt(destination) { try FileManager.default.moveItem(atPath: from, toPath: destination) }
  }

  /// Gives a file a second name, readable for the sandbox too.
  static func link(_ file: String, to name: String) throws {
    try attempt(name) {
      try FileManager.default.linkItem(atPath: file, toPath: name)
    }
    try makeReadable(name)
  }

  /// Makes a file readable for everybody, as the sandbox needs it.
  static func makeReadable(_ file: String) throws {
    try attempt(file) { try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file) }
  }

  /// The absolute path of something below a folder; nil if it isn't there or a link stands on the way.
  static func plain(_ path: String, below folder: String) -> String? {
    var current = folder
    for part in path.split(separator: "/") {
      current += "/" + part
      let type = try? FileManager.default.attributesOfItem(atPath: current)[.type] as? FileAttributeType
      guard part != "..", type == .typeDirectory || type == .typeRegular else { return nil }
    }
    return current
  }

  /// Writes a file as a whole or not at all.
  static func write(_ bytes: Data, to file: String) throws {
    try attempt(file) { try bytes.write(to: URL(fileURLWithPath: file), options: .atomic) }
  }

  /// The names in a folder, sorted, without the hidden ones; none if there is no such folder.
  static func names(in folder: String) -> [String] { everyName(in: folder).filter { !$0.hasPrefix(".") } }

  /// The names in a folder, sorted, the hidden ones too.
  static func everyName(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// Text that is safe as the name of a file: letters, digits and `.+~-=`, everything else an underscore.
  static func fileName(_ text: String) -> String {
    let name = String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || ".+~-=".contains($0)) ? $0 : "_" })
    return name.hasPrefix(".") ? "_" + name.dropFirst() : name
  }

  /// Bytes that are free for this user where the cache lies.
  var freeBytes: Int {
    var folder = path
    while !CacheFolder.exists(folder), folder != "/" { folder = (folder as NSString).deletingLastPathComponent }
    var figures = statvfs()
    guard statvfs(folder, &figures) == 0 else { return 0 }
    return Int(figures.f_bavail) * Int(figures.f_frsize)
  }

  /// Makes sure that `bytes` more fit into the cache.
  ///
  /// - Throws: `Failure` (`tryAgain`).
  func reserve(_ bytes: Int) throws {
    let free = freeBytes
    guard free < bytes else { return }
    throw Failure(
      .tryAgain, path, "\(ByteCount(bytes)) are needed and \(ByteCount(free)) are free",
      remedy: "free some space (kmend kernel prune, kmend kernel remove), or set XDG_CACHE_HOME to a larger disk")
  }

  private static func attempt(_ subject: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch {
      let isFull = (error as? CocoaError)?.code == .fileWriteOutOfSpace
      throw Failure(
        isFull ? .tryAgain : .unavailable, subject, isFull ? "no space left" : "can't be written",
        remedy: isFull ? "free some space, e.g. with kmend kernel prune" : "check who owns the cache folder",
        detail: "\(error)")
    }
  }
}

/// A number of bytes for people: `1.5 GB`.
package struct ByteCount: CustomStringConvertible, Sendable {
  private let bytes: Int

  package init(_ bytes: Int) { self.bytes = bytes }

  package var description: String {
    switch bytes {
    case ..<1_000: "\(bytes) B"
    case ..<1_000_000: "\(bytes / 1_000) kB"
    case ..<1_000_000_000: "\(bytes / 1_000_000) MB"
    default: "\(bytes / 1_000_000_000).\(bytes / 100_000_000 % 10) GB"
    }
  }
}
