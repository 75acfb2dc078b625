// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel

/// Where the indexes of histories lie in the cache.
struct IndexFolder {
  private let folder: String

  /// - Throws: `Failure` (`unavailable`) if it can't be made.
  init(_ workspace: Workspace) throws {
    folder = workspace.cache + "/indexes"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw Failure(.unavailable, folder, "can't be created", remedy: "free space or set KMEND_CACHE")
    }
  }

  /// The index of a repository, found again by where it lies: what it holds is named by its contents.
  func path(of repository: String, kind: String) -> String {
    let real = URL(fileURLWithPath: repository).resolvingSymlinksInPath().path
    return path(named: real, digest: ContentDigest(Array(real.utf8)), kind: kind)
  }

  /// The index of something by a name for people and a digest.
  func path(named name: String, digest: ContentDigest, kind: String) -> String {
    let last = name.split(separator: "/").last.map(String.init) ?? "root"
    let plain = String(
      last.map { $0.isASCII && ($0.isLetter || $0.isNumber || ".-+~".contains($0)) ? $0 : "_" }.prefix(60))
    return "\(folder)/\(plain).\(digest).\(kind).index"
  }
}

/// FNV-1a over bytes: tells contents apart, nothing more.
struct ContentDigest: CustomStringConvertible {
  private var value = StableHash.start

  init() {}

  init(_ bytes: some Sequence<UInt8>) { add(bytes) }

  mutating func add(_ bytes: some Sequence<UInt8>) {
    value = StableHash.of(bytes, from: value)
  }

  var description: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
