// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import KernelModel
import Testing

/// What the old kernel put in the place of a name, written out.
@Suite struct DefinitionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var kind: Declaration.Kind
    var text: String
    var body: String
    /// None: the definition can't be written out.
    var expected: [String]
    var testDescription: String { "\(text) \(body)" }
  }

  @Test(arguments: [
    Case(
      kind: .inlineFunction, text: "static inline int old(struct pdev *dev, u64 mask)",
      body: "return new_mask(&dev->dev, mask);",
      expected: [
        "`old(E0, E1)` → `new_mask(&E0->dev, E1)`",
        "`old(E0, E1)` → `new_mask(&((struct pdev *) E0)->dev, E1)`",
      ]),
    Case(
      kind: .inlineFunction, text: "static inline void old(void)", body: "new_call();",
      expected: ["`old()` → `new_call()`"]),
    Case(kind: .macro, text: "old", body: "NEW_FLAG", expected: ["`old` → `NEW_FLAG`"]),
    Case(kind: .macro, text: "old(a, b)", body: "(new_call(b, a))", expected: ["`old(E0, E1)` → `new_call(E1, E0)`"]),
    Case(kind: .macro, text: "old(a)", body: "((a) == NEW_FLAG)", expected: ["`old(E0)` → `(E0 == NEW_FLAG)`"]),
    // An argument used twice, a statement, pasted tokens, a number, a name that is gone as well, an open expression.
    Case(kind: .macro, text: "old(a)", body: "new_call(a, a)", expected: []),
    Case(kind: .macro, text: "old(a)", body: "do { new_call(a); } while (0)", expected: []),
    Case(kind: .macro, text: "old(a)", body: "new_call(a ## _x)", expected: []),
    Case(kind: .macro, text: "old", body: "0x10", expected: []),
    Case(kind: .macro, text: "old(a)", body: "gone(a)", expected: []),
    Case(kind: .inlineFunction, text: "static inline int old(int a)", body: "return a + NEW_FLAG;", expected: []),
    Case(
      kind: .inlineFunction, text: "static inline int old(struct a *a)", body: "int b = a->b; return new_call(b);",
      expected: []),
    // A stub.
    Case(kind: .inlineFunction, text: "static inline void *old(int a, int b)", body: "return NULL;", expected: []),
    Case(kind: .macro, text: "old(a)", body: "NEW_FLAG", expected: []),
    Case(kind: .macro, text: "old(a, ...)", body: "new_call(a, __VA_ARGS__)", expected: []),
    Case(kind: .function, text: "int old(int a)", body: "", expected: []),
  ])
  func table(_ example: Case) {
    let known: Set = ["new_mask", "new_call", "NEW_FLAG", "pdev"]
    let declaration = Declaration(
      name: "old", kind: example.kind, text: example.text, site: Site(file: "include/old.h", line: 1),
      body: example.body)
    let rules = Learner.rules(
      for: SoughtSymbol(name: "old", kind: .functionGone), from: [],
      knowing: TreeKnowledge(declares: { known.contains($0) }, definitions: [declaration]))
    #expect(rules.map(\.rule.summary) == example.expected)
    #expect(rules.allSatisfy { $0.isDefinition && $0.rule.flags.isEmpty && $0.rule.confidence == 1 })
  }

  /// Two configurations that define the name differently leave open which one the driver meant.
  @Test func configurationsMustAgree() {
    let site = Site(file: "include/old.h", line: 1)
    let definitions = ["return new_call(a);", "return 0;", "return new_mask(a);"].map {
      Declaration(name: "old", kind: .inlineFunction, text: "static inline int old(int a)", site: site, body: $0)
    }
    func rules(_ definitions: [Declaration]) -> [LearnedRule] {
      Learner.rules(
        for: SoughtSymbol(name: "old", kind: .functionGone), from: [],
        knowing: TreeKnowledge(declares: { _ in true }, definitions: definitions))
    }
    #expect(rules(Array(definitions.prefix(2))).map(\.rule.summary) == ["`old(E0)` → `new_call(E0)`"])
    #expect(rules(definitions).isEmpty)
    // A kernel with another configuration has a function.
    let function = Declaration(name: "old", kind: .function, text: "int old(int a)", site: site)
    #expect(rules([definitions[0], function]).isEmpty)
  }
}
