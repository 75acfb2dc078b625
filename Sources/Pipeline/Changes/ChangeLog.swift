// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import GitStore
import KernelModel

/// The API changes of a repository's history: commits are read once, and kept by symbol.
struct ChangeLog {
  let workspace: Workspace
  let steps: Steps

  /// - Parameter tip: everything that it descends from is in the store afterwards.
  /// - Throws: `Failure`: `badInput` if the repository lacks commits, `unavailable` if the store can't be written.
  func store(for repository: Repository, tip: ObjectID) async throws -> ChangeStore {
    try await steps.measure("log", "opening the log of API changes") {
      let path = try IndexFolder(workspace).path(of: repository.path, kind: "changes")
      let store = try await ChangeStore.open(path) { steps.say("waiting for another process that reads commits") }
      guard try await !store.holds(tip.description) else { return store }
      let commits = try await repository.commits(from: nil, to: tip)
      let missing = try await store.missing(commits.map(\.description)).compactMap { try? ObjectID($0) }
      for (number, commit) in missing.enumerated() {
        try Task.checkCancellation()
        if number.isMultiple(of: 100) { steps.say("reading commits: \(number) of \(missing.count)") }
        try await store.add(try await entry(commit, in: repository))
      }
      try await store.finish(tip.description)
      return store
    }
  }

  /// A commit that can't be read changed nothing that anybody can see: it does not stop the others.
  private func entry(_ commit: ObjectID, in repository: Repository) async throws -> ChangeStore.Entry {
    do {
      let found = try await CommitChanges(of: commit, in: repository)
      return ChangeStore.Entry(origin: found.origin, changes: found.changes)
    } catch let failure as Failure {
      let name = CommitName(id: commit.description, subject: failure.problem)
      return ChangeStore.Entry(origin: ChangeOrigin(name: name, author: "", seconds: 0), changes: [])
    }
  }
}
