// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import KernelModel

/// What `kmend forecast --json` prints (schema `kmend-forecast-1`, described in README.md).
package struct ForecastReport: Codable, Sendable {
  package static let schema = "kmend-forecast-1"
  package var schema = Self.schema
  /// What was asked: two kernels, a commit, a file with patches.
  package var source: String
  /// API changes that drivers out of the tree can see.
  package var changes: Int
  /// Drivers that were looked at, and what can't be said of them.
  package var drivers: [ForecastDriver]
  /// By driver, file and line.
  package var entries: [ForecastEntry]
}

/// A driver that a change was held against.
package struct ForecastDriver: Codable, Sendable {
  package var name: String
  package var version: String
  /// The surest of its entries; nil where there is none.
  package var worst: Forecast.Certainty?
}

/// A place that is going to break.
package struct ForecastEntry: Codable, Sendable {
  package var driver: String
  /// Relative to the driver's root.
  package var file: String
  package var line: Int
  package var symbol: String
  package var kind: APIChange.Kind
  package var certainty: Forecast.Certainty
  package var reason: String
  package var change: ForecastChange
}

/// Which change it is.
package struct ForecastChange: Codable, Sendable {
  /// Nil between two kernels, where no commit is known.
  package var origin: ChangeOrigin?
  package var before: String?
  package var after: String?
  /// In the kernel's tree.
  package var site: Site
}

extension ForecastEntry {
  init(_ forecast: Forecast, driver: String, origin: ChangeOrigin?) {
    let change = forecast.change
    self.init(
      driver: driver, file: forecast.site.file, line: forecast.site.line, symbol: change.name, kind: change.kind,
      certainty: forecast.certainty, reason: forecast.reason,
      change: ForecastChange(
        origin: origin, before: change.before?.text, after: change.after?.text, site: change.site))
  }
}
