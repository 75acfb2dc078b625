// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import GitStore
import KernelModel

/// The conversions of a range of commits, from an index that grows: a commit that it holds is not read again.
struct CommitHistory {
  /// Texts larger than this were made by programs.
  private static let textLimit = 4 << 20
  /// Files whose texts are in memory at once.
  private static let batch = 64
  let workspace: Workspace
  let steps: Steps

  /// A range of commits as it was understood.
  struct Range {
    var from: ObjectID
    var to: ObjectID
  }

  /// Reads `A..B` or `A..`, which is `A..HEAD`.
  ///
  /// - Throws: `Failure`: `usage` for another form, `badInput` for names that lead to no commit.
  func range(_ text: String, in repository: Repository) async throws -> Range {
    guard let dots = text.range(of: ".."), !text.contains("..."), dots.lowerBound > text.startIndex else {
      throw Failure(.usage, text, "is no range of commits", remedy: "write it as OLD..NEW")
    }
    let end = text[dots.upperBound...]
    return Range(
      from: try await repository.resolve(String(text[..<dots.lowerBound])),
      to: try await repository.resolve(end.isEmpty ? "HEAD" : String(end)))
  }

  /// The conversions of the range; merges are left out, since what they merge is read by itself.
  ///
  /// - Throws: `Failure`: `badInput` if the repository lacks commits of the range, `unavailable` if the index can't be
  ///   written.
  func prepare(_ range: Range, in repository: Repository) async throws -> HistoryStore {
    try await steps.measure("index", "opening the index of commits") {
      let path = try IndexFolder(workspace).path(of: repository.path, kind: "commits")
      let selection = "\(range.from)..\(range.to)"
      if let store = try await HistoryStore.open(path, selection: selection) { return store }
      let writer = try await HistoryWriter.open(path) { steps.say("waiting for another process that reads commits") }
      let commits = try await repository.commits(from: range.from, to: range.to)
      let missing = try await writer.missing(commits.map(\.description)).compactMap { try? ObjectID($0) }
      for (number, commit) in missing.enumerated() {
        try Task.checkCancellation()
        if number.isMultiple(of: 100) { steps.say("reading commits: \(number) of \(missing.count)") }
        try await read(commit, from: repository, into: writer)
      }
      try await writer.select(commits.map(\.description), as: selection)
      guard let store = try await HistoryStore.open(path, selection: selection) else {
        throw Failure(.tryAgain, path, "can't be read after it was written", remedy: "remove it")
      }
      return store
    }
  }

  /// A commit that can't be read counts as one that was, so that it does not stop the others.
  private func read(_ commit: ObjectID, from repository: Repository, into writer: HistoryWriter) async throws {
    guard let change = try? await repository.change(by: commit, where: isIndexed) else {
      return try await writer.finish(CommitName(id: commit.description, subject: ""), message: "", unreadable: 1)
    }
    var unreadable = change.unreadable
    for start in stride(from: 0, to: change.files.count, by: Self.batch) {
      let files = Array(change.files[start..<min(start + Self.batch, change.files.count)])
      var texts: [ChangedText] = []
      for (file, text) in zip(files, await repository.texts(of: files, limit: Self.textLimit)) {
        guard let text, let lines = try? Diffing.changedLines(text.old, text.new) else {
          unreadable += 1
          continue
        }
        texts.append(
          ChangedText(path: file.path, old: text.old, new: text.new, changes: lines.map { ($0.old, $0.new) }))
      }
      unreadable += await writer.add(texts)
    }
    try await writer.finish(
      CommitName(id: commit.description, subject: change.subject), message: change.message, unreadable: unreadable)
  }
}
