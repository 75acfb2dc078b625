// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import Foundation
import GitStore
import KernelModel
import Ledger
import Settings

/// The job that adapts a subscribed driver to a change which is going to break it, and keeps the series as a draft.
struct DraftedSeries {
  static let kind = "draft"
  /// Drafts that one push, or one new driver, makes at most.
  static let limit = 20

  /// The job's input.
  struct Input: Codable {
    var subscription: Int
    var patch: Int
    /// The state of the driver: another one is another job.
    var head: String
  }
  let workspace: Workspace
  let ledger: LedgerStore
  let configuration: Configuration

  /// A job for each driver that a change is likely to break; none where no kernel is at hand to prove anything on.
  static func jobs(
    _ hits: [(patch: LedgerPatch, subscription: Int, forecasts: [Forecast])], _ ledger: LedgerStore,
    _ workspace: Workspace
  ) async throws -> [JobDraft] {
    let meant = hits.filter { hit in
      hit.forecasts.contains(where: isAnswerable) && !hit.patch.sightings.isEmpty
    }
    guard !meant.isEmpty, try !Kernels(workspace: workspace).all().isEmpty else { return [] }
    var jobs: [JobDraft] = []
    for hit in meant.suffix(limit) {
      guard let subscription = try await ledger.subscription(hit.subscription) else { continue }
      let input = Input(subscription: subscription.id, patch: hit.patch.id, head: subscription.head)
      jobs.append(
        JobDraft(
          kind: kind, key: "\(subscription.id) \(hit.patch.id) \(subscription.head)",
          source: "draft \(subscription.id)", title: "\(subscription.name): \(hit.patch.subject)",
          input: String(decoding: try JSONEncoder().encode(input), as: UTF8.self)))
    }
    return jobs
  }

  /// - Throws: `Failure` for a driver that can't be read, or does not build on the kernel at hand.
  func run(_ job: Job, say: @escaping @Sendable (String) -> Void) async throws {
    let input = try JSONDecoder().decode(Input.self, from: Data(job.input.utf8))
    guard let subscription = try await ledger.subscription(input.subscription) else {
      return say("nobody is subscribed to it any more")
    }
    let patch = try await ledger.patch(input.patch)
    let trees = Dictionary(configuration.tree.map { ($0.name, $0) }) { one, _ in one }
    guard let sighting = patch.sightings.first(where: { $0.isThere && trees[$0.tree] != nil }),
      let tree = trees[sighting.tree]
    else { return say("the change is in no tree that is watched") }
    let repository = try await tree.open(mirrors: configuration.mirrors, updating: false)
    let commit = try ObjectID(sighting.commit)
    guard subscription.head == input.head else { return say("the driver has moved: another job is about that") }
    try await ledger.step(job, "headers")
    let kernels = try await kernels(for: subscription, commit, repository, say)
    guard !kernels.isEmpty else {
      throw Failure(
        .unavailable, patch.subject, "changes headers that no kernel at hand has like that",
        remedy: "add a newer one with kmend kernel add, then kmend retry \(job.id)")
    }
    try await ledger.step(job, "adapt")
    let result = try await adapted(subscription, to: commit, of: repository, on: kernels, say)
    say("outcome \(result.report.outcome.rawValue)")
    guard result.report.outcome != .nothingToDo else { return try await refute(patch, subscription) }
    let levels = result.report.levels.map { "\($0.kernel) \($0.level.rawValue)" }.joined(separator: ", ")
    try await ledger.keepDraft(
      of: patch.id, for: subscription.id, head: input.head, outcome: result.report.outcome.rawValue, levels: levels,
      report: try JSONEncoder().encode(result.report), series: Data(result.mbox))
  }

  /// A compiler can tell.
  private static func isAnswerable(_ forecast: Forecast) -> Bool {
    forecast.certainty > .possible && Confirmation.seenByCompilers.contains(forecast.change.kind)
  }

  /// The compiler takes the driver with the changed headers: what it would have refused is forgotten, what it can't see
  /// stays.
  private func refute(_ patch: LedgerPatch, _ subscription: Subscription) async throws {
    let all = try await ledger.forecasts(of: patch.id, for: subscription.id)
    let left = try all.map { try JSONDecoder().decode(Forecast.self, from: $0.content) }.filter { forecast in
      !Self.isAnswerable(forecast) || !forecast.site.file.hasSuffix(".c")
    }
    let encoder = JSONEncoder()
    try await ledger.forecast(
      patch.id, for: subscription.id, try left.map { ($0.certainty.rawValue, try encoder.encode($0)) })
  }

  /// On the first of the kernels that the driver builds on.
  private func adapted(
    _ subscription: Subscription, to commit: ObjectID, of repository: Repository, on kernels: [Kernel],
    _ say: @escaping @Sendable (String) -> Void
  ) async throws -> Adaptations.Result {
    var problem: (any Error)?
    for kernel in kernels {
      let keep = try kept(subscription).map(\.identity.name).filter { $0 != kernel.identity.name }
      let request = AdaptRequest(
        driver: subscription.place, from: kernel.identity.name, to: commit.description, tree: repository.path,
        keep: keep, compat: subscription.compat.flatMap(CompatChoice.init) ?? .auto)
      do {
        return try await Adaptations(workspace: workspace, steps: Steps { $0.map(say) }).adapt(request)
      } catch let failure as Failure where failure.code == .badInput {
        say("on \(kernel.identity.name): \(failure)")
        problem = failure
      }
    }
    throw problem ?? Failure(.ourFault, subscription.place, "no kernel was tried")
  }

  /// Those at hand that have what the commit changes, the newest first; of those that are to be kept, where any are.
  private func kernels(
    for subscription: Subscription, _ commit: ObjectID, _ repository: Repository, _ say: @Sendable (String) -> Void
  ) async throws -> [Kernel] {
    let kept = try kept(subscription)
    let all = kept.isEmpty ? try Kernels(workspace: workspace).all() : kept
    func version(_ kernel: Kernel) -> KernelVersion {
      KernelVersion(kernel.identity.sourceVersion) ?? KernelVersion([])
    }
    let newest = all.sorted { version($0) > version($1) }
    var fitting: [Kernel] = []
    for kernel in newest {
      let headers = try await LaidHeaders(of: commit, in: repository, over: kernel, roots: kernel.headerRoots)
      guard headers.left.isEmpty else {
        say("\(kernel.identity.name) has \(headers.left.sorted().prefix(3).joined(separator: ", ")) otherwise")
        continue
      }
      fitting.append(kernel)
    }
    return fitting
  }

  /// Those of the subscription's kernels that are at hand.
  private func kept(_ subscription: Subscription) throws -> [Kernel] {
    try Kernels(workspace: workspace).all().filter { kernel in
      subscription.keep.contains { [kernel.identity.name, kernel.identity.request].contains($0) }
    }
  }
}
