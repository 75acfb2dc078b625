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
    let own = Self.lines(of: patch, lines)
    let found = try await forecasts(of: patch.changes) { follows($0, own) }
    for (subscription, forecasts) in found { try await keep(forecasts, of: patch.id, for: subscription.id) }
    return Dictionary(uniqueKeysWithValues: found.map { ($0.subscription.id, $0.forecasts) })
  }

  /// What all patches that were seen are going to break in one driver.
  ///
  /// - Returns: those of them that break it, the oldest first.
  func hold(
    against subscription: Subscription, lines: [String: String]
  ) async throws -> [(patch: LedgerPatch, forecasts: [Forecast])] {
    guard let record = try await ledger.drivers([subscription.id])[subscription.id] else { return [] }
    let prediction = Prediction(try KeptUses.uses(record))
    var hits: [(patch: LedgerPatch, forecasts: [Forecast])] = []
    for patch in try await ledger.patches(limit: Self.limit) where !patch.isWithdrawn {
      try Task.checkCancellation()
      guard follows(subscription, Self.lines(of: patch, lines)) else { continue }
      let forecasts = prediction.forecasts(of: patch.changes)
      try await keep(forecasts, of: patch.id, for: subscription.id)
      if !forecasts.isEmpty { hits.append((patch, forecasts)) }
    }
    return hits.sorted { $0.patch.id < $1.patch.id }
  }

  /// What changes are going to break in all drivers; nothing is kept.
  ///
  /// - Parameter isMeant: which of them.
  func forecasts(
    of changes: [APIChange], where isMeant: (Subscription) -> Bool = { _ in true }
  ) async throws -> [(subscription: Subscription, forecasts: [Forecast])] {
    let question = Prediction.question(changes)
    guard !question.hits.isEmpty else { return [] }
    let users = try await ledger.users(of: question.hits).filter(isMeant)
    let names = question.besides.map { $0.union(question.hits) }
    let records = try await ledger.drivers(users.map(\.id), using: names)
    return try users.compactMap { subscription in
      guard let record = records[subscription.id] else { return nil }
      let forecasts = Prediction(try KeptUses.uses(record)).forecasts(of: changes)
      return forecasts.isEmpty ? nil : (subscription, forecasts)
    }
  }

  private func keep(_ forecasts: [Forecast], of patch: Int, for subscription: Int) async throws {
    let encoder = JSONEncoder()
    try await ledger.forecast(
      patch, for: subscription, try forecasts.prefix(Self.kept).map { ($0.certainty.rawValue, try encoder.encode($0)) })
  }

  private static func lines(of patch: LedgerPatch, _ lines: [String: String]) -> Set<String> {
    Set(patch.sightings.filter(\.isThere).map { lines[$0.tree] ?? $0.tree })
  }

  /// Places of a driver that are kept for one patch: nobody reads more.
  private static let kept = 500
  /// Patches that a new driver is held against.
  private static let limit = 20_000

  private func follows(_ subscription: Subscription, _ lines: Set<String>) -> Bool {
    subscription.lines.isEmpty || !lines.isDisjoint(with: subscription.lines)
  }
}
