// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import GitStore
import KernelModel
import MailFormat
import PatchFormat

/// A patch as it was mailed, or as it lies in a file.
struct MailedPatch {
  var commit: CommitName
  /// The mail's text above the diff.
  var message: String
  var files: [FileDiff]
  var origin: ChangeOrigin
  /// The diff is damaged.
  var isBroken: Bool

  /// - Parameters:
  ///   - bytes: the mail, or a diff with or without words above it.
  ///   - envelope: the line that begins a mail in a file; git puts the commit there.
  ///   - name: its subject if it has none.
  init(_ bytes: [UInt8], envelope: [UInt8] = [], name: String = "") {
    let mail = Message(parsing: bytes)
    let hash = String(decoding: envelope.split(separator: 0x20).dropFirst().first ?? [], as: UTF8.self)
    let commit = (try? ObjectID(hash)).flatMap { $0 == .zero ? nil : $0.description }
    let blob = (try? Diffing.blobID(bytes).description) ?? ""
    let id = commit ?? mail["Message-ID"].flatMap { MessageID($0)?.description } ?? blob
    self.commit = CommitName(id: id, subject: Self.subject(mail["Subject"] ?? name))
    (files, isBroken) = Self.files(mail.body)
    message = Self.message(mail.body)
    origin = ChangeOrigin(
      name: self.commit, author: mail["From"] ?? "", seconds: mail["Date"].flatMap { MailDate($0)?.seconds } ?? 0)
  }

  /// What its hunks show of each file.
  var texts: [ChangedText] { files.flatMap { PatchTexts(file: $0).texts } }

  private static func files(_ body: [UInt8]) -> ([FileDiff], isBroken: Bool) {
    do throws(Failure) {
      return (try DiffParser.parse(body), false)
    } catch {
      return ([], true)
    }
  }

  /// Without `Re:` and `[PATCH …]`.
  private static func subject(_ text: String) -> String {
    var rest = text[...]
    while true {
      rest = rest.drop { $0.isWhitespace }
      if rest.first == "[", let end = rest.firstIndex(of: "]") {
        rest = rest[rest.index(after: end)...]
      } else if rest.prefix(3).lowercased() == "re:" {
        rest = rest.dropFirst(3)
      } else {
        return String(rest.prefix(200))
      }
    }
  }

  private static func message(_ body: [UInt8]) -> String {
    let lines = body.split(separator: 0x0A, omittingEmptySubsequences: false).prefix { line in
      line != Array("---".utf8)[...] && !line.starts(with: "diff ".utf8) && !line.starts(with: "Index: ".utf8)
    }
    return String(decoding: Array(lines.joined(separator: [0x0A])), as: UTF8.self)
  }
}
