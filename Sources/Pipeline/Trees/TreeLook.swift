// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GitStore
import KernelModel
import Ledger
import Settings

/// One look at a watched tree: which of its refs moved since the last one.
struct TreeLook {
  let ledger: LedgerStore
  let configuration: Configuration

  /// Records a job for each move; for a tree that is seen for the first time it records where it is, and no more.
  ///
  /// - Returns: what was found, for people, and the jobs that follow; nil where nothing moved.
  /// - Throws: `Failure` if the tree can't be read: what was known of it stays.
  func look(at tree: Configuration.Tree) async throws -> (words: String, jobs: [Int])? {
    let repository = try await tree.open(mirrors: configuration.mirrors, updating: true)
    let patterns = tree.refs.map { RefPattern($0) }
    let tips = try await repository.refs(matching: patterns).mapValues(\.description)
    guard let known = try await ledger.refs(of: tree.name) else {
      try await ledger.begin(tree.name, at: tips)
      return tips.isEmpty ? nil : ("\(tree.name): \(tips.count) refs, seen for the first time", [])
    }
    let moves = Set(tips.keys).union(known.keys).sorted().compactMap { ref -> RefMove? in
      known[ref] == tips[ref] ? nil : RefMove(tree: tree.name, ref: ref, old: known[ref], new: tips[ref])
    }
    guard !moves.isEmpty else { return nil }
    let waiting = try await ledger.jobCounts()[.waiting, default: 0]
    // What is beyond the queue is seen at the next look.
    let room = max(0, min(configuration.limits.queue - waiting, Self.atOnce))
    guard room > 0 else { return nil }
    let jobs = try await ledger.record(Array(moves.prefix(room))) { push in
      String(decoding: try JSONEncoder().encode(push), as: UTF8.self)
    }
    return jobs.map { ("\(tree.name): \(moves.count) refs moved", $0) }
  }

  /// Moves that are recorded at once: each knows where all others were.
  private static let atOnce = 200
}

extension Configuration.Tree {
  /// - Throws: `Failure` if there is no repository, or it can't be fetched.
  ///
  /// - Parameter updating: whether what is remote is fetched first.
  func open(mirrors: String, updating: Bool) async throws -> Repository {
    try await Repository.mirror(repository, at: "\(mirrors)/\(name).git", updating: updating)
  }
}
