// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import Foundation
import Ledger
import Logging
import Pipeline
import TestSupport

/// The daemon, in this process.
extension WatchedTree {
  func workspace() throws -> Workspace {
    try Workspace(environment: [
      "KMEND_CACHE": folder + "/cache", "KMEND_CINDEX": "/bin/true", "KMEND_TEMPLATES": repositoryRoot + "/Templates",
    ])
  }

  /// One look at everything, and the jobs that follow; nobody waits.
  func once(in surroundings: LedgerStore.Surroundings = LedgerStore.Surroundings()) async throws {
    try await Daemon(
      workspace: try workspace(), configuration: configuration,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, in: surroundings
    ).once()
  }

  func control() throws -> Control { try Control(configuration: configuration, creating: true) }

  /// What the ledger says, in lines, sorted by what they are about, that do not depend on when or how often things were tried.
  func told() async throws -> [String] {
    let ledger = try LedgerStore(state + "/ledger.sqlite", creating: false)
    var lines: [String] = []
    for patch in try await ledger.patches(limit: 1000) {
      let seen = patch.sightings.map { sighting in
        "\(sighting.tree)\(sighting.isThere ? "" : " withdrawn")\(sighting.release.map { " " + $0 } ?? "")"
      }
      lines.append("\(patch.subject): \(patch.changes.map(\.kind.rawValue)) \(seen.sorted())")
    }
    lines.sort()
    var broken: [String] = []
    for forecast in try await ledger.forecasts() {
      let found = try JSONDecoder().decode(Forecast.self, from: forecast.content)
      let patch = try await ledger.patch(forecast.patch)
      broken.append("\(patch.subject) breaks \(found.site) \(found.certainty.rawValue)")
    }
    lines += broken.sorted()
    let jobs = try await ledger.jobs(limit: 1000)
    lines += jobs.filter { $0.state != .done }.map { "job \($0.kind) \($0.title) \($0.state.rawValue): \($0.problem)" }
    return lines
  }
}
