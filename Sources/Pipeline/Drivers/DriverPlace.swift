// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel

/// Where a driver is, as a user names it.
enum DriverPlace: Equatable {
  /// `PACKAGE[=VERSION]` of Debian's archive.
  case package(String)
  /// A repository without a working tree, or one that is to be cloned, and the commit that is meant.
  case repository(String, reference: String, isRemote: Bool)
  /// Absolute path of an archive.
  case tarball(String)
  /// Absolute path of a folder, and whether it is a working tree of git.
  case folder(String, isRepository: Bool)

  /// Reads `debian:PACKAGE[=VERSION]`, `REPOSITORY[#REF]`, an `https://` URL, a tarball or a directory.
  ///
  /// - Throws: `Failure` (`badInput`) if nothing is there.
  init(_ text: String) throws {
    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
    if text.hasPrefix("debian:") {
      self = .package(String(text.dropFirst(7)))
      return
    }
    let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    if text.contains("://") || (parts.count == 2 && !exists(text)) {
      let reference = parts.count == 2 ? parts[1] : "HEAD"
      self = .repository(parts[0], reference: reference, isRemote: text.contains("://"))
      return
    }
    let path = URL(fileURLWithPath: text).standardizedFileURL.path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw Failure(
        .badInput, text, "no such driver",
        remedy: "give a directory, a tarball, a git repository or debian:PACKAGE[=VERSION]")
    }
    if !isFolder.boolValue {
      self = .tarball(path)
    } else if exists("\(path)/HEAD"), exists("\(path)/objects"), exists("\(path)/refs") {
      self = .repository(path, reference: "HEAD", isRemote: false)
    } else {
      self = .folder(path, isRepository: exists("\(path)/.git"))
    }
  }

  /// Whether it has files of its own that `--in-place` could change.
  var hasFiles: Bool { if case .folder = self { true } else { false } }

  /// Whether it is a repository of this machine that `--branch` could commit to.
  var hasRepository: Bool {
    switch self {
    case .folder(_, let isRepository): isRepository
    case .repository(_, _, let isRemote): !isRemote
    case .package, .tarball: false
    }
  }
}
