// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
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
  /// A release is a tag of this form, with a digit behind it.
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
    do {
      try await read(push, of: tree, job, say)
    } catch let failure as Failure where failure.code == .badInput {
      // A damaged repository may be mended, and a person hears of it when it is not.
      throw Failure(
        .tryAgain, failure.subject, failure.problem,
        remedy: "look at \(tree.repository) with git fsck, then kmend retry \(job.id)", detail: failure.detail)
    }
  }

  private func read(
    _ push: Push, of tree: Configuration.Tree, _ job: Job, _ say: @escaping @Sendable (String) -> Void
  ) async throws {
    let repository = try await tree.open(mirrors: configuration.mirrors, updating: false)
    let known = await there(push.known, repository)
    var unread: [Failure] = []
    let new = await there(push.move.new, repository)
    if new == nil, let name = push.move.new {
      // Otherwise it was dropped and collected.
      let refs = try await repository.refs(matching: tree.refs.map { RefPattern($0) })
      guard refs.unreadable[push.move.ref] == nil else {
        throw Failure(.badInput, name, "is missing, and \(push.move.ref) names it")
      }
    }
    if let new {
      try await restore(leadingTo: new, tree, repository)
      let added = try await repository.commits(leadingTo: new, butNotTo: known)
      let (patches, changing, failures) = try await read(added, of: tree, repository, job, say)
      unread = failures
      if Self.isRelease(push.move.ref) { try await release(push.move.ref, new, tree, repository, say) }
      try await ledger.step(job, "forecast")
      let result = try await hold(patches, commits: added.count, say)
      try await look(for: result, of: tree, in: repository, at: new, job, say)
      try await learn(changing, repository, job, say)
    }
    if let old = await there(push.move.old, repository) {
      try await ledger.step(job, "withdraw")
      // What other refs lead to by now is there.
      let live = try await repository.refs(matching: tree.refs.map { RefPattern($0) })
      if let failure = live.unreadable.values.first { throw failure }
      let gone = try await repository.commits(leadingTo: old, butNotTo: Array(Set(live.tips.values)))
      let patches = try await ledger.mark(gone.map(\.description), of: tree.name, there: false)
      if !patches.isEmpty { say("\(patches.count) changes were dropped") }
    }
    if let first = unread.first { throw first }
  }

  /// Records what the push brought; before that, where it does not take long, which callers it left as they were.
  private func look(
    for result: PushResult, of tree: Configuration.Tree, in repository: Repository, at new: ObjectID, _ job: Job,
    _ say: @Sendable (String) -> Void
  ) async throws {
    let callers = StandingCallers(workspace: workspace, ledger: ledger)
    func conclude() async throws {
      try await ledger.conclude(job, String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
    }
    do {
      if try await !callers.isQuick(repository, at: new) { try await conclude() }
      try await ledger.step(job, "in-tree callers")
      try await callers.look(result.patches, of: tree.name, in: repository, at: new, say)
    } catch let failure as Failure {
      say("in-tree callers are not known: \(failure)")
    }
    try await conclude()
  }

  private static func isRelease(_ ref: String) -> Bool {
    ref.hasPrefix(releases) && ref.dropFirst(releases.count).first?.isNumber ?? false
  }

  /// Commits that were dropped, and that a ref leads to again.
  private func restore(
    leadingTo new: ObjectID, _ tree: Configuration.Tree, _ repository: Repository
  ) async throws {
    let dropped = try await ledger.withdrawn(in: tree.name)
    guard !dropped.isEmpty else { return }
    var again: [String] = []
    for name in dropped {
      guard let id = await there(name, repository), try await repository.leads(new, to: id) else { continue }
      again.append(name)
    }
    _ = try await ledger.mark(again, of: tree.name, there: true)
  }

  /// How callers were converted is what rules are learned from. Nothing waits for it.
  private func learn(
    _ ranges: [CommitHistory.Range], _ repository: Repository, _ job: Job, _ say: @Sendable (String) -> Void
  ) async throws {
    guard !ranges.isEmpty else { return }
    try await ledger.step(job, "conversions of \(ranges.count) commits")
    let history = CommitHistory(workspace: workspace, steps: Steps { _ in })
    for range in ranges {
      do {
        _ = try await history.prepare(range, in: repository)
      } catch let failure as Failure {
        return say("conversions are not learned: \(failure)")
      }
    }
  }

  /// Reads the commits that nobody read yet.
  ///
  /// - Returns: the patches among all of them, the ranges of those that were read now, and why others could not be.
  private func read(
    _ commits: [ObjectID], of tree: Configuration.Tree, _ repository: Repository, _ job: Job,
    _ say: @Sendable (String) -> Void
  ) async throws -> (patches: [Int], changing: [CommitHistory.Range], unread: [Failure]) {
    let names = commits.map(\.description)
    let unseen = try await ledger.adopt(try await ledger.unseen(names, of: tree.name), for: tree.name)
    var changing: [CommitHistory.Range] = []
    var unread: [Failure] = []
    for (number, name) in unseen.enumerated() {
      try Task.checkCancellation()
      if number.isMultiple(of: 100) {
        try await ledger.step(job, "read \(number) of \(unseen.count)")
        if number > 0 { say("read \(number) of \(unseen.count) commits") }
      }
      let commit: SeenCommit
      do {
        let found = try await CommitChanges(of: try ObjectID(name), in: repository)
        guard found.commit.damaged == 0 else {
          throw Failure(.badInput, name, "has \(found.commit.damaged) objects that are damaged or missing")
        }
        commit = try await seen(found, in: tree, repository)
        if commit.patchID != nil, let parent = found.commit.parents.first {
          changing.append(.init(from: parent, to: found.commit.id))
        }
      } catch let failure as Failure where failure.code == .badInput {
        say("\(name.prefix(12)): \(failure)")
        unread.append(failure)
        continue
      }
      try await ledger.add(commit)
      if commit.patchID != nil {
        try await ledger.merge(
          title: commit.origin.name.subject, author: MailReading.address(commit.origin.author))
      }
    }
    return (try await ledger.patches(of: names, in: tree.name), changing, unread)
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
    for line in message.split(separator: "\n", maxSplits: 200).prefix(200) where line.utf8.count < 100 {
      let words = line.split(separator: " ").filter { $0 != "[" && $0 != "]" }.map { $0.lowercased() }
      guard words.count == 3, let id = words.first(where: { $0.utf8.count == 40 && $0.allSatisfy(\.isHexDigit) }) else {
        continue
      }
      if words == ["commit", id, "upstream."] || words == ["commit", id, "upstream"] { return id }
      if words == ["upstream", "commit", id] { return id }
    }
    return nil
  }

  /// What a release has that was only on its way before.
  private func release(
    _ ref: String, _ tip: ObjectID, _ tree: Configuration.Tree, _ repository: Repository,
    _ say: @Sendable (String) -> Void
  ) async throws {
    let open = try await ledger.unreleased(in: tree.name)
    guard !open.isEmpty else { return }
    let name = String(ref.dropFirst(Self.releases.count - 1))
    // Those that came before it.
    let time = await repository.time(of: tip)
    var others: [ObjectID] = []
    for (other, commit) in try await repository.refs(matching: [RefPattern(Self.releases + "*")]).tips
    where other != ref && commit != tip {
      if await repository.time(of: commit) < time { others.append(commit) }
    }
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
    var hits: [(patch: LedgerPatch, subscription: Int, forecasts: [Forecast])] = []
    for id in patches {
      try Task.checkCancellation()
      let patch = try await ledger.patch(id)
      let hit = try await forecasts.hold(patch, lines: lines)
      drivers.formUnion(hit.keys)
      hits += hit.sorted { $0.key < $1.key }.map { (patch, $0.key, $0.value) }
      let places = hit.values.reduce(0) { $0 + $1.count }
      say("\(patch.subject): \(patch.changes.count) API changes, \(hit.count) drivers, \(places) places")
    }
    say("\(commits) commits, \(patches.count) of them change the API, \(drivers.count) subscribed drivers are hit")
    try await ledger.add(try await DraftedSeries.jobs(hits, ledger, workspace))
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
