// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import KernelModel
import Testing

/// Confidence is what held-out places say, and nothing else.
@Suite struct CalibrationTests {
  private static func grade(_ score: Double) -> Grade { Grade(share: score, score: score, isContextKnown: true) }

  /// `right` of a hundred places at each score.
  private static func places(_ bands: [(score: Double, right: Int)], tried: Int = 0) -> [HeldOutPlace] {
    bands.flatMap { band in
      (0..<100).map {
        HeldOutPlace(
          grade: grade(band.score), support: 3, replay: .init(reproduced: tried, tried: tried),
          isRight: $0 < band.right)
      }
    }
  }

  @Test(
    arguments: [
      // Right as often as the places were, whatever the score says.
      ([(0.2, 10), (0.5, 60), (0.8, 90)], [0.2: 0.1, 0.5: 0.6, 0.8: 0.9, 0.9: 0.9, 0.1: 0.1]),
      // A score that says nothing gives what all have in common.
      ([(0.2, 70), (0.5, 50), (0.8, 60)], [0.2: 0.6, 0.8: 0.6]),
      // Never less for a better score.
      ([(0.2, 20), (0.5, 80), (0.8, 60), (0.9, 95)], [0.2: 0.2, 0.5: 0.7, 0.8: 0.7, 0.9: 0.95]),
      // Nothing is ever sure.
      ([(0.2, 0), (0.9, 100)], [0.2: 0.01, 0.9: 0.99]),
    ] as [([(Double, Int)], [Double: Double])])
  func saysWhatItSaw(seen: [(Double, Int)], expected: [Double: Double]) throws {
    let calibration = try #require(Calibration(Self.places(seen)))
    for (score, confidence) in expected {
      let found = calibration.band(of: Self.grade(score), replay: .init(reproduced: 0, tried: 0))
      #expect(abs(found.confidence - confidence) < 0.011, "\(score): \(found)")
    }
    #expect(zip(calibration.bands, calibration.bands.dropFirst()).allSatisfy { $0.confidence < $1.confidence })
    #expect(calibration.bands.reduce(0) { $0 + $1.places } == 100 * seen.count)
  }

  @Test func fewPlacesSayNothing() {
    #expect(Calibration([]) == nil)
    #expect(Calibration(Array(Self.places([(0.5, 50), (0.6, 50)]).prefix(Calibration.leastPlaces - 1))) == nil)
    #expect(Calibration(Self.places([(0.5, 50), (0.6, 50)])) != nil)
  }

  /// Of two rules that look alike the one that held where it was tried is surer.
  @Test func replayCounts() throws {
    let calibration = try #require(
      Calibration(Self.places([(0.5, 30)]) + Self.places([(0.5, 90)], tried: 10)))
    let untried = calibration.band(of: Self.grade(0.5), replay: .init(reproduced: 0, tried: 0)).confidence
    let wrong = calibration.band(of: Self.grade(0.5), replay: .init(reproduced: 0, tried: 10)).confidence
    let right = calibration.band(of: Self.grade(0.5), replay: .init(reproduced: 10, tried: 10)).confidence
    #expect(abs(untried - 0.3) < 0.011 && wrong == untried && abs(right - 0.9) < 0.011)
  }

  private static func conversions(_ body: (Int) -> (String, String)) -> [Conversion] {
    (0..<20).map { number in
      func text(_ statement: String) -> String {
        "int f\(number)(struct unit *unit)\n{\n\tint ret = 0;\n\n\t\(statement)\n\treturn ret;\n}\n"
      }
      let (old, new) = body(number)
      return Conversion(path: "d\(number).c", oldText: text(old), newText: text(new), oldStart: 1, newStart: 1)
    }
  }

  /// A place is graded by what the other files show, never by itself.
  @Test func placesAreHeldOut() {
    let symbol = SoughtSymbol(name: "old", kind: .functionGone)
    let alike = Learner.heldOut(
      for: symbol, from: Self.conversions { ("old(unit, \($0));", "new(unit, \($0));") }, limit: 100)
    #expect(alike.count == 20 && alike.allSatisfy { $0.isRight && $0.support == 16 && $0.grade.share == 1 })
    #expect(alike.allSatisfy { $0.replay == .init(reproduced: 16, tried: 16) })
    #expect(
      Learner.heldOut(for: symbol, from: Self.conversions { ("old(\($0));", "new(\($0));") }, limit: 7).count == 7)
    // Where every file went its own way no other file foretells it.
    let own = Learner.heldOut(
      for: symbol, from: Self.conversions { ("old(unit);", "new\($0)(unit, ret);") }, limit: 100)
    #expect(own.allSatisfy { !$0.isRight }, "\(own)")
  }
}
