// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import DriverAdaptation
import KernelModel
import Testing

/// Conditions that ask whether the kernel has a macro.
@Suite struct ConditionTests {
  private static let driver = """
    #if defined(setup) && defined(from)
    #define HAVE_SETUP
    #endif
    #ifdef OTHER
    int other;
    #endif
    int a(void)
    {
    #ifdef HAVE_SETUP
    \treturn 1;
    #elif defined from
    \treturn 2;
    #else
    \treturn 3;
    #endif
    }
    #ifndef from
    int b;
    #endif

    """

  /// Through the driver's own macros, and from the branches before the one in which the line stands.
  @Test(arguments: [
    (14, ["setup 1", "from 1", "from 11"]), (10, ["setup 1", "from 1"]), (5, ["OTHER 4"]), (18, ["from 17"]), (7, []),
  ])
  func deciding(line: Int, expected: [String]) {
    let tests = TestedMacros(["a.c": SourceText(Self.driver.utf8)])
    #expect(tests.deciding(Site(file: "a.c", line: line)).map { "\($0.name) \($0.line)" } == expected)
  }

  /// Definitions in another file of the driver count as well, and macros that lead to each other end.
  @Test func otherFiles() {
    let tests = TestedMacros([
      "a.h": SourceText("#ifdef B\n#define A\n#endif\n#ifdef kernel\n#define B\n#endif\n".utf8),
      "a.c": SourceText("#ifdef A\nint x;\n#define B\n#endif\n".utf8),
    ])
    #expect(tests.deciding(Site(file: "a.c", line: 2)).map(\.name) == ["kernel"])
  }

  @Test func theSuccessorIsAskedForAsWell() throws {
    let text = SourceText(Self.driver.utf8)
    let breaks = [1, 11, 17].map { line in
      Break(site: Site(file: "a.c", line: line), kind: .condition, symbol: "from", message: "gone")
    }
    var search = Search(files: ["a.c": text], breaks: breaks)
    guard case .learn(let symbols) = search.next() else { return #expect(Bool(false)) }
    search.told(rules: [symbols[0]: [Self.rule("from(¤0)", "to(¤0)")]])
    guard case .attempt(let edits) = search.next() else { return #expect(Bool(false)) }
    let expected = Self.driver.replacing("defined(from)", with: "(defined(from) || defined(to))")
      .replacing("#elif defined from", with: "#elif (defined(from) || defined(to))")
      .replacing("#ifndef from", with: "#if !defined(from) && !defined(to)")
    #expect(String(decoding: try applying(edits, to: text).get(), as: UTF8.self) == expected)
    // The branch that is taken again may show more.
    search.told(breaks: [Break(site: Site(file: "a.c", line: 2), kind: .nameGone, symbol: "from", message: "gone")])
    guard case .learn = search.next() else { return #expect(Bool(false)) }
  }

  /// What is no name for a name says nothing about conditions.
  @Test(arguments: [("from(¤0)", "container(¤0)->to"), ("¤0->from", "¤0->to"), ("from(¤0)", "from(¤0, 1)")])
  func otherRules(left: String, right: String) {
    let found = Break(site: Site(file: "a.c", line: 1), kind: .condition, symbol: "from", message: "gone")
    var search = Search(files: ["a.c": SourceText(Self.driver.utf8)], breaks: [found])
    guard case .learn(let symbols) = search.next() else { return #expect(Bool(false)) }
    search.told(rules: [symbols[0]: [Self.rule(left, right)]])
    guard case .finished(let result) = search.next() else { return #expect(Bool(false)) }
    #expect(result.left == [found])
  }

  private static func rule(_ left: String, _ right: String) -> LearnedRule {
    let rule = Rule(
      id: "from-1", symbol: "from", kind: .call, smpl: "", summary: "", support: 9, confidence: 1, opportunities: 9,
      examples: [], replay: Rule.Replay(reproduced: 9, tried: 9), introduces: ["to"], flags: [])
    return LearnedRule(rule: rule, span: .expression, left: left, right: right, evidence: Evidence(places: []))
  }
}
