// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import DriverAdaptation
import KernelModel
import Testing

/// `.op = x, .flags = y` became `.opf = x | y` in the tree, and with no flags `.opf = x`.
@Suite struct MergerTests {
  private static func conversion(_ number: Int, _ old: String, _ new: String) -> Conversion {
    func text(_ body: String) -> String {
      "static int f\(number)(struct dev *dev)\n{\n\tstruct req r = {\n\t\t.a = 1,\n\(body)\t\t.z = 2,\n\t};\n\treturn g(&r);\n}\n"
    }
    return Conversion(path: "d\(number).c", oldText: text(old), newText: text(new), oldStart: 1, newStart: 1)
  }

  static func rules(_ symbol: String) -> [LearnedRule] {
    let conversions = [
      conversion(0, "\t\t.op = READ,\n\t\t.flags = SYNC,\n", "\t\t.opf = READ | SYNC,\n"),
      conversion(1, "\t\t.op = WRITE,\n\t\t.flags = SYNC | FUA,\n", "\t\t.opf = WRITE | SYNC | FUA,\n"),
      conversion(2, "\t\t.op = READ,\n\t\t.flags = 0,\n", "\t\t.opf = READ,\n"),
      conversion(3, "\t\t.op = WRITE,\n\t\t.flags = 0,\n", "\t\t.opf = WRITE,\n"),
      // The value became another one on the way: that says nothing about the fields.
      conversion(4, "\t\t.op = dev->rw,\n\t\t.flags = 0,\n", "\t\t.opf = dev->op,\n"),
    ]
    return Learner.rules(
      for: SoughtSymbol(name: symbol, kind: .fieldGone, container: "struct req"), from: conversions)
  }

  @Test(arguments: ["op", "flags"]) func learnsBothRules(_ symbol: String) throws {
    let found = Self.rules(symbol)
    let merging = found.filter { $0.merger != nil }
    #expect(
      Set(merging.map(\.rule.summary)) == [
        "`.op = E0, .flags = E1` → `.opf = E0 | E1`", "`.op = E0, .flags = 0` → `.opf = E0`",
      ])
    #expect(merging.allSatisfy { $0.rule.support == 2 && $0.rule.confidence == 1 && $0.rule.opportunities == 2 })
    // What became of the two together says nothing about one of them.
    #expect(!found.contains { $0.merger == nil })
    for rule in merging { #expect(rule.rule.smpl.contains("struct req s = {\n-.op = E0,\n-.flags = ")) }
  }

  /// The second value, and nothing else, makes no difference: where the tree does not show it, it is not assumed.
  @Test func zeroIsLearned() {
    let conversions = [
      Self.conversion(0, "\t\t.op = READ,\n\t\t.flags = SYNC,\n", "\t\t.opf = READ | SYNC,\n"),
      Self.conversion(1, "\t\t.op = WRITE,\n\t\t.flags = SYNC | FUA,\n", "\t\t.opf = WRITE | SYNC | FUA,\n"),
      Self.conversion(2, "\t\t.op = READ,\n\t\t.flags = 0,\n", "\t\t.opf = READ,\n"),
    ]
    let found = Learner.rules(
      for: SoughtSymbol(name: "op", kind: .fieldGone, container: "struct req"), from: conversions)
    #expect(found.filter { $0.merger != nil }.map(\.right) == [".opf = ¤0 | ¤1"])
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var driver: String
    /// Nil: it stays as it is.
    var expected: String?
    var testDescription: String { driver }
  }

  static let cases: [Case] = [
    Case(driver: "#define WRITE_IO .op = WRITE, .flags = 0\n", expected: "#define WRITE_IO .opf = WRITE\n"),
    Case(
      driver: "#define WRITE_FUA .op = WRITE, .flags = FUA\n", expected: "#define WRITE_FUA .opf = WRITE | FUA\n"),
    Case(
      driver: "#define IO(how, more) .op = (how), .flags = more\n",
      expected: "#define IO(how, more) .opf = (how) | (more)\n"),
    Case(
      driver: "void f(void)\n{\n\tstruct req r = {\n\t\t.op = READ,\n\t\t.flags = A | B,\n\t\t.z = 1,\n\t};\n}\n",
      expected: "void f(void)\n{\n\tstruct req r = {\n\t\t.opf = READ | A | B,\n\t\t.z = 1,\n\t};\n}\n"),
    Case(
      driver: "void f(void)\n{\n\tr->io.op = READ;\n\tr->io.flags = a ? B : C;\n}\n",
      expected: "void f(void)\n{\n\tr->io.opf = READ | (a ? B : C);\n}\n"),
    Case(
      driver: "void f(void)\n{\n\tr.flags = 0;\n\tr.op = READ;\n}\n",
      expected: "void f(void)\n{\n\tr.opf = READ;\n}\n"),
    Case(
      driver: "void f(void)\n{\n\tr.flags = A;\n\tr.op = g(1);\n}\n",
      expected: "void f(void)\n{\n\tr.opf = g(1) | A;\n}\n"),
    // Of two objects; of another number; two calls; one of them under a condition; with something between.
    Case(driver: "void f(void)\n{\n\tr.op = READ;\n\tq.flags = A;\n}\n"),
    Case(driver: "void f(void)\n{\n\tr.op = READ;\n\tr.flags = 4;\n}\n"),
    Case(driver: "void f(void)\n{\n\tr.op = g();\n\tr.flags = h();\n}\n"),
    Case(driver: "void f(void)\n{\n\tif (a)\n\t\tr.op = READ;\n\tr.flags = A;\n}\n"),
    Case(driver: "void f(void)\n{\n\tr.op = READ;\n\tg(&r);\n\tr.flags = A;\n}\n"),
    Case(driver: "void f(void)\n{\n\tr.op = READ;\n#ifdef A\n\tr.flags = A;\n#endif\n}\n"),
    Case(driver: "void f(void)\n{\n\tr.op |= READ;\n\tr.flags = A;\n}\n"),
    Case(driver: "void f(void)\n{\n\tg(r.op, r.flags);\n}\n"),
  ]

  @Test(arguments: cases) func twoFieldsBecomeOne(_ tried: Case) throws {
    let source = SourceText(tried.driver.utf8)
    func breaks(_ text: String) -> [Break] {
      text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { index, line in
        ["op", "flags"].filter { line.contains(".\($0) ") || line.contains(".\($0),") || line.contains(".\($0))") }
          .map { name in
            Break(
              site: Site(file: "a.c", line: index + 1), kind: .fieldGone, symbol: name, container: "struct req",
              message: name)
          }
      }
    }
    var search = Search(files: ["a.c": source], breaks: breaks(tried.driver))
    while true {
      switch search.next() {
      case .learn(let symbols):
        search.told(rules: Dictionary(uniqueKeysWithValues: symbols.map { ($0, Self.rules($0.name)) }))
      case .attempt(let edits):
        search.told(breaks: breaks(String(decoding: try applying(edits, to: source).get(), as: UTF8.self)))
      case .finished(let result):
        let text = String(decoding: try applying(result.edits, to: source).get(), as: UTF8.self)
        #expect(text == tried.expected ?? tried.driver)
        #expect(result.left.isEmpty == (tried.expected != nil))
        return
      }
    }
  }
}
