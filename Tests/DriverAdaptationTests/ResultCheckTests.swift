// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import DriverAdaptation
import KernelModel
import Testing

/// A call whose errors are told in another way: the check of its result follows.
@Suite struct ResultCheckTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var body: String
    var expected: String
    var isFlagged = false
    /// Lines of the body that the new kernel skips.
    var inactive: [ClosedRange<Int>] = []
    var testDescription: String { body }
  }

  static let cases: [Case] = [
    Case(
      body: "\tx = make(2);\n\tif (!x)\n\t\treturn -1;",
      expected: "\tx = make(NULL, 2);\n\tif (IS_ERR(x))\n\t\treturn -1;"),
    Case(
      body: "\tstruct x *x = make(2);\n\n\tif (unlikely(!x))\n\t\treturn -1;",
      expected: "\tstruct x *x = make(NULL, 2);\n\n\tif (unlikely(IS_ERR(x)))\n\t\treturn -1;"),
    Case(
      body: "\ty = o->x[0].x = make(2);\n\ty->n = 1;\n\tif (!o->x[0].x || bad)\n\t\treturn -1;",
      expected: "\ty = o->x[0].x = make(NULL, 2);\n\ty->n = 1;\n\tif (IS_ERR(o->x[0].x) || bad)\n\t\treturn -1;"),
    Case(
      body: "\tx = make(2);\n#ifdef OLD\n\tif (!x)\n#else\n\tif (IS_ERR(x))\n#endif\n\t\treturn -1;",
      expected: "\tx = make(NULL, 2);\n#ifdef OLD\n\tif (!x)\n#else\n\tif (IS_ERR(x))\n#endif\n\t\treturn -1;",
      inactive: [5...5]),
    Case(body: "\tx = make(2);\n\tuse(x);", expected: "\tx = make(NULL, 2);\n\tuse(x);", isFlagged: true),
    Case(
      body: "\tx = make(2);\n\tif (!x)\n\t\tgoto out;\nout:\n\tif (x)\n\t\tdestroy(x);",
      expected: "\tx = make(NULL, 2);\n\tif (IS_ERR(x))\n\t\tgoto out;\nout:\n\tif (x)\n\t\tdestroy(x);",
      isFlagged: true),
    Case(
      body: "\tif (a)\n\t\tx = other();\n\telse\n\t\tx = make(2);\n\tif (!x)\n\t\treturn -1;",
      expected: "\tif (a)\n\t\tx = other();\n\telse\n\t\tx = make(NULL, 2);\n\tif (!x)\n\t\treturn -1;",
      isFlagged: true),
    Case(
      body: "\tx = make(2);\n\tif (!x < 0)\n\t\treturn -1;",
      expected: "\tx = make(NULL, 2);\n\tif (!x < 0)\n\t\treturn -1;", isFlagged: true),
    Case(
      body: "\tx = make(2);\n\tif (x->bad)\n\t\treturn -1;",
      expected: "\tx = make(NULL, 2);\n\tif (x->bad)\n\t\treturn -1;", isFlagged: true),
    Case(
      body: "\tx = make(2);\n\tx = other();\n\tif (!x)\n\t\treturn -1;",
      expected: "\tx = make(NULL, 2);\n\tx = other();\n\tif (!x)\n\t\treturn -1;", isFlagged: true),
  ]

  private static func function(_ body: String) -> String { "static int f(struct own *o)\n{\n\(body)\n\treturn 0;\n}\n" }

  /// - Parameter checked: how many of ten files check the result in the new way.
  private static func rules(checked: Int) -> [LearnedRule] {
    let conversions = (0..<10).map { number in
      Conversion(
        path: "drivers/d\(number).c", oldText: function("\to->x = make(\(number));\n\tif (!o->x)\n\t\treturn -1;"),
        newText: function(
          "\to->x = make(NULL, \(number));\n\tif (\(number < checked ? "IS_ERR(o->x)" : "!o->x"))\n\t\treturn -1;"),
        oldStart: 10, newStart: 10)
    }
    return Learner.rules(for: SoughtSymbol(name: "make", kind: .arguments), from: conversions)
  }

  @Test func learns() throws {
    let check = try #require(Self.rules(checked: 9).first?.check)
    #expect(check == ResultCheck(old: ["!¤0"], new: "IS_ERR(¤0)", support: 9, files: 10))
    #expect(check.isSure)
    #expect(try #require(Self.rules(checked: 3).first?.check).isSure == false)
    #expect(Self.rules(checked: 2).first?.check == nil)
  }

  @Test(arguments: cases)
  func table(_ example: Case) throws {
    let finished = try Self.adapt(example, Self.rules(checked: 10))
    #expect(finished.text == Self.function(example.expected))
    #expect(finished.flags.contains { $0.reason == .valueUsed } == example.isFlagged)
  }

  @Test func flagsWhatTheTreeIsNotOfOneMindAbout() throws {
    let example = Case(body: "\tx = make(2);\n\tif (!x)\n\t\treturn -1;", expected: "")
    let finished = try Self.adapt(example, Self.rules(checked: 3))
    #expect(finished.text == Self.function("\tx = make(NULL, 2);\n\tif (!x)\n\t\treturn -1;"))
    #expect(
      finished.flags.contains(
        Flag(.valueUsed, "a.c:3: the check of the result became `IS_ERR(E0)` in 3 of 10 in-tree files, and not here")))
  }

  private static func adapt(_ example: Case, _ rules: [LearnedRule]) throws -> (text: String, flags: [Flag]) {
    let driver = SourceText(function(example.body).utf8)
    let line = try #require(
      function(example.body).split(separator: "\n", omittingEmptySubsequences: false).firstIndex {
        $0.contains("make(")
      })
    let broken = Break(site: Site(file: "a.c", line: line + 1), kind: .arguments, symbol: "make", message: "too few")
    var search = Search(files: ["a.c": driver], breaks: [broken], inactive: ["a.c": example.inactive])
    while true {
      switch search.next() {
      case .learn(let symbols): search.told(rules: Dictionary(uniqueKeysWithValues: symbols.map { ($0, rules) }))
      case .attempt: search.told(breaks: [])
      case .finished(let result):
        return (String(decoding: try applying(result.edits, to: driver).get(), as: UTF8.self), result.flags)
      }
    }
  }
}
