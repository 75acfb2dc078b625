// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import Foundation
import GitStore
import KernelModel
import Ledger

/// Keeps which places of a watched tree the changes that it has got leave as they were.
struct StandingCallers {
  /// Patches of one push, and patches before it, that are looked at; the newest.
  private static let limit = (new: 300, old: 100)
  /// Places that are kept for one patch: nobody reads more.
  private static let kept = 200
  /// Files whose names are not known yet that may be read while somebody waits.
  private static let atOnce = 2000
  let workspace: Workspace
  let ledger: LedgerStore

  /// Whether nobody has to wait for the tree to be read.
  func isQuick(_ repository: Repository, at commit: ObjectID) async throws -> Bool {
    try await names.unread(in: repository, at: commit) <= Self.atOnce
  }

  /// Looks for the callers that patches left, and whether those that earlier ones left are still there.
  ///
  /// - Parameter patches: what a tree got with this commit.
  /// - Throws: `Failure`, as `TreeNames.files`.
  func look(
    _ patches: [Int], of tree: String, in repository: Repository, at commit: ObjectID,
    _ say: @Sendable (String) -> Void
  ) async throws {
    if patches.count > Self.limit.new { say("callers are looked for of the last \(Self.limit.new) changes only") }
    let open = try await ledger.patchesWithCallers(in: tree, limit: Self.limit.old)
    let asked = Set(patches.suffix(Self.limit.new)).union(open).sorted()
    var changes: [Int: [APIChange]] = [:]
    for id in asked {
      let patch = try await ledger.patch(id)
      let seen = patch.sightings.filter { $0.tree == tree && $0.isThere }
      // What was dropped asks nothing of callers; what another branch has is asked there.
      guard !seen.isEmpty else {
        changes[id] = []
        continue
      }
      for sighting in seen where changes[id] == nil {
        guard let own = try? ObjectID(sighting.commit), try await repository.leads(commit, to: own) else { continue }
        changes[id] = patch.changes
      }
    }
    let found = try await UnconvertedCallers(names: names)
      .callers(of: asked.flatMap { changes[$0] ?? [] }, in: repository, at: commit)
    let encoder = JSONEncoder()
    for (id, changes) in changes.sorted(by: { $0.key < $1.key }) {
      let own = Set(changes)
      let left = found.filter { own.contains($0.change) }
      try await ledger.keepCallers(try left.prefix(Self.kept).map(encoder.encode), of: id, in: tree)
      if !left.isEmpty, patches.contains(id) { say("\(left.count) in-tree callers are not converted") }
    }
  }

  private var names: TreeNames { TreeNames(workspace: workspace, steps: Steps { _ in }) }
}
