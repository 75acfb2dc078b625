// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import KernelModel

/// A forecast as code scanners read it: SARIF 2.1.0
/// (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), one run for each driver.
package struct SARIFLog: Encodable, Sendable {
  private let schema = "https://json.schemastore.org/sarif-2.1.0.json"
  private let version = "2.1.0"
  private let runs: [Run]

  private enum CodingKeys: String, CodingKey {
    case schema = "$schema"
    case version, runs
  }

  package init(_ report: ForecastReport) {
    runs = report.drivers.map { driver in
      Run(driver, report.entries.filter { $0.driver == driver.name }, about: report.source)
    }
  }

  private struct Run: Encodable {
    var tool: Tool
    var automationDetails: Details
    var columnKind = "utf16CodeUnits"
    var results: [Result]

    init(_ driver: ForecastDriver, _ entries: [ForecastEntry], about source: String) {
      let rules = Set(entries.map(\.kind.rawValue)).sorted()
      tool = Tool(driver: .init(rules: rules.map { .init(id: $0) }))
      automationDetails = Details(id: "kmend-forecast/\(driver.name)", description: Text(text: source))
      results = entries.map(Result.init)
    }
  }
  private struct Tool: Encodable {
    struct Driver: Encodable {
      struct Rule: Encodable { var id: String }
      var name = "kmend"
      var rules: [Rule]
    }
    var driver: Driver
  }
  private struct Details: Encodable {
    var id: String
    var description: Text
  }
  private struct Text: Encodable { var text: String }

  private struct Result: Encodable {
    struct Location: Encodable { var physicalLocation: Physical }
    struct Physical: Encodable {
      struct Artifact: Encodable { var uri: String }
      struct Region: Encodable { var startLine: Int }
      var artifactLocation: Artifact
      var region: Region
    }
    var ruleId: String
    var level: String
    var message: Text
    var locations: [Location]
    var properties: [String: String]

    init(_ entry: ForecastEntry) {
      ruleId = entry.kind.rawValue
      switch entry.certainty {
      case .certain: level = "error"
      case .likely: level = "warning"
      case .possible: level = "note"
      }
      message = Text(text: entry.reason)
      locations = [
        Location(
          physicalLocation: .init(
            artifactLocation: .init(uri: SARIFLog.uri(entry.file)), region: .init(startLine: max(1, entry.line))))
      ]
      properties = ["certainty": entry.certainty.rawValue, "symbol": entry.symbol]
      if let origin = entry.change.origin { properties["change"] = origin.name.id }
    }
  }

  /// A path as a relative reference (RFC 3986): everything but what needs no escape.
  private static func uri(_ path: String) -> String {
    let hex = Array("0123456789ABCDEF")
    return path.utf8.map { byte in
      let isPlain =
        byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x30 && byte <= 0x39
        || [0x2D, 0x2E, 0x2F, 0x5F, 0x7E].contains(byte)
      return isPlain ? String(UnicodeScalar(byte)) : "%\(hex[Int(byte >> 4)])\(hex[Int(byte & 15)])"
    }.joined()
  }
}
