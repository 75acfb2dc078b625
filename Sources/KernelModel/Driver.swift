// SPDX-License-Identifier: GPL-2.0-or-later

/// A driver's source as it was given, before any build: kmend never writes into it.
package struct Driver: Codable, Hashable, Sendable {
  /// Where the source came from.
  package enum Origin: Codable, Hashable, Sendable {
    /// A directory on this machine, absolute path.
    case directory(path: String)
    /// A tar archive, absolute path and SHA-256 of its bytes.
    case tarball(path: String, sha256: String)
    /// A commit of a git repository, path or URL as given and 40 hex digits.
    case git(repository: String, commit: String)
    /// A Debian binary package with its version and the SHA-256 of the `.deb`.
    case debian(package: String, version: String, sha256: String)
  }
  /// Name for subjects and file names, e.g. `foo`.
  package var name: String
  /// The driver's own version, e.g. `0.12.7`; empty if unknown.
  package var version: String
  package var origin: Origin
  /// Absolute host path of a private, pristine copy of the source.
  package var root: String
  package var recipe: Recipe

  /// How its modules are built.
  package enum Recipe: Codable, Hashable, Sendable {
    /// `dkms.conf` in the root (dkms(8)); evaluated anew for every kernel, inside the sandbox.
    case dkms
    /// `make -C KERNEL M=DIR modules`; the folder that holds the Kbuild file, relative to the root, `.` for the root.
    case kbuild(directory: String)
    /// A Makefile that calls Kbuild itself; the folder that holds it, relative to the root.
    case makefile(directory: String)
  }

  package init(name: String, version: String, origin: Origin, root: String, recipe: Recipe) {
    self.name = name
    self.version = version
    self.origin = origin
    self.root = root
    self.recipe = recipe
  }
}

/// The text files of a driver that an adaptation may touch, by path relative to the driver's root.
///
/// Bytes, not strings: driver sources hold CRLF, Latin-1 and worse, and what is not edited must come back as it was.
package typealias SourceText = [UInt8]
