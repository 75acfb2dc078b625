// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GitStore
import KernelModel
import MailFormat
import PatchFormat

/// The patches of one file: an mbox, a mail, or a diff.
struct PostedSeries {
  /// A file that is larger holds no series that anybody reviews.
  private static let limit = 64 << 20
  /// The first patch or the cover letter.
  private(set) var origin: ChangeOrigin
  /// The words above the diffs, of all mails.
  private(set) var message = ""
  /// Of all patches, in their order.
  private(set) var files: [FileDiff] = []
  /// Mails whose diff is damaged.
  private(set) var unreadable = 0

  /// - Throws: `Failure` (`badInput`) if it can't be read or holds no diff.
  init(file path: String) throws {
    guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped),
      bytes.count <= Self.limit
    else {
      throw Failure(.badInput, path, "can't be read, or is larger than \(Self.limit >> 20) MB")
    }
    let isMailbox = bytes.starts(with: "From ".utf8)
    let ranges = isMailbox ? bytes.withUnsafeBytes { Mbox.ranges(in: $0) } : [0..<bytes.count]
    let name = URL(fileURLWithPath: path).lastPathComponent
    let patches = ranges.map { range in
      let piece = [UInt8](bytes[range])
      let entry = isMailbox ? Mbox.entry(piece) : (envelope: [], text: piece)
      return MailedPatch(entry.text, envelope: entry.envelope, name: name)
    }
    guard let first = patches.first, patches.contains(where: { !$0.files.isEmpty }) else {
      throw Failure(.badInput, path, "holds no diff", remedy: "name an mbox, a mail with a patch, or a diff")
    }
    self.init(patches, origin: first.origin)
  }

  /// - Parameter patches: with the cover letter if there is one, in their order.
  init(_ patches: [MailedPatch], origin: ChangeOrigin) {
    self.origin = origin
    files = patches.flatMap(\.files)
    unreadable = patches.count(where: \.isBroken)
    message = patches.map { $0.commit.subject + "\n\n" + $0.message }.joined(separator: "\n\n")
  }
}
