// SPDX-License-Identifier: GPL-2.0-or-later

import ChangeDetection
import ConversionIndex
import GitStore
import KernelModel

/// The API changes of a commit, read from its blobs before and after.
struct CommitChanges: Sendable {
  let commit: CommitChange
  let changes: [APIChange]

  /// A merge changes nothing by itself: what it merges is read by its own commits.
  ///
  /// - Throws: `Failure` (`badInput`) if the commit can't be read.
  init(of id: ObjectID, in repository: Repository) async throws {
    var commit = try await repository.change(by: id, in: .all) { ChangedFiles.isWanted($0) }
    var files = ChangedFiles()
    if commit.parents.count < 2 {
      for file in commit.files {
        try Task.checkCancellation()
        guard let text = await repository.texts(of: [file], limit: ChangedFiles.limit)[0] else {
          commit.unreadable += 1
          for blob in [file.old, file.new] where await repository.isDamaged(blob, limit: ChangedFiles.limit) {
            commit.damaged += 1
          }
          continue
        }
        files.add(file.path, before: file.old == .zero ? nil : text.old, after: file.new == .zero ? nil : text.new)
      }
    }
    changes = files.changes(message: commit.message)
    self.commit = commit
  }

  var origin: ChangeOrigin {
    ChangeOrigin(
      name: CommitName(id: commit.id.description, subject: commit.subject),
      author: "\(commit.author.name) <\(commit.author.address)>", seconds: commit.author.seconds)
  }
}
