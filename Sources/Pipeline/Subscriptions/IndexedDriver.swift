// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import Foundation
import KernelModel
import Ledger

/// The job that reads what a subscribed driver uses, and holds what was seen against it.
struct IndexedDriver {
  static let kind = "index"

  /// The job's input.
  struct Input: Codable {
    var subscription: Int
    /// What made it necessary; tells one job from the next.
    var reason: String
  }
  /// Later than any kernel: what a driver has for the newest ones is what the next change breaks.
  private static let newest = KernelVersion([9999])
  let workspace: Workspace
  let ledger: LedgerStore

  static func draft(_ subscription: Int, _ place: String, reason: String) throws -> JobDraft {
    let input = Input(subscription: subscription, reason: reason)
    return JobDraft(
      kind: kind, key: "\(subscription) \(reason)", source: "driver \(subscription)", title: place,
      input: String(decoding: try JSONEncoder().encode(input), as: UTF8.self))
  }

  /// - Throws: `Failure` for a driver that can't be read.
  func run(_ job: Job, lines: [String: String], say: @escaping @Sendable (String) -> Void) async throws {
    let input = try JSONDecoder().decode(Input.self, from: Data(job.input.utf8))
    guard let subscription = try await ledger.subscription(input.subscription) else {
      return say("nobody is subscribed to it any more")
    }
    try await ledger.step(job, "read")
    try await workspace.withScratch { scratch in
      let loaded = try await DriverLoader(workspace: workspace, scratch: scratch).load(
        subscription.place, asCommit: true)
      let texts = try DriverTexts.all(of: loaded.driver)
      let uses = DriverUses(texts, on: Self.newest)
      let head = loaded.commit?.description ?? Self.digest(texts)
      say("\(loaded.driver.name) \(head.prefix(12)): \(texts.count) files, \(uses.names.count) names")
      try await ledger.index(subscription.id, try KeptUses.record(uses, head: head))
    }
    try await ledger.step(job, "forecast")
    let hits = try await StandingForecasts(ledger: ledger).hold(against: subscription, lines: lines)
    say("\(hits.count) of the changes that were seen break it")
    let drafts = try await DraftedSeries.jobs(
      hits.map { ($0.patch, subscription.id, $0.forecasts) }, ledger, workspace)
    try await ledger.add(drafts)
  }

  private static func digest(_ texts: [String: [UInt8]]) -> String {
    var digest = ContentDigest()
    for (path, text) in texts.sorted(by: { $0.key < $1.key }) {
      digest.add(path.utf8)
      digest.add(text)
    }
    return digest.description
  }
}
