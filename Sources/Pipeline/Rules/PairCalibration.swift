// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import ConversionLearning
import Foundation
import KernelModel

/// How often rules are right between two trees: measured once per pair, and kept beside its index.
package struct PairCalibration: Sendable {
  /// Names that went from one tree to the other, evenly from the alphabet: with these a pair of releases gives some
  /// thousand places in a few seconds.
  private static let symbols = 400
  /// Files that lost such a name; with fewer there is little to hold out.
  private static let leastFiles = 8
  /// Of one symbol: the most frequent must not speak for all.
  private static let placesPerSymbol = 30
  /// What is kept; raised whenever rules are learned or graded in another way.
  private static let format = 10
  let workspace: Workspace
  let steps: Steps

  package init(workspace: Workspace, steps: Steps) { (self.workspace, self.steps) = (workspace, steps) }

  /// What was measured.
  package struct Measured: Codable, Sendable {
    var format: Int
    /// By symbol.
    package var places: [String: [HeldOutPlace]]

    package var calibration: Calibration? { Calibration(places.sorted { $0.key < $1.key }.flatMap(\.value)) }
  }

  /// The measurement of two kernels of the cache.
  ///
  /// - Throws: `Failure`: `usage` for unknown kernels, `unavailable` for kernels without source.
  package func measured(from: String, to: String) async throws -> Measured {
    let kernels = Kernels(workspace: workspace)
    let (old, new) = (try kernels.kernel(named: from), try kernels.kernel(named: to))
    let trees = try await TreeDeclarations(old: old, new: new, workspace: workspace, steps: steps)
    guard let store = trees.store else {
      throw Failure(
        .unavailable, "\(from), \(to)", "have no source to learn from", remedy: "add both as debian:VERSION")
    }
    return try await measured(store)
  }

  func measured(_ store: ConversionStore) async throws -> Measured {
    let path = store.path + ".confidence"
    if let bytes = FileManager.default.contents(atPath: path),
      let known = try? JSONDecoder().decode(Measured.self, from: bytes), known.format == Self.format
    {
      return known
    }
    let found = try await steps.measure("calibrate", "measuring how often rules are right, once per pair of kernels") {
      let names = try await store.goneNames(leastBytes: Self.leastFiles, limit: Self.symbols)
      let places = try await concurrently(
        2, names.map { name in { @Sendable in (name, try await heldOut(name, store)) } })
      return Measured(format: Self.format, places: Dictionary(uniqueKeysWithValues: places.filter { !$0.1.isEmpty }))
    }
    // Who can't keep it measures again.
    try? JSONEncoder().encode(found).write(to: URL(fileURLWithPath: path), options: .atomic)
    return found
  }

  private func heldOut(_ name: String, _ store: ConversionStore) async throws -> [HeldOutPlace] {
    let before = try await store.declarations(of: name, in: .old)
    let symbol = SoughtSymbol(name: name, kind: RuleListing.kind(name, nil, before, []))
    return try await RuleSource(source: ConversionSource(trees: store), code: [:])
      .heldOut(symbol, limit: Self.placesPerSymbol)
  }
}
