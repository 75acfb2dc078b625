// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import GitStore
import KernelModel

/// `kmend forecast`: which drivers a change is going to break, and where, before anything is built.
package struct Forecasts: Sendable {
  /// What is held against the drivers.
  package enum Source: Sendable {
    /// All that changed between two kernels of the cache.
    case kernels(from: String, to: String)
    /// A commit, by name, of the repository in a folder.
    case commit(String, tree: String)
    /// An mbox, a mail or a patch.
    case patches(String)
    /// A series that a watched list has, by the Message-ID of one of its mails.
    case posted(String)
  }
  private let workspace: Workspace
  private let steps: Steps

  /// Nil where nobody is subscribed.
  private let control: Control?

  /// - Parameter control: of the daemon whose lists and subscribed drivers are meant.
  package init(workspace: Workspace, steps: Steps, control: Control? = nil) {
    (self.workspace, self.steps, self.control) = (workspace, steps, control)
  }

  /// - Parameter drivers: each as `DriverLoader.load` takes it; empty: those that are subscribed.
  /// - Throws: `Failure`: `badInput` for what is no driver, commit, patch or posted series, `unavailable` for a kernel that
  ///   is not at hand.
  package func forecast(_ source: Source, drivers: [String]) async throws -> ForecastReport {
    let (changes, origin, title, version) = try await changes(source)
    let seen = changes.filter(\.isPublic)
    var report = ForecastReport(source: title, changes: seen.count, drivers: [], entries: [])
    if drivers.isEmpty, let control {
      for (subscription, forecasts) in try await StandingForecasts(ledger: control.ledger).forecasts(of: seen) {
        let worst = forecasts.map(\.certainty).max()
        report.drivers.append(
          .init(name: subscription.name, version: String(subscription.head.prefix(12)), worst: worst))
        report.entries += forecasts.map { ForecastEntry($0, driver: subscription.name, origin: origin) }
      }
      return report
    }
    for driver in drivers {
      let (summary, entries) = try await forecast(seen, origin, driver, on: version)
      report.drivers.append(summary)
      report.entries += entries
    }
    return report
  }

  private func changes(
    _ source: Source
  ) async throws -> (changes: [APIChange], origin: ChangeOrigin?, title: String, version: KernelVersion?) {
    switch source {
    case .kernels(let from, let to):
      let kernels = Kernels(workspace: workspace)
      let (old, new) = (try kernels.kernel(named: from), try kernels.kernel(named: to))
      let changes = try await PairChanges(workspace: workspace, steps: steps).changes(from: old, to: new)
      return (changes, nil, "\(old.identity.name) → \(new.identity.name)", KernelVersion(new.identity.sourceVersion))
    case .commit(let name, let tree):
      let repository = try Repository.open(tree)
      let found = try await CommitChanges(of: try await repository.resolve(name), in: repository)
      return (found.changes, found.origin, found.origin.name.description, nil)
    case .patches(let path):
      let series = try PostedSeries(file: path)
      let changes = PatchChanges.changes(in: series.files, message: series.message)
      return (changes, series.origin, series.origin.name.description, nil)
    case .posted(let id):
      guard let control, let series = try await control.ledger.series(id) else {
        throw Failure(.badInput, id, "is in no list that is watched", remedy: "give the mail as a file")
      }
      let changes = try await changes(of: series.patch, control)
      let origin = ChangeOrigin(
        name: CommitName(id: series.root, subject: series.title), author: series.author, seconds: series.seconds)
      return (changes, origin, origin.name.description, nil)
    }
  }

  private func forecast(
    _ changes: [APIChange], _ origin: ChangeOrigin?, _ driver: String, on version: KernelVersion?
  ) async throws -> (ForecastDriver, [ForecastEntry]) {
    try await workspace.withScratch { scratch in
      let loaded = try await steps.measure("driver", "fetching the driver") {
        try await DriverLoader(workspace: workspace, scratch: scratch).load(driver, asCommit: false)
      }
      let uses = DriverUses(try DriverTexts.all(of: loaded.driver), on: version)
      let forecasts = Prediction(uses).forecasts(of: changes)
      let summary = ForecastDriver(
        name: loaded.driver.name, version: loaded.driver.version, worst: forecasts.map(\.certainty).max())
      return (summary, forecasts.map { ForecastEntry($0, driver: loaded.driver.name, origin: origin) })
    }
  }

  private func changes(of patch: Int?, _ control: Control) async throws -> [APIChange] {
    guard let patch else { return [] }
    return try await control.ledger.patch(patch).changes
  }
}
