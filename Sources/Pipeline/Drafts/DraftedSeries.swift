// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import Foundation
import KernelModel
import Ledger
import Settings

/// The job that adapts a subscribed driver to a change which is going to break it, and keeps the series as a draft.
struct DraftedSeries {
  static let kind = "draft"
  /// Drafts that one push, two hundred series, or one driver that is new or meets new kernels, make at most.
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

  /// A job for each driver that a change is likely to break, and each set of kernels; none where no kernel is at hand to prove anything on.
  static func jobs(
    _ hits: [(patch: LedgerPatch, subscription: Int, forecasts: [Forecast])], _ ledger: LedgerStore,
    _ workspace: Workspace
  ) async throws -> [JobDraft] {
    let meant = hits.filter { hit in
      hit.forecasts.contains(where: isAnswerable) && !hit.patch.sightings.isEmpty
    }
    let kernels = try DraftTargets.digest(of: Kernels(workspace: workspace).all())
    guard !meant.isEmpty, let kernels else { return [] }
    var jobs: [JobDraft] = []
    for hit in meant.suffix(limit) {
      guard let subscription = try await ledger.subscription(hit.subscription) else { continue }
      let input = Input(subscription: subscription.id, patch: hit.patch.id, head: subscription.head)
      // A series whose mails come one by one changes more with each.
      var changes = ContentDigest()
      for change in hit.patch.changes { changes.add("\(change.kind.rawValue) \(change.name) \(change.site)\n".utf8) }
      jobs.append(
        JobDraft(
          kind: kind, key: "\(subscription.id) \(hit.patch.id) \(subscription.head) \(kernels) \(changes)",
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
    guard subscription.head == input.head else { return say("the driver has moved: another job is about that") }
    try await ledger.step(job, "targets")
    let targets = try await DraftTargets(
      workspace: workspace, ledger: ledger, configuration: configuration, subscription: subscription)
    let result = try await workspace.withScratch { scratch in
      let requests = try await targets.requests(for: patch, scratch: scratch, say: say)
      try await ledger.step(job, "adapt")
      return try await adapted(requests, say)
    }
    guard let result else { return say("the change is in no tree or list that is watched") }
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

  /// What the first request comes to whose kernel the driver builds on, and that has what the change is for; nil without
  /// requests.
  private func adapted(
    _ requests: [AdaptRequest], _ say: @escaping @Sendable (String) -> Void
  ) async throws -> Adaptations.Result? {
    var problem: Failure?
    for request in requests {
      do {
        return try await Adaptations(workspace: workspace, steps: Steps { $0.map(say) }).adapt(request)
      } catch let failure as Failure where failure.code == .badInput || failure.code == .unavailable {
        say("on \(request.from): \(failure)")
        problem = problem ?? failure
      }
    }
    if let problem { throw problem }
    return nil
  }
}
