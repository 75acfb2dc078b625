// SPDX-License-Identifier: GPL-2.0-or-later

/// A kernel source tree, unpacked or in an object store, and which version it is.
package struct Tree: Sendable {
  /// Absolute path of the tree's root; for a tree in an object store the words that name it to people.
  package var root: String
  /// Version of the source package (`KernelIdentity.sourceVersion`): with the other tree's it names the index.
  package var version: String
  /// Folder below `arch/` whose headers count beside `include/`, e.g. `x86`.
  package var architecture: String
  /// Where the files are read if not from a folder.
  package var objects: (any TreeObjects)?

  package init(
    root: String, version: String, architecture: String = "x86", objects: (any TreeObjects)? = nil
  ) {
    self.root = root
    self.version = version
    self.architecture = architecture
    self.objects = objects
  }
}

/// One of the two trees that an index holds against each other.
package enum Side: Int, Sendable, Hashable, CaseIterable {
  case old = 0
  case new = 1
}

/// Whether the indexes hold a file of this path, relative to the root of a kernel tree: C, assembly and build files of
/// the kernel itself.
package func isIndexed(_ path: String) -> Bool { FileClass(path: path[...]) != nil }

/// What a file of a kernel tree is to the index.
enum FileClass: Int, Sendable {
  /// `.c` and `.h` of the kernel itself: conversions of C symbols are sought here only.
  case c = 0
  /// `.S`.
  case assembly = 1
  /// `Makefile`, `Kbuild`, `Kconfig` and their kin.
  case build = 2

  /// Nil for what is not indexed: documents, data, and programs that run in user space.
  init?(path: Substring) {
    let name = path.split(separator: "/").last ?? path
    let top = path.prefix { $0 != "/" }
    if name.hasSuffix(".c") || name.hasSuffix(".h") {
      self = .c
    } else if name.hasSuffix(".S") {
      self = .assembly
    } else if name.hasPrefix("Makefile") || name.hasPrefix("Kbuild") || name.hasPrefix("Kconfig") {
      self = .build
    } else {
      return nil
    }
    if ["Documentation", "tools"].contains(top) { return nil }
    if ["scripts", "usr"].contains(top), self != .build { return nil }
  }
}
