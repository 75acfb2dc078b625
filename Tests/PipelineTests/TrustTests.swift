// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import DriverAdaptation
import KernelModel
import Pipeline
import Testing

/// The confidence of a series, and its reasons.
@Suite struct TrustTests {
  private static func rule(
    _ id: String, kind: Rule.Kind = .call, support: Int = 5, replay: (Int, Int) = (0, 0), twin: String? = nil
  ) -> Rule {
    var rule = Rule(
      id: id, symbol: id, kind: kind, smpl: "", summary: "`\(id)`", support: support, confidence: 1, opportunities: 5,
      examples: [], replay: .init(reproduced: replay.0, tried: replay.1), introduces: [], flags: [])
    rule.twins = twin.map { [Twin(file: "a.c", inTree: $0, likeness: 0.9)] }
    return rule
  }

  private static func grade(_ rule: String, _ score: Double, line: Int = 1) -> AdaptationChange.PlaceGrade {
    .init(
      site: Site(file: "a.c", line: line), rule: rule,
      grade: Grade(share: score, score: score, isContextKnown: true))
  }

  /// Half of the places are right at 0.4, nine of ten at 0.8.
  private static let calibration: Calibration? = Calibration(
    [(0.4, 49), (0.8, 89)].flatMap { score, right in
      (0..<98).map { number in
        HeldOutPlace(
          grade: Grade(share: score, score: score, isContextKnown: true), support: 3,
          replay: .init(reproduced: 0, tried: 0), isRight: number < right)
      }
    }
      + (0..<4).map { number in
        HeldOutPlace(
          grade: Grade(share: 0.4, score: 0.4, isContextKnown: true), support: 3,
          replay: .init(reproduced: 0, tried: 0), isRight: number < 2)
      })

  private static func verdict(_ gate: String, _ result: Verdict.Result, _ kernel: String = "6.12") -> Verdict {
    Verdict(gate: gate, kernel: kernel, result: result, summary: "")
  }

  private static func trust(
    _ rules: [Rule], _ grades: [AdaptationChange.PlaceGrade], gates: [Verdict] = [verdict("build", .passed)],
    isWhole: Bool = true, calibration: Calibration? = Self.calibration
  ) -> Trust {
    Trust(rules, grades: grades, definitions: ["defined"], calibration, gates: gates, isWhole: isWhole)
  }

  @Test func aRuleIsAsSureAsItsLeastSurePlace() {
    let found = Self.trust([Self.rule("one")], [Self.grade("one", 0.8), Self.grade("one", 0.4, line: 9)])
    #expect(found.rules.map(\.confidence) == [0.5])
    #expect(found.edits.map(\.confidence) == [0.9, 0.5] && found.edits.map(\.line) == [1, 9])
    #expect(found.confidence == 0.5)
    #expect(
      found.reasons == ["0.50  `one`: rules as strong were right at 51 of 102 held-out places; 5 files show it"])
  }

  @Test func rulesErrOnTheirOwn() {
    let found = Self.trust(
      [Self.rule("one"), Self.rule("two")], [Self.grade("one", 0.8), Self.grade("two", 0.4)])
    #expect(found.confidence == 0.45)
  }

  /// No number is made up.
  @Test func whatWasNotMeasuredHasNoNumber() {
    let rules = [Self.rule("one"), Self.rule("declared", kind: .declaration, support: 0), Self.rule("defined")]
    let found = Self.trust(rules, [Self.grade("one", 0.8)])
    #expect(found.rules.map(\.confidence) == [0.9, nil, nil] && found.confidence == 0.9)
    #expect(
      found.reasons.dropFirst() == [
        "   -  `declared`: not measured, follows from the declarations",
        "   -  `defined`: not measured, follows from the old kernel's own definition; 5 files show it",
      ])
    let none = Self.trust([rules[1]], [], gates: [Self.verdict("boot", .failed)])
    #expect(none.confidence == nil && none.reasons.count == 1)
    let unknown = Self.trust([rules[0]], [Self.grade("one", 0.8)], calibration: nil)
    #expect(unknown.confidence == nil && unknown.rules[0].reason == "the trees give too few places to hold out")
    #expect(Self.trust([Self.rule("learned")], []).rules[0].reason == "no place of its kind was held out")
  }

  /// Headers were held out file by file.
  @Test func headersHaveTheirOwnReplay() {
    let found = Self.trust([Self.rule("a.h", kind: .include, replay: (97, 98))], [])
    #expect(found.confidence == 0.98 && found.rules[0].reason == "right at 97 of 98 held-out files")
  }

  /// The twin is named, and moves nothing.
  @Test(arguments: [(1, "1 file shows it, the twin's own"), (5, "5 files show it, one of them a twin's")])
  func twins(support: Int, words: String) {
    let with = Self.trust([Self.rule("one", support: support, twin: "drivers/a.c")], [Self.grade("one", 0.8)])
    let without = Self.trust([Self.rule("one", support: support)], [Self.grade("one", 0.8)])
    #expect(with.confidence == without.confidence)
    #expect(with.rules[0].reason.hasSuffix(words), "\(with.rules[0].reason)")
  }

  @Test(
    arguments: [
      ([], 0.9, []), ([verdict("checkpatch", .failed)], 0.9, []), ([verdict("sparse", .passed)], 0.9, []),
      ([verdict("boot", .failed)], 0.45, ["0.50  boot on 6.12 failed"]),
      ([verdict("boot", .notRun, "6.1"), verdict("boot", .notRun)], 0.81, ["0.90  boot on 6.1, 6.12 not run"]),
      ([verdict("boot", .passed, "6.1"), verdict("boot", .failed)], 0.45, ["0.50  boot on 6.12 failed"]),
      (
        [verdict("boot", .failed), verdict("sparse", .notRun)], 0.405,
        ["0.50  boot on 6.12 failed", "0.90  sparse on 6.12 not run"]
      ),
      ([verdict("git-am", .failed, "")], 0, ["0.00  git-am failed"]),
    ] as [([Verdict], Double, [String])])
  func gates(gates: [Verdict], confidence: Double, reasons: [String]) {
    let found = Self.trust(
      [Self.rule("one")], [Self.grade("one", 0.8)], gates: [Self.verdict("build", .passed)] + gates)
    #expect(found.confidence == confidence)
    #expect(Array(found.reasons.dropFirst()) == reasons)
  }

  @Test func whatDoesNotBuildIsNotRight() {
    let grades = [Self.grade("one", 0.8)]
    #expect(Self.trust([Self.rule("one")], grades, gates: [Self.verdict("build", .failed)]).confidence == 0)
    #expect(Self.trust([Self.rule("one")], grades, isWhole: false).confidence == 0)
  }
}
