// SPDX-License-Identifier: GPL-2.0-or-later

import CGit2
import KernelModel

/// The name of a blob, tree or commit: 40 hexadecimal digits.
package struct ObjectID: Codable, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// - Throws: `Failure` (`badInput`) for anything but 40 hexadecimal digits.
  package init(_ text: String) throws(Failure) {
    let digits = text.lowercased()
    guard digits.utf8.count == 40, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { throw Failure(.badInput, String(text.prefix(60)), "is not the name of a git object") }
    description = digits
  }

  init(_ oid: git_oid) {
    var oid = oid
    description = withUnsafeBytes(of: &oid.id) { bytes in
      bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
  }

  /// As libgit2 has it.
  var oid: git_oid {
    var oid = git_oid()
    // Can't fail: the digits were checked.
    _ = git_oid_fromstr(&oid, description)
    return oid
  }

  /// What git writes where there is no object.
  package static let zero = ObjectID(git_oid())
}
