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
    let repository = try await tree.open(mirrors: configuration.mirrors)
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
    guard waiting + moves.count <= configuration.limits.queue else {
      return ("\(tree.name): \(moves.count) refs moved; \(waiting) jobs wait, so they are looked at later", [])
    }
    let jobs = try await ledger.record(moves) { push in
      String(decoding: try JSONEncoder().encode(push), as: UTF8.self)
    }
    return jobs.map { ("\(tree.name): \(moves.count) refs moved", $0) }
  }
}

extension Configuration.Tree {
  /// - Throws: `Failure` if there is no repository, or it can't be fetched.
  func open(mirrors: String) async throws -> Repository {
    try await Repository.mirror(repository, at: "\(mirrors)/\(name).git")
  }
}
