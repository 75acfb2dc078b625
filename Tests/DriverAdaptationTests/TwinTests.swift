// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import DriverAdaptation
import KernelModel
import Testing

/// Near-copies of a driver are told by their text.
@Suite struct TwinTests {
  /// A file of twenty functions; `edit` changes the text of each.
  private static func file(_ prefix: String, _ edit: (Int, String) -> String = { $1 }) -> SourceText {
    let functions = (0..<20).map { number in
      edit(
        number,
        """
        static int \(prefix)_set_\(number)(struct unit *unit, u32 value)
        {
        \tu32 mask = BIT(\(number)) | value << \(number + 3);

        \tif (value > \(number * 7))
        \t\treturn -EINVAL;
        \tunit_write(unit, \(prefix.uppercased())_REG_\(number), mask & ~unit->locked); /* set */
        \treturn unit_wait(unit, \(number), 100);
        }

        """)
    }
    return SourceText(functions.joined().utf8)
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var driver: SourceText
    var inTree: [SourceText]
    var likeness: ClosedRange<Double>?
  }

  @Test(arguments: [
    Case(testDescription: "the same", driver: file("a"), inTree: [file("a")], likeness: 1...1),
    Case(
      testDescription: "the same in the newer tree", driver: file("a"),
      inTree: [file("b") { _, _ in "int x;" }, file("a")],
      likeness: 1...1),
    Case(
      testDescription: "white space and comments aside",
      driver: file("a") { _, text in text.replacing("\t", with: "    ").replacing("/* set */", with: "// is set") },
      inTree: [file("a")], likeness: 1...1),
    Case(
      testDescription: "a fork that went on",
      driver: file("a") { number, text in
        number % 5 == 0 ? text.replacing("unit_write(unit", with: "unit_store(unit->bus, unit") : text
      } + file("own") { _, text in text.replacing("unit", with: "bus").replacing("value", with: "level") },
      inTree: [file("a")], likeness: 0.8...0.95),
    Case(
      testDescription: "another driver of the same kind", driver: file("a"),
      inTree: [
        file("b") { number, text in
          text.replacing("mask", with: "bits").replacing("return unit_wait(unit, \(number), 100)", with: "return 0")
        }
      ], likeness: nil),
    Case(
      testDescription: "nothing in common", driver: file("a"), inTree: [SourceText("int main;".utf8)], likeness: nil),
    Case(testDescription: "no such file in either tree", driver: file("a"), inTree: [], likeness: nil),
    // What is as short as that is the frame that all drivers have.
    Case(
      testDescription: "too short to tell", driver: file("a") { number, text in number < 1 ? text : "" },
      inTree: [file("a") { number, text in number < 1 ? text : "" }], likeness: nil),
  ])
  func tells(_ case: Case) {
    let twins = Twins(driver: ["sub/a.c": `case`.driver, "a.h": Self.file("h"), "Makefile": Self.file("a")])
    let found = twins.twin(of: "drivers/unit/a.c", versions: `case`.inTree)
    #expect((found == nil) == (`case`.likeness == nil), "\(String(describing: found))")
    if let found, let likeness = `case`.likeness {
      #expect(likeness.contains(found.likeness), "\(found)")
      #expect((found.file, found.inTree) == ("sub/a.c", "drivers/unit/a.c"))
    }
  }

  @Test func headersAreHeldAgainstHeaders() {
    let twins = Twins(driver: ["a.c": Self.file("a")])
    #expect(twins.twin(of: "include/a.h", versions: [Self.file("a")]) == nil)
  }

  @Test func ofTwinsOnly() {
    var rule = Rule(
      id: "old-1", symbol: "old", kind: .call, smpl: "", summary: "", support: 1, confidence: 1, opportunities: 1,
      examples: [], replay: .init(reproduced: 0, tried: 0), introduces: [], flags: [])
    #expect(!rule.isOfTwinsOnly)
    rule.twins = [Twin(file: "a.c", inTree: "drivers/a.c", likeness: 0.9)]
    #expect(rule.isOfTwinsOnly)
    rule.support = 2
    #expect(!rule.isOfTwinsOnly)
  }
}
