// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import CSource
import KernelModel
import TestSupport
import Testing

/// A conversion of one function body, one per file.
private func conversion(_ number: Int, _ old: String, _ new: String) -> Conversion {
  func text(_ body: String) -> String {
    "static int f\(number)(struct dev *dev)\n{\n\tint ret;\n\n\tbegin();\n\(body)\tend();\n\treturn ret;\n}\n"
  }
  return Conversion(path: "drivers/d\(number).c", oldText: text(old), newText: text(new), oldStart: 10, newStart: 10)
}

private func rules(
  _ name: String, kind: Break.Kind = .functionGone, container: String? = nil,
  knowing: TreeKnowledge = TreeKnowledge(),
  _ bodies: [(String, String)]
) -> [LearnedRule] {
  let conversions = bodies.enumerated().map { conversion($0, "\t\($1.0)\n", $1.1.isEmpty ? "" : "\t\($1.1)\n") }
  return Learner.rules(
    for: SoughtSymbol(name: name, kind: kind, container: container), from: conversions, knowing: knowing)
}

@Suite struct LearnerTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var symbol: String
    var kind = Break.Kind.functionGone
    var container: String?
    var bodies: [(String, String)]
    var expected: String
    var testDescription: String { expected }
  }

  /// One example says little; that the old kernel's own function was this very call says all.
  @Test(
    arguments: [
      (
        "static inline bool is_usb(struct dev *d)", "return is_using(d, &usb_table);",
        "is_using(¤0, &usb_table) → is_usb(¤0)"
      ),
      ("static inline bool is_usb(struct dev *d)", "return !is_using(d, &usb_table);", nil),
      ("static inline bool is_usb(struct dev *d, int n)", "return is_using(d, &usb_table);", nil),
      ("static inline bool is_usb(struct dev *d)", "return is_used(d);", nil),
      ("static inline bool is_usb(struct dev *d)", "lock(d); return is_using(d, 1);", nil),
    ] as [(String, String, String?)])
  func folds(text: String, body: String, expected: String?) throws {
    let learned = rules("is_using", [("x = is_using(a, &usb_table);", "x = is_usb(a);")])
    let rule = try #require(learned.first { $0.rule.introduces == ["is_usb"] })
    let wrapper = Declaration(
      name: "is_usb", kind: .inlineFunction, text: text, site: Site(file: "include/linux/a.h", line: 1), body: body)
    let folded = Folding.rule(for: SoughtSymbol(name: "is_using", kind: .functionGone), into: wrapper, shownBy: rule)
    #expect(folded.map { "\($0.left) → \($0.right)" } == expected)
    #expect(folded?.rule.flags ?? [] == [])
  }

  @Test(arguments: [
    Case(
      symbol: "old",
      bodies: [("old(a, 1);", "new(a, 1);"), ("old(b->c, n);", "new(b->c, n);"), ("old(x, y + z);", "new(x, y + z);")],
      expected: "`old(E0, E1);` → `new(E0, E1);`"),
    Case(
      symbol: "old_alloc",
      bodies: [
        ("p = old_alloc(pdev, size, &h);", "p = new_alloc(&pdev->dev, size, &h, GFP_KERNEL);"),
        ("q = old_alloc(dev->pdev, 8, &x);", "q = new_alloc(&dev->pdev->dev, 8, &x, GFP_KERNEL);"),
        ("r = old_alloc(a, b, c);", "r = new_alloc(&a->dev, b, c, GFP_KERNEL);"),
      ], expected: "`old_alloc(E0, E1, E2)` → `new_alloc(&E0->dev, E1, E2, GFP_KERNEL)`"),
    Case(
      symbol: "field", kind: .fieldGone, container: "struct dev",
      bodies: [
        ("dev->field |= A;", "dev_set(dev, A);"), ("dev->field |= B | C;", "dev_set(dev, B | C);"),
        ("x->dev->field |= D;", "dev_set(x->dev, D);"),
      ], expected: "`E0->field |= E1;` → `dev_set(E0, E1);`"),
    Case(
      symbol: "is_old",
      bodies: [
        ("if (is_old(a)) b();", "if (!is_new(a)) b();"), ("if (is_old(c)) d();", "if (!is_new(c)) d();"),
        ("ret = is_old(e);", "ret = !is_new(e);"),
      ],
      expected: "`is_old(E0)` → `!is_new(E0)`"),
    Case(
      symbol: "FLAG", kind: .nameGone,
      bodies: [("x(FLAG | A);", "x(A);"), ("x(A | FLAG | B);", "x(A | B);"), ("y = A | FLAG;", "y = A;")],
      expected: "`FLAG` → (deleted)"),
    Case(
      symbol: "swap_args", kind: .arguments,
      bodies: [
        ("swap_args(a, b);", "swap_args(b, a);"), ("swap_args(c, 1);", "swap_args(1, c);"),
        ("swap_args(d->e, f());", "swap_args(f(), d->e);"),
      ],
      expected: "`swap_args(E0, E1);` → `swap_args(E1, E0);`"),
  ])
  func learns(_ learned: Case) {
    let found = rules(learned.symbol, kind: learned.kind, container: learned.container, learned.bodies)
    #expect(found.first?.rule.summary == learned.expected, "\(found.map(\.rule.summary))")
    #expect(found.first?.rule.support == 3)
    #expect(found.first?.rule.replay == Rule.Replay(reproduced: 3, tried: 3))
    #expect(found.first?.rule.flags == [])
  }

  /// A value that is set where its variable is declared is set; the statement in whose place that is was not deleted.
  @Test func aDeclarationMaySet() throws {
    func conversion(_ number: Int, declared: Bool) -> Conversion {
      func text(_ declaration: String, _ lookup: String) -> String {
        "int f\(number)(void *h)\n{\n\tstruct dev *d\(declaration);\n\tint ret;\n\n\tbegin();\n\(lookup)\tif (!d)\n"
          + "\t\treturn 1;\n\tend();\n\treturn 0;\n}\n"
      }
      return Conversion(
        path: "drivers/d\(number).c", oldText: text("", "\tret = get_dev(h, &d);\n"),
        newText: declared ? text(" = fetch_dev(h)", "") : text("", "\td = fetch_dev(h);\n"), oldStart: 1, newStart: 1)
    }
    let found = Learner.rules(
      for: SoughtSymbol(name: "get_dev", kind: .functionGone),
      from: (0..<4).map { conversion($0, declared: $0 % 2 == 0) })
    let rule = try #require(found.first)
    #expect("\(rule.left) → \(rule.right)" == "¤0 = get_dev(¤1, &¤2) → ¤2 = fetch_dev(¤1)")
    #expect((rule.rule.support, rule.rule.confidence) == (4, 1))
    #expect(!found.contains { $0.right.isEmpty })
  }

  @Test func orderOfConversionsDoesNotMatter() {
    let bodies = (0..<12).map { ("old(a\($0));", $0 % 3 == 0 ? "other(a\($0));" : "new(a\($0));") }
    let conversions = bodies.enumerated().map { conversion($0, "\t\($1.0)\n", "\t\($1.1)\n") }
    let symbol = SoughtSymbol(name: "old", kind: .functionGone)
    let found = Learner.rules(for: symbol, from: conversions)
    #expect(Learner.rules(for: symbol, from: conversions.reversed()) == found)
    #expect(found.first?.rule.confidence == 8.0 / 12)
    #expect(found.first?.rule.flags.map(\.reason) == [.lowConfidence])
  }

  /// LEARNING's wrong-but-compiling edits, each with names of its own.
  @Test func halfOfAConversionIsNoRule() {
    let found = rules(
      "get_dev",
      (0..<4).map { ("if (get_dev(h\($0), &ad)) return -1;", "ad = fetch_dev(h\($0));\n\tif (!ad) return -1;") })
    #expect(found.allSatisfy { $0.rule.support == 0 || $0.rule.flags.contains { $0.reason == .coChange } })
  }

  @Test func rulesOfDifferentContextsAreTold() {
    var bodies = (0..<9).map { ("cut(a\($0), b, n);", "copy(a\($0), b, n);") }
    bodies += (0..<6).map { ("x = cut(a\($0), b, n);", "x = measure(b\($0));") }
    let found = rules("cut", bodies)
    #expect(found.first?.rule.summary == "`cut(E0, E1, E2);` → `copy(E0, E1, E2);`")
    #expect(found.first?.rule.confidence == 1)
    // In an expression the same replacement has no example that holds.
    let used = found.filter { $0.span == .expression && $0.right.hasPrefix("copy") }
    for rule in used {
      let assigned = Context(use: .assigned, shapes: ["variable", "variable", "variable"], next: "")
      #expect(rule.evidence.count(in: assigned).reproduced == 0)
    }
  }

  @Test func argumentShapeDecides() {
    var bodies = (0..<8).map { ("cut(a\($0), b, sizeof(a\($0)));", "copy(a\($0), b, sizeof(a\($0)));") }
    bodies += (0..<8).map { ("cut(a\($0), b, len);", "pad(a\($0), b, len);") }
    let found = rules("cut", bodies)
    let copy = found.first { $0.right.hasPrefix("copy") }
    let sized = Context(use: .ignored, shapes: ["variable", "variable", "sizeof 0"], next: "")
    let counted = Context(use: .ignored, shapes: ["variable", "variable", "variable"], next: "")
    #expect(copy?.evidence.count(in: sized).reproduced == 8)
    #expect(copy?.evidence.count(in: counted).reproduced == 0)
  }

  @Test func symbolThatSurvivesMustStay() {
    let found = rules("prepare", kind: .arguments, (0..<4).map { ("prepare(a\($0), b);", "if (a\($0)) other(b);") })
    #expect(found.isEmpty)
  }

  @Test func newcomersMakeADeletionDoubtful() {
    let bodies = (0..<5).map { ("set_size(q\($0), 512);", "") }
    let newcomer = TreeKnowledge.Newcomer(name: "limits", share: 0.9, baseRate: 0.01)
    let common = TreeKnowledge.Newcomer(name: "ret", share: 0.9, baseRate: 0.8)
    let found = rules("set_size", knowing: TreeKnowledge(newcomers: [newcomer, common]), bodies)
    #expect(found.first?.isDeletion == true)
    #expect(found.first?.rule.flags.map(\.reason) == [.coChange])
    #expect(rules("set_size", bodies).first?.rule.flags == [])
    // What came to many more files came with another conversion.
    for (files, flags) in [(10, [Flag.Reason.coChange]), (1000, [])] {
      let knowledge = TreeKnowledge(newcomers: [newcomer], converted: 5, gained: ["limits": files])
      #expect(rules("set_size", knowing: knowledge, bodies).first?.rule.flags.map(\.reason) == flags)
    }
    #expect(rules("set_size", Array(bodies.prefix(2))).first?.rule.flags.map(\.reason) == [.fewExamples, .deletion])
  }

  @Test func literalsOfOneExampleAreNamed() {
    let found = rules("register_paths", [("register_paths(p, t);", "register_named(\"kernel\", t);")])
    let reasons: [Flag.Reason] = found.first?.rule.flags.map(\.reason) ?? []
    #expect(reasons == [.fewExamples, .argumentLost, .literal])
  }

  @Test func unknownNamesAreFree() {
    let bodies = (0..<3).map { ("old(a\($0));", "new(a\($0), idmap);") }
    let found = rules("old", knowing: TreeKnowledge(declares: { $0 == "new" }), bodies)
    #expect(found.first?.free == ["idmap"])
    #expect(found.first?.rule.introduces == ["new", "idmap"])
  }

  @Test func bracesAndBrokenWindowsDoNoHarm() {
    let texts = ["", "}", "{ ( [", "old(", "*/ old(a);", "#define old(x) {", "old old old", "a ? old : ;", ".x = old"]
    for one in texts {
      for other in texts {
        let conversion = Conversion(path: "a.c", oldText: one, newText: other, oldStart: 1, newStart: 1)
        for kind in [Break.Kind.functionGone, .nameGone, .fieldGone, .headerGone, .arguments] {
          _ = Learner.rules(for: SoughtSymbol(name: "old", kind: kind), from: [conversion, conversion])
        }
      }
    }
  }

  /// Of the files that show a rule those are named that include what the driver includes, common headers aside.
  @Test func examplesAreNearTheDriver() {
    var files: [String: Set<String>] = [:]
    for number in 0..<8 { files["drivers/d\(number).c"] = ["linux/module.h", "linux/n\(number).h"] }
    files["drivers/d5.c"] = ["linux/module.h", "media/video.h"]
    files["drivers/d6.c"] = ["linux/module.h", "media/video.h", "media/radio.h", "media/tuner.h"]
    let nearness = Nearness(driver: ["linux/module.h", "media/video.h", "media/other.h"], files: files)
    let bodies = Array(repeating: ("old(a, 1);", "new(a, 1);"), count: 8)
    let found = rules("old", knowing: TreeKnowledge(nearness: nearness), bodies)
    let paths = found.first?.rule.examples.map(\.site.file) ?? []
    #expect(paths.prefix(3) == ["drivers/d5.c", "drivers/d6.c", "drivers/d0.c"])
    #expect(paths.count == Rule.exampleLimit)
  }
}
