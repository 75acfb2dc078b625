// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import GitStore
import KernelModel
import Settings

/// `kmend forecast`: which drivers a change is going to break, and where, before anything is built.
package struct Forecasts: Sendable {
  /// What is held against the drivers.
  package enum Source: Sendable {
    /// All that changed between two kernels of the cache.
    case kernels(from: String, to: String)
    /// A commit, by name, of the repository in a folder.
    case commit(String, tree: String)
    /// An mbox, a mail or a patch, perhaps for what the repository in a folder has as its HEAD.
    case patches(String, tree: String?)
    /// A series in a public-inbox archive, by the URL of one of its mails.
    case thread(String)
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

  /// - Parameters:
  ///   - drivers: each as `DriverLoader.load` takes it; empty: those that are subscribed.
  ///   - kernel: at hand, by name: its headers with those of the commit laid over them tell what is certain.
  ///   - callers: whether the tree's own callers are looked for that the change leaves as they were.
  /// - Throws: `Failure`: `badInput` for what is no driver, commit, patch or posted series, `unavailable` for a kernel that
  ///   is not at hand.
  package func forecast(
    _ source: Source, drivers: [String], on kernel: String? = nil, callers: Bool = false
  ) async throws -> ForecastReport {
    let kernel = try kernel.map { try Kernels(workspace: workspace).kernel(named: $0) }
    let (changes, origin, title, version) = try await changes(source)
    let seen = changes.filter(\.isPublic)
    var report = ForecastReport(source: title, changes: seen.count, drivers: [], entries: [])
    if callers { try await addCallers(of: changes, source, origin, to: &report) }
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
      let (summary, entries) = try await forecast(seen, origin, driver, on: version) { forecasts, loaded, scratch in
        guard let kernel, !forecasts.isEmpty else { return forecasts }
        return try await confirmed(forecasts, source, loaded, on: kernel, scratch)
      }
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
    case .patches(let path, _):
      return Self.changes(of: try PostedSeries(file: path))
    case .thread(let url):
      let place = try MailPlace(url)
      return Self.changes(
        of: try PostedSeries(
          file: try await steps.measure("thread", "fetching the thread") {
            try await MailThread(workspace: workspace).series(at: place)
          }))
    case .posted(let id):
      guard let control else { throw Failure(.ourFault, id, "is asked for without a daemon") }
      guard let series = try await control.ledger.series(id) else {
        return Self.changes(of: try PostedSeries(file: try await fetched(id, control.configuration)))
      }
      let changes = try await changes(of: series.patch, control)
      let origin = ChangeOrigin(
        name: CommitName(id: series.root, subject: series.title), author: series.author, seconds: series.seconds)
      return (changes, origin, origin.name.description, nil)
    }
  }

  private static func changes(
    of series: PostedSeries
  ) -> (changes: [APIChange], origin: ChangeOrigin?, title: String, version: KernelVersion?) {
    let changes = PatchChanges.changes(in: series.files, message: series.message)
    return (changes, series.origin, series.origin.name.description, nil)
  }

  /// A series that the ledger does not have, from the servers of the watched lists.
  private func fetched(_ id: String, _ configuration: Configuration) async throws -> String {
    for list in configuration.list {
      guard let place = MailPlace(id, in: list) else { continue }
      do {
        return try await MailThread(workspace: workspace).series(at: place)
      } catch let failure as Failure where failure.code == .badInput {
        continue
      }
    }
    throw Failure(
      .badInput, id, "is in no list that is watched", remedy: "give the URL of the mail in an archive, or a file")
  }

  private func forecast(
    _ changes: [APIChange], _ origin: ChangeOrigin?, _ driver: String, on version: KernelVersion?,
    confirming: @Sendable ([Forecast], LoadedDriver, String) async throws -> [Forecast]
  ) async throws -> (ForecastDriver, [ForecastEntry]) {
    try await workspace.withScratch { scratch in
      let loaded = try await steps.measure("driver", "fetching the driver") {
        try await DriverLoader(workspace: workspace, scratch: scratch).load(driver, asCommit: false)
      }
      let uses = DriverUses(try DriverTexts.all(of: loaded.driver), on: version)
      let forecasts = try await confirming(Prediction(uses).forecasts(of: changes), loaded, scratch)
      let summary = ForecastDriver(
        name: loaded.driver.name, version: loaded.driver.version, worst: forecasts.map(\.certainty).max())
      return (summary, forecasts.map { ForecastEntry($0, driver: loaded.driver.name, origin: origin) })
    }
  }

  /// What libclang says of a forecast.
  private func confirmed(
    _ forecasts: [Forecast], _ source: Source, _ loaded: LoadedDriver, on kernel: Kernel, _ scratch: String
  ) async throws -> [Forecast] {
    guard case .commit(let name, let tree) = source else {
      throw Failure(.usage, kernel.identity.name, "confirms what a commit changes", remedy: "give --tree and a commit")
    }
    let repository = try Repository.open(tree)
    let builder = try Builder(workspace: workspace, scratch: scratch, logs: "\(scratch)/logs")
    let build = try await steps.measure("build", "building on \(kernel.identity.name)") {
      try await builder.build(loaded.driver, on: kernel, label: Builder.original)
    }
    return try await steps.measure("confirm", "reading the driver with the changed headers") {
      let headers = try await LaidHeaders(
        of: try await repository.resolve(name), in: repository, over: kernel, roots: build.record.kernelRoots)
      return try await Confirmation(
        workspace: workspace, build: build, headers: headers, sources: try DriverTexts.all(of: loaded.driver)
      ).confirmed(forecasts)
    }
  }

  private func addCallers(
    of changes: [APIChange], _ source: Source, _ origin: ChangeOrigin?, to report: inout ForecastReport
  ) async throws {
    let (name, folder, converted): (String, String, Set<String>)
    switch source {
    case .commit(let commit, let tree): (name, folder, converted) = (commit, tree, [])
    case .patches(let path, let tree?):
      let files = try PostedSeries(file: path).files
      (name, folder, converted) = ("HEAD", tree, Set(files.flatMap { [$0.oldPath, $0.newPath].compactMap { $0 } }))
    default: throw Failure(.usage, "callers", "are looked for in a tree", remedy: "give --tree")
    }
    let repository = try Repository.open(folder)
    let commit = try await repository.resolve(name)
    let found = try await UnconvertedCallers(names: TreeNames(workspace: workspace, steps: steps))
      .callers(of: changes, in: repository, at: commit, besides: converted)
    let driver = ForecastDriver(
      name: Self.inTree, version: String(commit.description.prefix(12)), worst: found.map(\.certainty).max())
    report.drivers.append(driver)
    report.entries += found.map { ForecastEntry($0, driver: Self.inTree, origin: origin) }
  }

  /// What the tree's own callers are called among the drivers.
  private static let inTree = "in-tree"

  private func changes(of patch: Int?, _ control: Control) async throws -> [APIChange] {
    guard let patch else { return [] }
    return try await control.ledger.patch(patch).changes
  }
}
