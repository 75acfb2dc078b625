// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// How often a rule of some strength is right: measured at places of the kernel's own tree that were held out from
/// learning.
///
/// A monotone step function, fitted by pooling adjacent violators: "confidence 0.9" means that of ten held-out places as
/// strong as this one the developers wrote nine times what the rule says. No compiler takes part, which would refuse some
/// of the wrong ones, and differing from the developers is not always wrong: it is a lower limit.
///
/// The strength is the mean of the rank at the place (share in the context, files that show it, doubts) and of the lower
/// limit of the rule's own replay. Measured on three pairs of kernels, each half of the symbols predicted from the other:
/// with the replay the mean square error is 0.12 to 0.15, without it 0.14 to 0.16, and rules that no replay confirmed are
/// then taken for twice as good as they are. How many files show a rule and whether the tree knows the context make no
/// difference beyond the rank.
package struct Calibration: Codable, Hashable, Sendable {
  /// Strengths of `from` and more, below the next band's.
  package struct Band: Codable, Hashable, Sendable {
    package var from: Double
    package var right: Int
    package var places: Int

    package init(from: Double, right: Int, places: Int) { (self.from, self.right, self.places) = (from, right, places) }

    /// With one place of either kind added, as nothing is ever sure.
    package var confidence: Double { Double(right + 1) / Double(places + 2) }
  }
  /// Fewer places say nothing.
  package static let leastPlaces = 200
  /// Bands before pooling.
  private static let bands = 20
  /// By `from`, ascending, and so by confidence.
  package let bands: [Band]

  /// Nil where there are too few places.
  package init?(_ places: [HeldOutPlace]) {
    guard places.count >= Self.leastPlaces else { return nil }
    let sorted = places.map { (strength: Self.strength($0.grade, $0.replay), isRight: $0.isRight) }
      .sorted { $0.strength < $1.strength }
    var bands: [Band] = []
    for (index, place) in sorted.enumerated() {
      let isFull = (bands.last?.places ?? .max) >= sorted.count / Self.bands
      // Places of one strength stay together.
      if bands.isEmpty || isFull && place.strength > sorted[index - 1].strength {
        bands.append(Band(from: place.strength, right: 0, places: 0))
      }
      bands[bands.count - 1].places += 1
      if place.isRight { bands[bands.count - 1].right += 1 }
    }
    self.bands = Self.pooled(bands)
  }

  /// The band of a rule at a place: what is below the lowest one is counted to it.
  package func band(of grade: Grade, replay: Rule.Replay) -> Band {
    let strength = Self.strength(grade, replay)
    return bands.last { $0.from <= strength } ?? bands[0]
  }

  /// What is known before anybody looks at what comes of the rule, 0…1.
  private static func strength(_ grade: Grade, _ replay: Rule.Replay) -> Double {
    (grade.score + Confidence.lowerLimit(replay.reproduced, replay.tried)) / 2
  }

  /// Neighbours of which the upper one is no better become one.
  private static func pooled(_ bands: [Band]) -> [Band] {
    var pooled: [Band] = []
    for band in bands {
      pooled.append(band)
      while pooled.count > 1, case let last = pooled[pooled.count - 1], case let before = pooled[pooled.count - 2],
        last.confidence <= before.confidence
      {
        pooled.removeLast(2)
        pooled.append(
          Band(from: before.from, right: before.right + last.right, places: before.places + last.places))
      }
    }
    return pooled
  }
}
