// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import ChangeDetection
import Foundation
import KernelModel
import Ledger

/// What somebody who pushed is told: nothing where nothing of the API changed.
struct PushAnswer {
  /// Changes and drivers that are named.
  private static let shown = 3
  private static let width = 200
  let ledger: LedgerStore

  /// - Parameter jobs: those that follow the push; what they found so far is told.
  func lines(of jobs: [Job]) async throws -> [String] {
    let results = jobs.compactMap { try? JSONDecoder().decode(PushResult.self, from: Data($0.result.utf8)) }
    var changes: [APIChange] = []
    var hits: [Int: Site] = [:]
    var callers: [String] = []
    for id in Set(results.flatMap(\.patches)).sorted() {
      changes += try await ledger.patch(id).changes.filter(\.isPublic)
      for forecast in try await ledger.forecasts(of: id) where hits[forecast.subscription] == nil {
        hits[forecast.subscription] = try JSONDecoder().decode(Forecast.self, from: forecast.content).site
      }
      for caller in try await ledger.callers(of: id) {
        let forecast = try JSONDecoder().decode(Forecast.self, from: caller.content)
        let words = "\(forecast.site) (\(forecast.change.name))"
        if !callers.contains(words) { callers.append(words) }
      }
    }
    var lines: [String] = []
    if !changes.isEmpty {
      let words = Self.listed(changes.map(\.sentence), of: changes.count, by: "; ")
      lines.append("\(Self.count(changes.count, "API change")): \(words)")
    }
    if !hits.isEmpty {
      var names: [String] = []
      for (id, site) in hits.sorted(by: { $0.key < $1.key }).prefix(Self.shown) {
        guard let subscription = try await ledger.subscription(id) else { continue }
        names.append("\(subscription.name) (\(site))")
      }
      let noun = Self.count(hits.count, "subscribed driver")
      lines.append("\(noun) \(hits.count == 1 ? "breaks" : "break"): \(Self.listed(names, of: hits.count, by: ", "))")
    }
    if !callers.isEmpty {
      let places = Self.listed(callers, of: callers.count, by: ", ")
      lines.append("\(Self.count(callers.count, "in-tree caller")) not converted: \(places)")
    }
    let open = jobs.filter { $0.isOpen && $0.result.isEmpty }
    if !open.isEmpty {
      lines.append("still being read: see kmend log \(open.map { "\($0.id)" }.joined(separator: ", "))")
    }
    return lines.map { "kmend: \(Self.plain($0))" }
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  private static func listed(_ words: [String], of count: Int, by separator: String) -> String {
    let more = count > shown ? "\(separator)and \(count - shown) more" : ""
    return words.prefix(shown).joined(separator: separator) + more
  }

  /// Nothing that a terminal would obey: the words are a stranger's.
  private static func plain(_ text: String) -> String {
    let clean = text.unicodeScalars.map { scalar in
      scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || scalar.properties.isBidiControl
        ? " " : String(scalar)
    }.joined()
    return clean.count > width ? clean.prefix(width - 1) + "…" : clean
  }
}
