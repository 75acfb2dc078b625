// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel

/// How a user names a change to the kernel.
package enum ChangePlace: Sendable, Hashable {
  /// Whatever names a commit of a repository.
  case commit(String)
  /// A file: an mbox, a mail, or a patch.
  case patches(String)
  /// The URL of a mail in a public-inbox archive.
  case thread(String)
  /// The Message-ID of a mail that a watched list has.
  case posted(String)

  /// - Parameter hasTree: whether there is a repository in which a commit may be named.
  /// - Throws: `Failure` (`usage`) for what can't be any of these.
  package init(_ text: String, hasTree: Bool) throws(Failure) {
    var isFolder: ObjCBool = false
    let isFile = FileManager.default.fileExists(atPath: text, isDirectory: &isFolder) && !isFolder.boolValue
    // A bare repository has a file HEAD.
    let isNamedAsFile = text.contains("/") || text.contains(/\.(mbox|patch|diff|eml)$/)
    if RemotePlace.isRemote(text) {
      self = .thread(text)
    } else if text.hasPrefix("<"), text.hasSuffix(">") {
      self = .posted(text)
    } else if isFile, isNamedAsFile || !hasTree {
      self = .patches(text)
    } else if hasTree {
      self = .commit(text)
    } else {
      throw Failure(.usage, text, "is no file", remedy: "say with --tree which repository has it")
    }
  }
}
