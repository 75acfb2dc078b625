// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import GitStore
import KernelModel

/// Which files of a repository's commits hold a name. A blob is read once, whatever commits have it.
struct TreeNames {
  /// Blobs that are read at a time.
  private static let batch = 32
  let workspace: Workspace
  let steps: Steps

  /// For each question the files of the commit that hold its names, in git's order.
  ///
  /// - Throws: `Failure`: `badInput` if the commit can't be read, `unavailable` if the index can't be written.
  func files(
    holding questions: [NameStore.Question], in repository: Repository, at commit: ObjectID
  ) async throws -> [[BlobChange]] {
    let files = try await repository.files(of: commit) { ChangedFiles.isWanted($0) }
    let store = try await store(repository)
    try await grow(store, by: files, in: repository)
    let found = try await store.blobs(holding: questions)
    return found.map { blobs in files.filter { blobs.contains($0.new.description) } }
  }

  /// How many files of the commit were not read yet.
  ///
  /// - Throws: as `files(holding:in:at:)`.
  func unread(in repository: Repository, at commit: ObjectID) async throws -> Int {
    let files = try await repository.files(of: commit) { ChangedFiles.isWanted($0) }
    return try await store(repository).missing(files.map(\.new.description)).count
  }

  private func store(_ repository: Repository) async throws -> NameStore {
    try await NameStore.open(try IndexFolder(workspace).path(of: repository.path, kind: "names")) {
      steps.say("waiting for another process that reads the tree")
    }
  }

  private func grow(_ store: NameStore, by files: [BlobChange], in repository: Repository) async throws {
    let paths = Dictionary(files.map { ($0.new.description, $0) }) { one, _ in one }
    let missing = try await store.missing(paths.keys.sorted()).compactMap { paths[$0] }
    guard !missing.isEmpty else { return }
    let batches = stride(from: 0, to: missing.count, by: Self.batch).map {
      Array(missing[$0..<min($0 + Self.batch, missing.count)])
    }
    // One batch is unpacked while the names of the one before are read.
    var texts = await repository.texts(of: batches[0], limit: ChangedFiles.limit)
    for (number, batch) in batches.enumerated() {
      try Task.checkCancellation()
      if number.isMultiple(of: 64) {
        steps.say("reading names, once for each file: \(number * Self.batch) of \(missing.count)")
      }
      async let next =
        number + 1 < batches.count ? repository.texts(of: batches[number + 1], limit: ChangedFiles.limit) : []
      for (file, text) in zip(batch, texts) {
        // What can't be read holds nothing.
        try await store.add(file.new.description, nameHashes(text?.new ?? [], path: file.path))
      }
      texts = await next
    }
    try await store.finish()
  }
}
