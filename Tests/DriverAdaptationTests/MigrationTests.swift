// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import DriverAdaptation
import KernelModel
import Testing

/// Variables of the driver that become variables of another structure, with all that goes along.
@Suite struct MigrationTests {
  static let cases: [DriverCase] = [
    DriverCase(
      name: "a local variable and its uses",
      driver:
        "int f(struct dev *d)\n{\n\tstruct addr sa = { };\n\n\tcopy(sa.data, sizeof(sa));\n\treturn set_addr(d, &sa);\n}\n",
      expected:
        "int f(struct dev *d)\n{\n\tstruct storage sa = { };\n\n\tcopy(sa.__data, sizeof(sa));\n\treturn set_addr(d, &sa);\n}\n"
    ),
    DriverCase(
      name: "functions that it is passed to, their declarations, and who else calls them",
      driver: "static int read(struct dev *d, struct addr *sa);\n"
        + "int f(struct dev *d)\n{\n\tstruct addr sa;\n\n\tread(d, &sa);\n\treturn set_addr(d, &sa);\n}\n"
        + "int g(struct dev *d)\n{\n\tstruct addr *other = d->priv;\n\n\tuse(other->data);\n\treturn read(d, other);\n}\n"
        + "static int read(struct dev *d, struct addr *sa)\n{\n\tcopy(sa->data, d->type);\n\treturn 0;\n}\n",
      expected: "static int read(struct dev *d, struct storage *sa);\n"
        + "int f(struct dev *d)\n{\n\tstruct storage sa;\n\n\tread(d, &sa);\n\treturn set_addr(d, &sa);\n}\n"
        + "int g(struct dev *d)\n{\n\tstruct storage *other = d->priv;\n\n\tuse(other->__data);\n\treturn read(d, other);\n}\n"
        + "static int read(struct dev *d, struct storage *sa)\n{\n\tcopy(sa->__data, d->type);\n\treturn 0;\n}\n"),
    DriverCase(
      name: "the driver's own function pointers, and all functions that they take",
      driver: "struct own {\n\tint (*get)(struct dev *d, struct addr *sa);\n};\n"
        + "static int one(struct dev *d, struct addr *a)\n{\n\treturn use(a->data);\n}\n"
        + "static int two(struct dev *d, struct addr *b)\n{\n\treturn 0;\n}\n"
        + "void init(struct own *o)\n{\n\to->get = one;\n\to->get = two;\n}\n"
        + "int f(struct own *o, struct dev *d)\n{\n\tstruct addr sa;\n\n\to->get(d, &sa);\n\treturn set_addr(d, &sa);\n}\n",
      expected: "struct own {\n\tint (*get)(struct dev *d, struct storage *sa);\n};\n"
        + "static int one(struct dev *d, struct storage *a)\n{\n\treturn use(a->__data);\n}\n"
        + "static int two(struct dev *d, struct storage *b)\n{\n\treturn 0;\n}\n"
        + "void init(struct own *o)\n{\n\to->get = one;\n\to->get = two;\n}\n"
        + "int f(struct own *o, struct dev *d)\n{\n\tstruct storage sa;\n\n\to->get(d, &sa);\n\treturn set_addr(d, &sa);\n}\n"
    ),
    DriverCase(
      name: "a function that takes any pointer stays, and what is copied goes along",
      driver: "static void any(void *p)\n{\n}\n"
        + "int f(struct dev *d)\n{\n\tstruct addr *p = d->p, *q;\n\n\treturn 0;\n}\n"
        + "int g(struct dev *d, struct addr *a)\n{\n\tstruct addr *b = a;\n\n\tany(a);\n\treturn set_addr(d, b);\n}\n",
      expected: "static void any(void *p)\n{\n}\n"
        + "int f(struct dev *d)\n{\n\tstruct addr *p = d->p, *q;\n\n\treturn 0;\n}\n"
        + "int g(struct dev *d, struct storage *a)\n{\n\tstruct storage *b = a;\n\n\tany(a);\n\treturn set_addr(d, b);\n}\n",
      flags: [.valueUsed]),
    DriverCase(
      name: "its size, where it is made",
      driver:
        "int f(struct dev *d)\n{\n\tstruct addr *p;\n\n\tp = make(sizeof(struct addr), 1);\n\treturn set_addr(d, p);\n}\n",
      expected:
        "int f(struct dev *d)\n{\n\tstruct storage *p;\n\n\tp = make(sizeof(struct storage), 1);\n\treturn set_addr(d, p);\n}\n"
    ),
    DriverCase(
      name: "a test that depends on where the variable comes from",
      driver:
        "int f(struct dev *d, struct addr *addr)\n{\n\tif (!addr)\n\t\treturn 1;\n\treturn set_addr(d, addr);\n}\n",
      expected:
        "int f(struct dev *d, struct storage *addr)\n{\n\tif (!addr)\n\t\treturn 1;\n\treturn set_addr(d, addr);\n}\n",
      flags: [.valueUsed]),
    DriverCase(
      name: "two variables in one declaration",
      driver: "int f(struct dev *d)\n{\n\tstruct addr sa, other;\n\n\tuse(other.data);\n\treturn set_addr(d, &sa);\n}\n"
    ),
    DriverCase(
      name: "a variable of another structure",
      driver: "int f(struct dev *d)\n{\n\tstruct else sa;\n\n\treturn set_addr(d, &sa);\n}\n"),
    DriverCase(
      name: "a function that another condition declares",
      driver: "static int read(int d, struct addr *sa, ...);\n"
        + "int f(struct dev *d)\n{\n\tstruct addr sa;\n\n\tread(1, &sa);\n\treturn set_addr(d, &sa);\n}\n",
      expected: "static int read(int d, struct storage *sa, ...);\n"
        + "int f(struct dev *d)\n{\n\tstruct storage sa;\n\n\tread(1, &sa);\n\treturn set_addr(d, &sa);\n}\n"),
  ]

