// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GitStore
import KernelModel
import Ledger
import Settings

/// What a push brought.
struct PushResult: Codable, Hashable {
  var commits: Int
  /// Those that change the API.
  var patches: [Int]
}

/// The job that reads what a move of a ref brought or took away, and says whom it breaks.
struct PushReading {
  /// A release is a tag of this form.
  private static let releases = "refs/tags/v"
  let workspace: Workspace
  let ledger: LedgerStore
  let configuration: Configuration

  /// - Throws: `Failure` if the tree is not configured any more, or can't be read.
  func run(_ job: Job, say: @escaping @Sendable (String) -> Void) async throws {
    let push = try JSONDecoder().decode(Push.self, from: Data(job.input.utf8))
    guard let tree = configuration.tree.first(where: { $0.name == push.move.tree }) else {
      return say("the tree is not watched any more")
    }
    let repository = try await tree.open(mirrors: configuration.mirrors)
    let known = await there(push.known, repository)
    let (old, new) = (await there(push.move.old, repository), await there(push.move.new, repository))
    if let old {
      try await ledger.step(job, "withdraw")
      let gone = try await repository.commits(leadingTo: old, butNotTo: known + [new].compactMap { $0 })
      let patches = try await ledger.mark(gone.map(\.description), of: tree.name, there: false)
      if !patches.isEmpty { say("\(patches.count) changes were dropped") }
    }
    guard let new else { return }
    if push.move.ref.hasPrefix(Self.releases) { return try await release(push.move.ref, new, tree, repository, say) }
    let added = try await repository.commits(leadingTo: new, butNotTo: known + [old].compactMap { $0 })
    _ = try await ledger.mark(added.map(\.description), of: tree.name, there: true)
    let patches = try await read(added, of: tree, repository, job, say)
    try await ledger.step(job, "forecast")
    let result = try await hold(patches, commits: added.count, say)
    try await ledger.conclude(job, String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
  }

  /// Reads the commits that nobody read yet.
  ///
  /// - Returns: the patches among all of them.
  private func read(
    _ commits: [ObjectID], of tree: Configuration.Tree, _ repository: Repository, _ job: Job,
    _ say: @Sendable (String) -> Void
  ) async throws -> [Int] {
    let names = commits.map(\.description)
    let unseen = try await ledger.adopt(try await ledger.unseen(names, of: tree.name), for: tree.name)
    var changing: [CommitHistory.Range] = []
    for (number, name) in unseen.enumerated() {
      try Task.checkCancellation()
      if number.isMultiple(of: 100) {
        try await ledger.step(job, "read \(number) of \(unseen.count)")
        if number > 0 { say("read \(number) of \(unseen.count) commits") }
      }
      let commit: SeenCommit
      do {
        let found = try await CommitChanges(of: try ObjectID(name), in: repository)
        commit = try await seen(found, in: tree, repository)
        if commit.patchID != nil, let parent = found.commit.parents.first {
          changing.append(.init(from: parent, to: found.commit.id))
        }
      } catch let failure as Failure {
        say("\(name.prefix(12)): \(failure.description)")
        commit = SeenCommit(
          tree: tree.name,
          origin: ChangeOrigin(name: CommitName(id: name, subject: failure.problem), author: "", seconds: 0),
          patchID: nil, upstream: nil, changes: [])
      }
      _ = try await ledger.add(commit)
      if commit.patchID != nil {
        try await ledger.merge(
          title: commit.origin.name.subject, author: MailReading.address(commit.origin.author))
      }
    }
    // How callers were converted: what rules are learned from.
    try await ledger.step(job, "conversions of \(changing.count) commits")
    let history = CommitHistory(workspace: workspace, steps: Steps { _ in })
    for range in changing { _ = try await history.prepare(range, in: repository) }
    return try await ledger.patches(of: names, in: tree.name)
  }

  private func seen(
    _ found: CommitChanges, in tree: Configuration.Tree, _ repository: Repository
  ) async throws -> SeenCommit {
    let patchID = found.changes.isEmpty ? nil : try await repository.patchID(of: found.commit.id).description
    return SeenCommit(
      tree: tree.name, origin: found.origin, patchID: patchID, upstream: Self.upstream(found.commit.message),
      changes: found.changes)
  }

  /// `commit … upstream.` or `[ Upstream commit … ]`, as stable trees say
  /// (Documentation/process/stable-kernel-rules.rst).
  static func upstream(_ message: String) -> String? {
    let found = message.firstMatch(
      of: /(?m)^\s*(?:\[ Upstream commit ([0-9a-f]{40}) \]|commit ([0-9a-f]{40}) upstream\.?)\s*$/)
    return (found?.output.1 ?? found?.output.2).map(String.init)
  }

  /// What a release has that was only on its way before.
  private func release(
    _ ref: String, _ tip: ObjectID, _ tree: Configuration.Tree, _ repository: Repository,
    _ say: @Sendable (String) -> Void
  ) async throws {
    let open = try await ledger.unreleased(in: tree.name)
    guard !open.isEmpty else { return }
    let name = String(ref.dropFirst(Self.releases.count - 1))
    let others = try await repository.refs(matching: [RefPattern(Self.releases + "*")])
      .filter { $0.key != ref && $0.value != tip }.map(\.value)
    let held = try await repository.commits(leadingTo: tip, butNotTo: others).map(\.description).filter(open.contains)
    try await ledger.release(held, of: tree.name, as: name)
    say("\(name) has \(held.count) changes that were on their way")
  }

  private func hold(
    _ patches: [Int], commits: Int, _ say: @Sendable (String) -> Void
  ) async throws -> PushResult {
    let lines = configuration.lines
    let forecasts = StandingForecasts(ledger: ledger)
    var drivers: Set<Int> = []
    for id in patches {
      try Task.checkCancellation()
      let patch = try await ledger.patch(id)
      let hit = try await forecasts.hold(patch, lines: lines)
      drivers.formUnion(hit.keys)
      let places = hit.values.reduce(0) { $0 + $1.count }
      say("\(patch.subject): \(patch.changes.count) API changes, \(hit.count) drivers, \(places) places")
    }
    say("\(commits) commits, \(patches.count) of them change the API, \(drivers.count) subscribed drivers are hit")
    return PushResult(commits: commits, patches: patches)
  }

  /// Those that the repository still has: what was dropped may have been collected since.
  private func there(_ names: [String], _ repository: Repository) async -> [ObjectID] {
    var found: [ObjectID] = []
    for name in names { if let id = await there(name, repository) { found.append(id) } }
    return found
  }

  private func there(_ name: String?, _ repository: Repository) async -> ObjectID? {
    guard let id = name.flatMap({ try? ObjectID($0) }), await repository.has(id) else { return nil }
    return id
  }
}
