// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel

/// A kernel as it lies in the cache.
package struct StoredKernel: Codable, Sendable {
  /// A part of a kernel that is present.
  package struct Part: Codable, Hashable, Sendable {
    /// What it is of: headers with build tools, bootable image, modules, source tree.
    package enum Kind: String, Codable, Sendable { case headers, image, modules, source }
    /// Which part it is.
    package var kind: Kind
    /// Bytes on disk; 0 for what lies outside the cache and is only referred to.
    package var bytes: Int
  }
  /// The kernel for all who build and boot.
  package var kernel: Kernel
  /// What is present, and how large.
  package var parts: [Part]
  /// The packages it was made of, each with version, suite, size and SHA-256; none for local builds and git trees.
  package var packages: [DebianPackage]
  /// What else fixes its contents: the commit of a git tree, empty otherwise.
  package var commit = ""
  /// When it was made or last changed.
  package var added = Date()
  /// Whether a newer kernel has taken its name; `prune` removes it.
  package var isReplaced = false
  /// Absolute path of its folder.
  package internal(set) var folder = ""

  private enum CodingKeys: CodingKey { case kernel, parts, packages, commit, added, isReplaced }

  /// The highest level that a driver can be proven to on it.
  package var proof: ProofLevel {
    kernel.image != nil && kernel.modules != nil ? .booted : kernel.provesLinking ? .linked : .compiled
  }

  /// Bytes on disk of all parts.
  package var bytes: Int { parts.reduce(0) { $0 + $1.bytes } }
}

/// `kernel.json`: a stored kernel, with paths relative to the cache so that the cache can move.
struct Manifest: Codable {
  static let name = "kernel.json"
  static let currentFormat = 1

  private var format = Manifest.currentFormat
  private var stored: StoredKernel

  /// Reads the manifest of a kernel's folder; nil if there is none that this version reads.
  static func read(_ folder: String, cache: CacheFolder) -> StoredKernel? {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)"),
      let manifest = try? decoder.decode(Manifest.self, from: bytes), manifest.format == currentFormat
    else { return nil }
    var stored = manifest.stored
    stored.folder = folder
    stored.kernel.movePaths { $0.hasPrefix("/") ? $0 : "\(cache.path)/\($0)" }
    return stored
  }

  /// Writes the manifest into a kernel's folder, which may still be under construction.
  static func write(_ stored: StoredKernel, to folder: String, cache: CacheFolder) throws {
    var relative = stored
    let prefix = cache.path + "/"
    relative.kernel.movePaths { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 }
    try CacheFolder.write(try CanonicalJSON.encode(Manifest(stored: relative)), to: "\(folder)/\(name)")
  }
}

/// JSON that is the same for the same value, and can be read by people.
enum CanonicalJSON {
  static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    return try encoder.encode(value) + Data("\n".utf8)
  }
}

/// `kernels.lock.json`: which packages each kernel of the cache was made of.
struct LockFile: Codable {
  private struct Entry: Codable {
    var identity: KernelIdentity
    var commit: String
    var packages: [DebianPackage]
  }
  private var format = 1
  private var kernels: [Entry]

  init(_ kernels: [StoredKernel]) {
    self.kernels = kernels.map { Entry(identity: $0.kernel.identity, commit: $0.commit, packages: $0.packages) }
  }
}

extension Kernel {
  /// Changes every host path.
  mutating func movePaths(_ move: (String) -> String) {
    mounts = mounts.map { KernelMount(host: move($0.host), inside: $0.inside) }
    image = image.map(move)
    modules = modules.map(move)
    source = source.map(move)
    rootFileSystem = rootFileSystem.map(move)
  }
}