  /// As in-tree functions show it.
  static let rule: LearnedRule? = RetypingLearner(
    "struct addr", "struct storage", for: "set_addr",
    from: (0..<3).map { number in
      Conversion(
        path: "drivers/a\(number).c",
        oldText:
          "void f\(number)(struct addr *a)\n{\n\tk_use(a->data);\n\tk_put(a->data);\n\tk_log(a);\n\tif (!a)\n\t\tk_log();\n}\n",
        newText:
          "void f\(number)(struct storage *a)\n{\n\tk_use(a->__data);\n\tk_put(a->__data);\n\tk_log(a);\n\tif (k_bad(a))\n\t\tk_log();\n}\n",
        oldStart: 1, newStart: 1)
    }, near: Nearness(), declares: { $0.hasPrefix("k_") }
  ).rule()

  @Test(arguments: cases) func aVariableGetsAnotherType(_ example: DriverCase) throws {
    let driver = SourceText(example.driver.utf8)
    let lines = example.driver.split(separator: "\n", omittingEmptySubsequences: false)
    let line = try #require(lines.firstIndex { $0.contains("set_addr") }) + 1
    let found = Break(
      site: Site(file: "a.c", line: line), kind: .arguments, symbol: "set_addr", message: "incompatible")
    var search = Search(files: ["a.c": driver], breaks: [found])
    var result: SearchResult?
    while result == nil {
      switch search.next() {
      case .learn(let symbols): search.told(rules: [symbols[0]: [try #require(Self.rule)]])
      case .attempt: search.told(breaks: [])
      case .finished(let finished): result = finished
      }
    }
    let finished = try #require(result)
    let text = String(decoding: try applying(finished.edits, to: driver).get(), as: UTF8.self)
    #expect(text == example.expected ?? example.driver)
    #expect(finished.left.isEmpty == (example.expected != nil))
    #expect(finished.flags.map(\.reason) == example.flags)
  }

  /// A callback that takes the new structure: what it passes on goes along, its head is the prototype's matter.
  @Test func aCallbackTakesItsUsesAlong() throws {
    let driver =
      "static int get(struct dev *d, struct addr *sa)\n{\n\treturn use(sa->data);\n}\n"
      + "static int op(struct dev *d, struct addr *a)\n{\n\treturn get(d, a);\n}\n"
      + "static const struct ops ops = { .op = op };\n"
    var found = Break(
      site: Site(file: "a.c", line: 9), kind: .callbackPrototype, symbol: "op", container: "struct ops",
      message: "incompatible")
    let site = Site(file: "include/linux/ops.h", line: 1)
    found.before = Declaration(
      name: "op", kind: .field, text: "int (*op)(struct dev *, struct addr *)", site: site, container: "struct ops")
    found.after = Declaration(
      name: "op", kind: .field, text: "int (*op)(struct dev *dev, struct storage *addr)", site: site,
      container: "struct ops")
    let text = SourceText(driver.utf8)
    var search = Search(files: ["a.c": text], breaks: [found])
    let edits = try search.firstAttempt(with: [try #require(Self.rule)])
    let expected = driver.replacing("struct addr", with: "struct storage").replacing("->data", with: "->__data")
    #expect(String(decoding: try applying(edits, to: text).get(), as: UTF8.self) == expected)
  }

  /// A function that the tree has as well, and that it wrote anew: where it changed it must say the same.
  @Test(arguments: [
    ("\tint a;\n\n\tlog(d);\n\tlock(d);\n\ta = k_mask(sa->data);\n\tsa->caps = a;\n\treturn own();\n", true),
    ("\tint a;\n\n\tlog(d);\n\tlock(d);\n\ta = k_mask(sa->data) + 1;\n\tsa->caps = a;\n\treturn own();\n", false),
  ])
  func aFunctionOfTheTreesIsTakenOverAsAWhole(body: String, isTheSame: Bool) throws {
    let conversion = Conversion(
      path: "drivers/twin.c",
      oldText:
        "static int get(struct dev *d, struct addr *sa)\n{\n\tint a;\n\n\tlock(d);\n\ta = k_mask(sa->data);\n\tsa->caps = a;\n"
        + "\treturn 1;\n}\n",
      newText:
        "static int get(struct dev *d, struct storage *sa)\n{\n\tk_declare(b);\n\n\tlock(d);\n\tk_set(sa->data, b);\n"
        + "\treturn -1;\n}\n", oldStart: 1, newStart: 1)
    var rule = try #require(Self.rule)
    rule.functions = FunctionConversion.all(of: try #require(rule.retyping), in: [conversion])
    rule.functions[0].headers = ["k/mask.h"]
    let head = "#include <linux/a.h>\n#include <linux/z.h>\nstatic int get(struct dev *d, struct addr *sa)\n{\n"
    let driver =
      head + body + "}\nint f(struct dev *d)\n{\n\tstruct addr x;\n\n\tget(d, &x);\n\treturn set_addr(d, &x);\n}\n"
    let line = try #require(
      driver.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.contains("set_addr") })
    let found = Break(
      site: Site(file: "a.c", line: line + 1), kind: .arguments, symbol: "set_addr", message: "incompatible")
    let text = SourceText(driver.utf8)
    var search = Search(files: ["a.c": text], breaks: [found])
    let edits = try search.firstAttempt(with: [rule])
    let edited = String(decoding: try applying(edits, to: text).get(), as: UTF8.self)
    let types = driver.replacing("struct addr", with: "struct storage")
    guard isTheSame else { return #expect(edited == types.replacing("sa->data", with: "sa->__data")) }
    let whole = types.replacing("\tint a;\n", with: "\tk_declare(b);\n")
      .replacing("\ta = k_mask(sa->data);\n", with: "\tk_set(sa->data, b);\n").replacing("\tsa->caps = a;\n", with: "")
      .replacing("#include <linux/z.h>\n", with: "#include <linux/z.h>\n#include <k/mask.h>\n")
    #expect(edited == whole)
    search.told(breaks: [])
    guard case .finished(let result) = search.next() else { return #expect(Bool(false)) }
    #expect(
      result.flags.map(\.detail) == ["get() was converted as a whole, as the one in drivers/twin.c that says the same"])
  }

  /// Where nothing is known of the symbol but a function of the same name.
  @Test func aFunctionOfTheTreesIsTheLastResort() throws {
    let old = "static int get(struct dev *d)\n{\n\tstart(d);\n\tk_old(d->x);\n\tk_old(d->y);\n\treturn 0;\n}\n"
    let new = "static int get(struct dev *d)\n{\n\tstart(d->x);\n\tk_both(d->x, d->y);\n\treturn 0;\n}\n"
    let driver = old.replacing("return 0", with: "return own(d)").replacing(
      "\tstart(d);\n", with: "\tstart(d);\n\tlog();\n")
    let conversion = Conversion(path: "drivers/a.c", oldText: old, newText: new, oldStart: 7, newStart: 7)
    let rule = try #require(
      FunctionConversion.rule(FunctionConversion.all(of: "k_old", in: [conversion]), for: "k_old", replayedOn: []))
    let found = Break(site: Site(file: "a.c", line: 5), kind: .functionGone, symbol: "k_old", message: "undeclared")
    let text = SourceText(driver.utf8)
    var search = Search(files: ["a.c": text], breaks: [found])
    let edits = try search.firstAttempt(with: [rule])
    // What has nothing to do with the symbol stays.
    let expected = driver.replacing("\tk_old(d->x);\n\tk_old(d->y);\n", with: "\tk_both(d->x, d->y);\n")
    #expect(String(decoding: try applying(edits, to: text).get(), as: UTF8.self) == expected)
    search.told(breaks: [])
    guard case .finished(let result) = search.next() else { return #expect(Bool(false)) }
    #expect(result.flags.map(\.reason) == [.fewExamples])
    #expect(result.rules["function_k_old"]?.rule.examples.map(\.site) == [Site(file: "drivers/a.c", line: 7)])
  }

  /// A static function is its file's: another one of its name stays.
  @Test func anotherFilesStaticFunctionStays() throws {
    let one =
      "static int show(struct addr *s)\n{\n\treturn use(s->data);\n}\n"
      + "int f(struct dev *d)\n{\n\tstruct addr a;\n\n\tshow(&a);\n\treturn set_addr(d, &a);\n}\n"
    let other =
      "static int show(struct addr *s)\n{\n\treturn use(s->data);\n}\nint g(struct dev *d)\n{\n\treturn show(d->p);\n}\n"
    let files = ["a.c": SourceText(one.utf8), "b.c": SourceText(other.utf8)]
    let found = Break(site: Site(file: "a.c", line: 10), kind: .arguments, symbol: "set_addr", message: "incompatible")
    var search = Search(files: files, breaks: [found])
    let edits = try search.firstAttempt(with: [try #require(Self.rule)])
    #expect(Set(edits.map(\.file)) == ["a.c"])
    let text = String(decoding: try applying(edits, to: files["a.c"]!).get(), as: UTF8.self)
    #expect(text == one.replacing("struct addr", with: "struct storage").replacing("->data", with: "->__data"))
  }

  /// Two callbacks of one prototype share a function.
  @Test func callbacksGoAlongTogether() throws {
    let driver =
      "static int get(struct addr *s)\n{\n\treturn use(s->data);\n}\n"
      + "int one(struct addr *a)\n{\n\treturn get(a);\n}\nstatic int two(struct addr *a)\n{\n\treturn get(a);\n}\n"
      + "struct ops a = { .op = one };\nstruct ops b = { .op = two };\n"
    let site = Site(file: "include/linux/ops.h", line: 1)
    let breaks = [13, 14].map { line in
      var found = Break(
        site: Site(file: "a.c", line: line), kind: .callbackPrototype, symbol: "op", container: "struct ops",
        message: "incompatible")
      found.before = Declaration(name: "op", kind: .field, text: "int (*op)(struct addr *)", site: site)
      found.after = Declaration(name: "op", kind: .field, text: "int (*op)(struct storage *s)", site: site)
      return found
    }
    let text = SourceText(driver.utf8)
    var search = Search(files: ["a.c": text], breaks: breaks)
    let edits = try search.firstAttempt(with: [try #require(Self.rule)])
    let expected = driver.replacing("struct addr", with: "struct storage").replacing("->data", with: "->__data")
    #expect(String(decoding: try applying(edits, to: text).get(), as: UTF8.self) == expected)
  }

  /// Where a hunk would not stand as the tree has it, the function is left alone.
  @Test(arguments: [
    // What a condition commands.
    ("\tif (x)\n\t\tk_old(d);\n\tnext(d);\n", "\tk_old(d);\n\tnext(d);\n", "\tnext(d);\n"),
    // A comment that goes on.
    ("\t/* wait\n\t * for it */ k_old(d);\n\tnext(d);\n", "\tk_old(d);\n\tnext(d);\n", "\tk_new(d);\n\tnext(d);\n"),
    // A name elsewhere that may belong to it.
    (
      "\tk_old(d);\n\tnext(d);\n\tlast(d);\n", "\tk_old(d);\n\tnext(d);\n\tlast(d);\n",
      "\tk_new(d);\n\tnext(d);\n\tk_put(d);\n\tlast(d);\n"
    ),
  ])
  func aFunctionThatDoesNotFitStays(own: String, old: String, new: String) throws {
    func function(_ body: String) -> String { "static void run(struct dev *d)\n{\n\(body)}\n" }
    let conversion = Conversion(
      path: "drivers/a.c", oldText: function(old), newText: function(new), oldStart: 1, newStart: 1)
    let known = FunctionConversion.all(of: "k_old", in: [conversion])
    #expect(known.count == 1)
    var spellings = Spellings()
    let code = Code(function(own), &spellings)
    #expect(known[0].replacements(in: code.functions[0], code) == nil)
  }
}
