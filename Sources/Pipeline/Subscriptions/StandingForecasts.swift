// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import Foundation
import KernelModel
import Ledger

/// Holds the changes that were seen against the drivers that are subscribed, and keeps what is going to break.
struct StandingForecasts {
  let ledger: LedgerStore

  /// What a patch is going to break in all drivers that follow one of its lines.
  ///
  /// - Parameter lines: for each tree the line of development that it is of.
  /// - Returns: by subscription, the drivers that it hits.
  func hold(_ patch: LedgerPatch, lines: [String: String]) async throws -> [Int: [Forecast]] {
    let question = Prediction.question(patch.changes)
    guard !question.hits.isEmpty else { return [:] }
    let own = Set(patch.sightings.filter(\.isThere).map { lines[$0.tree] ?? $0.tree })
    var found: [Int: [Forecast]] = [:]
    for id in try await ledger.users(of: question.hits) {
      guard let subscription = try await ledger.subscription(id), follows(subscription, own) else { continue }
      let forecasts = try await hold(patch, question, against: id)
      if !forecasts.isEmpty { found[id] = forecasts }
    }
    return found
  }

  /// What all patches that were seen are going to break in one driver.
  func hold(against subscription: Subscription, lines: [String: String]) async throws -> Int {
    var hits = 0
    for patch in try await ledger.patches(limit: Self.limit) where !patch.isWithdrawn {
      try Task.checkCancellation()
      let own = Set(patch.sightings.filter(\.isThere).map { lines[$0.tree] ?? $0.tree })
      guard follows(subscription, own) else { continue }
      let found = try await hold(patch, Prediction.question(patch.changes), against: subscription.id)
      hits += found.isEmpty ? 0 : 1
    }
    return hits
  }

  /// Patches that a new driver is held against.
  private static let limit = 20_000

  private func follows(_ subscription: Subscription, _ lines: Set<String>) -> Bool {
    subscription.lines.isEmpty || !lines.isDisjoint(with: subscription.lines)
  }

  private func hold(
    _ patch: LedgerPatch, _ question: Prediction.Question, against subscription: Int
  ) async throws -> [Forecast] {
    let names = question.besides.map { $0.union(question.hits) }
    guard let record = try await ledger.driver(subscription, using: names) else { return [] }
    let forecasts = Prediction(try KeptUses.uses(record)).forecasts(of: patch.changes)
    let encoder = JSONEncoder()
    try await ledger.forecast(
      patch.id, for: subscription, try forecasts.map { ($0.certainty.rawValue, try encoder.encode($0)) })
    return forecasts
  }
}
