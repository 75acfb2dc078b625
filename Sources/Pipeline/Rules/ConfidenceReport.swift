// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import KernelModel

/// What `kmend confidence --json` prints (schema `kmend-confidence-1`, described in README.md).
package struct ConfidenceReport: Codable, Sendable {
  package var schema = "kmend-confidence-1"
  package var from: String
  package var to: String
  /// Names of which places were held out, and all their places.
  package var symbols: Int
  package var places: Int
  /// By strength, ascending; empty where there are too few places.
  package var bands: [Band]
  /// What was predicted for each half of the symbols from the other half, against what came of it.
  package var check: [Check]

  /// Rules of this strength, or up to the next, are right so often.
  package struct Band: Codable, Sendable {
    package var strength: Double
    package var right: Int
    package var places: Int
    package var confidence: Double
  }

  /// Places with a predicted confidence from `low` to below `high`.
  package struct Check: Codable, Sendable {
    package var low: Double
    package var high: Double
    package var places: Int
    /// Mean of the predictions.
    package var predicted: Double
    package var right: Int
  }

  package init(from: String, to: String, _ measured: PairCalibration.Measured) {
    (self.from, self.to) = (from, to)
    symbols = measured.places.count
    places = measured.places.values.reduce(0) { $0 + $1.count }
    bands = (measured.calibration?.bands ?? []).map {
      Band(strength: $0.from, right: $0.right, places: $0.places, confidence: $0.confidence)
    }
    check = Self.check(measured.places.sorted { $0.key < $1.key }.map(\.value))
  }

  private static func check(_ symbols: [[HeldOutPlace]]) -> [Check] {
    let halves = [0, 1].map { half in
      symbols.enumerated().filter { $0.offset % 2 == half }.flatMap(\.element)
    }
    var predictions: [(confidence: Double, isRight: Bool)] = []
    for (taught, tried) in [(halves[0], halves[1]), (halves[1], halves[0])] {
      guard let calibration = Calibration(taught) else { return [] }
      predictions += tried.map { (calibration.band(of: $0.grade, replay: $0.replay).confidence, $0.isRight) }
    }
    return [(0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 1)].compactMap { low, high in
      let own = predictions.filter { $0.confidence >= low && $0.confidence < high }
      guard !own.isEmpty else { return nil }
      return Check(
        low: low, high: high, places: own.count,
        predicted: own.reduce(0) { $0 + $1.confidence } / Double(own.count), right: own.count(where: \.isRight))
    }
  }
}
