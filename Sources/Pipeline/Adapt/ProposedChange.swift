// SPDX-License-Identifier: GPL-2.0-or-later

import Correspondence
import Foundation
import GitStore
import KernelModel
import MailFormat

/// A series that was posted and that no tree has: as a commit, in a repository of this run.
struct ProposedChange {
  /// Folder of the repository.
  let repository: String
  let commit: ObjectID
  let cause: ChangeReport.Cause

  /// Applies the series to the first commit that takes it: the one that it says it is for, else those that are given.
  ///
  /// - Parameter scratch: a folder of this run.
  /// - Throws: `Failure`: `badInput` if the file holds no series, `unavailable` if it applies to none of the commits.
  init(_ proposal: AdaptRequest.Proposal, in tree: String, workspace: Workspace, scratch: String) async throws {
    let isRemote = RemotePlace.isRemote(proposal.place)
    let file =
      isRemote
      ? try await MailThread(workspace: workspace).series(at: try MailPlace(proposal.place)) : proposal.place
    guard let bytes = FileManager.default.contents(atPath: file).map([UInt8].init) else {
      throw Failure(.badInput, file, "can't be read")
    }
    let series = try PostedSeries(file: file)
    let mails = bytes.starts(with: "From ".utf8) ? Mbox.messages(bytes) : [Message(parsing: bytes)]
    let source = try Repository.open(tree)
    var bases: [ObjectID] = []
    for name in [Self.base(mails)].compactMap(\.self) + proposal.bases {
      guard let base = try? await source.resolve(name), !bases.contains(base) else { continue }
      bases.append(base)
    }
    // The same series on the same commit is the same commit again.
    let author = Signature(name: "kmend", address: "kmend@localhost", seconds: series.origin.seconds, offset: 0)
    let diffs = mails.compactMap { Self.diff($0.body) }
    guard diffs.reduce(0, { $0 + Self.files(in: $1) }) == series.files.count else {
      throw Failure(
        .unavailable, series.origin.name.subject, "has diffs that are not in git's form",
        remedy: "apply them to a branch and name its commits")
    }
    var made: (path: String, commit: ObjectID)?
    for (number, base) in bases.enumerated() where made == nil {
      let path = "\(scratch)/proposed-\(number).git"
      let found = try await source.applying(
        diffs, to: base, at: path, message: series.origin.name.subject, author: author)
      made = found.map { (path, $0.commit) }
    }
    guard let made else {
      throw Failure(
        .unavailable, series.origin.name.subject, "applies to no commit of \(tree) that was tried",
        remedy: "name a tree that has what it builds on")
    }
    (repository, commit) = made
    cause = ChangeReport.Cause(
      commit: "", subject: series.origin.name.subject, release: "",
      link: proposal.link ?? (isRemote ? proposal.place : nil),
      messageID: MessageID(series.origin.name.id)?.description)
  }

  /// `base-commit: …` (git-format-patch(1)).
  private static func base(_ mails: [Message]) -> String? {
    let mark = Array("\nbase-commit: ".utf8)
    for mail in mails {
      guard let place = mail.body.firstRange(of: mark) else { continue }
      let id = mail.body[place.upperBound...].prefix { $0 > 0x20 }
      if id.count == 40, let found = try? ObjectID(String(decoding: id, as: UTF8.self)) { return found.description }
    }
    return nil
  }

  private static func files(in diff: [UInt8]) -> Int {
    let mark = Array("diff --git ".utf8)
    return diff.split(separator: 0x0A).count { $0.starts(with: mark) }
  }

  /// Without the words before it; nil for a mail without one.
  private static func diff(_ body: [UInt8]) -> [UInt8]? {
    let mark = Array("diff --git ".utf8)
    if body.starts(with: mark) { return body }
    return body.firstRange(of: [0x0A] + mark).map { Array(body[($0.lowerBound + 1)...]) }
  }
}
