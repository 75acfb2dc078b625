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

  /// What a look found.
  struct Found {
    /// For people; nil where nothing moved.
    var words: String?
    /// Those that follow.
    var jobs: [Int] = []
    /// Why a ref can't be read: what was known of it stays.
    var problem: Failure?
  }

  /// Records a job for each move; for a tree that is seen for the first time it records where it is, and no more.
  ///
  /// - Throws: `Failure` if the tree can't be read: what was known of it stays.
  func look(at tree: Configuration.Tree) async throws -> Found {
    let repository = try await tree.open(mirrors: configuration.mirrors, updating: true)
    let patterns = tree.refs.map { RefPattern($0) }
    let refs = try await repository.refs(matching: patterns)
    let tips = refs.tips.mapValues(\.description)
    var found = Found(problem: refs.unreadable.sorted { $0.key < $1.key }.first?.value)
    guard let known = try await ledger.refs(of: tree.name) else {
      try await ledger.begin(tree.name, at: tips)
      found.words = tips.isEmpty ? nil : "\(tree.name): \(tips.count) refs, seen for the first time"
      return found
    }
    let moves = Set(tips.keys).union(known.keys).sorted().compactMap { ref -> RefMove? in
      guard known[ref] != tips[ref], refs.unreadable[ref] == nil else { return nil }
      return RefMove(tree: tree.name, ref: ref, old: known[ref], new: tips[ref])
    }
    guard !moves.isEmpty else { return found }
    let waiting = try await ledger.jobCounts()[.waiting, default: 0]
    // What is beyond the queue is seen at the next look.
    let room = max(0, min(configuration.limits.queue - waiting, Self.atOnce))
    guard room > 0 else { return found }
    let jobs = try await ledger.record(Array(moves.prefix(room))) { push in
      String(decoding: try JSONEncoder().encode(push), as: UTF8.self)
    }
    if let jobs { (found.words, found.jobs) = ("\(tree.name): \(moves.count) refs moved", jobs) }
    return found
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
