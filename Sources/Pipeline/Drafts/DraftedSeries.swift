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
      hit.forecasts.contains { $0.certainty > .possible } && !hit.patch.sightings.isEmpty
    }
    guard !meant.isEmpty, try !Kernels(workspace: workspace).all().isEmpty else { return [] }
    var jobs: [JobDraft] = []
    for hit in meant.suffix(limit) {
      guard let subscription = try await ledger.subscription(hit.subscription) else { continue }
      let input = Input(subscription: subscription.id, patch: hit.patch.id, head: subscription.head)
      jobs.append(
        JobDraft(
          kind: kind, key: "\(subscription.id) \(hit.patch.id) \(subscription.head)",
          source: "driver \(subscription.id)", title: "\(subscription.name): \(hit.patch.subject)",
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
    try await ledger.step(job, "headers")
    guard let kernel = try await kernel(for: subscription, commit, repository, say) else {
      return say("no kernel at hand has the headers that the change is about: add a newer one")
    }
    try await ledger.step(job, "adapt")
    let keep = try kept(subscription).map(\.identity.name).filter { $0 != kernel.identity.name }
    let request = AdaptRequest(
      driver: subscription.place, from: kernel.identity.name, to: commit.description, tree: repository.path, keep: keep,
      compat: subscription.compat.flatMap(CompatChoice.init) ?? .auto)
    let result = try await Adaptations(workspace: workspace, steps: Steps { $0.map(say) }).adapt(request)
    say("outcome \(result.report.outcome.rawValue)")
    guard result.report.outcome != .nothingToDo else {
      // The compiler knows better than the forecast.
      return try await ledger.forecast(patch.id, for: subscription.id, [])
    }
    let levels = result.report.levels.map { "\($0.kernel) \($0.level.rawValue)" }.joined(separator: ", ")
    try await ledger.keepDraft(
      of: patch.id, for: subscription.id, head: input.head, outcome: result.report.outcome.rawValue, levels: levels,
      report: try JSONEncoder().encode(result.report), series: Data(result.mbox))
  }

  /// The newest kernel at hand that has what the commit changes; of those that are to be kept, where any are.
  private func kernel(
    for subscription: Subscription, _ commit: ObjectID, _ repository: Repository, _ say: @Sendable (String) -> Void
  ) async throws -> Kernel? {
    let kept = try kept(subscription)
    let all = kept.isEmpty ? try Kernels(workspace: workspace).all() : kept
    func version(_ kernel: Kernel) -> KernelVersion {
      KernelVersion(kernel.identity.sourceVersion) ?? KernelVersion([])
    }
    let newest = all.sorted { version($0) > version($1) }
    for kernel in newest {
      let headers = try await LaidHeaders(of: commit, in: repository, over: kernel, roots: kernel.headerRoots)
      if headers.left.isEmpty { return kernel }
      say("\(kernel.identity.name) has \(headers.left.sorted().prefix(3).joined(separator: ", ")) otherwise")
    }
    return nil
  }

  /// Those of the subscription's kernels that are at hand.
  private func kept(_ subscription: Subscription) throws -> [Kernel] {
    try Kernels(workspace: workspace).all().filter { kernel in
      subscription.keep.contains { [kernel.identity.name, kernel.identity.request].contains($0) }
    }
  }
}
