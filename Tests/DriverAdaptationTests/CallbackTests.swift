// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import DriverAdaptation
import KernelModel
import Testing

/// Callbacks whose prototype changed: what the search makes of a driver when the oracle takes everything.
@Suite struct CallbackTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var before: String
    var after: String
    var driver: String
    /// Nil: a person has to do it.
    var expected: String?
    var flags: [Flag.Reason] = []
    var deletions: [String] = []
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "a parameter becomes const", before: "char *(*op)(struct device *dev, umode_t *mode)",
      after: "char *(*op)(const struct device *dev, umode_t *mode)",
      driver: "static char *foo(struct device *d, umode_t *m)\n{\n\treturn name(d);\n}\n",
      expected: "static char *foo(const struct device *d, umode_t *m)\n{\n\treturn name(d);\n}\n"),
    Case(
      name: "the result becomes const, in the declaration too, lines stay under the parenthesis",
      before: "__u8 *(*op)(struct hid *h, __u8 *buf, unsigned int *size)",
      after: "const __u8 *(*op)(struct hid *h, __u8 *buf, unsigned int *size)",
      driver: "static __u8 *foo(struct hid *, __u8 *,\n\t\t unsigned int *);\n\n"
        + "static __u8 *foo(struct hid *h, __u8 *b,\n\t\t unsigned int *n)\n{\n\treturn b;\n}\n",
      expected: "static const __u8 *foo(struct hid *, __u8 *,\n\t\t       unsigned int *);\n\n"
        + "static const __u8 *foo(struct hid *h, __u8 *b,\n\t\t       unsigned int *n)\n{\n\treturn b;\n}\n"),
    Case(
      name: "nothing is returned any more", before: "int (*op)(struct client *c)",
      after: "void (*op)(struct client *c)",
      driver: "static int __exit foo(struct client *c)\n{\n\tif (!c)\n\t\treturn 0;\n\tfree(c);\n\n\treturn 0;\n}\n",
      expected: "static void __exit foo(struct client *c)\n{\n\tif (!c)\n\t\treturn;\n\tfree(c);\n}\n"),
    Case(
      name: "the last of several lines becomes const",
      before: "void (*op)(struct port *, struct termios *new, struct termios *old)",
      after: "void (*op)(struct port *, struct termios *new, const struct termios *old)",
      driver:
        "static void foo(struct port *port,\n\t\tstruct termios *new,\n\t\tstruct termios *old)\n{\n\tstop();\n}\n",
      expected:
        "static void foo(struct port *port,\n\t\tstruct termios *new,\n\t\tconst struct termios *old)\n{\n\tstop();\n}\n"
    ),
    Case(
      name: "a parameter comes, and the kernel's words for numbers are in another order",
      before: "void (*op)(unsigned int long error, void *context)",
      after: "void (*op)(long unsigned int error, unsigned long int other, void *context)",
      driver: "static void foo(unsigned long error, void *c)\n{\n\tstop(error, c);\n}\n",
      expected: "static void foo(unsigned long error, unsigned long other, void *c)\n{\n\tstop(error, c);\n}\n"),
    Case(
      name: "a number comes between others, and the declaration has it too",
      before: "int (*op)(struct hw *hw, struct dev *dev, enum setting type, int mbm)",
      after: "int (*op)(struct hw *hw, struct dev *dev, int radio, enum setting type, int mbm)",
      driver: "static s32\nfoo(struct hw *hw, struct dev *dev,\n    enum setting type, s32 mbm);\n\nstatic s32\n"
        + "foo(struct hw *hw, struct dev *dev,\n    enum setting type, s32 mbm)\n{\n\tset(type);\n\treturn 0;\n}\n",
      expected:
        "static s32\nfoo(struct hw *hw, struct dev *dev, int radio,\n    enum setting type, s32 mbm);\n\nstatic s32\n"
        + "foo(struct hw *hw, struct dev *dev, int radio,\n    enum setting type, s32 mbm)\n{\n\tset(type);\n"
        + "\treturn 0;\n}\n"),
    Case(
      name: "a function that could not fail says so", before: "void (*op)(struct chip *c, int v)",
      after: "int (*op)(struct chip *c, int v)",
      driver: "static void foo(struct chip *c, int v)\n{\n\tif (!c)\n\t\treturn;\n\tif (v)\n\t\tset(c);\n}\n",
      expected:
        "static int foo(struct chip *c, int v)\n{\n\tif (!c)\n\t\treturn 0;\n\tif (v)\n\t\tset(c);\n\n\treturn 0;\n}\n",
      flags: [.valueUsed]),
    Case(
      name: "a function that could not fail, in its own style", before: "void (*op)(struct chip *c)",
      after: "int (*op)(struct chip *c)", driver: "static void foo(struct chip *c) {}\n",
      expected: "static int foo(struct chip *c) {return 0; }\n", flags: [.valueUsed]),
    Case(
      name: "nothing is left in it", before: "int (*op)(struct client *c)", after: "void (*op)(struct client *c)",
      driver: "int foo(struct client *c) { return 0; }\n", expected: "void foo(struct client *c) { }\n"),
    Case(
      name: "an error is lost", before: "int (*op)(struct client *c)", after: "void (*op)(struct client *c)",
      driver: "static int foo(struct client *c)\n{\n\tif (!c)\n\t\treturn -EINVAL;\n\treturn stop(c);\n}\n",
      expected: "static void foo(struct client *c)\n{\n\tif (!c)\n\t\treturn;\n\tstop(c);\n}\n",
      deletions: ["return value -EINVAL", "return value stop(c)"]),
    Case(
      name: "a call in the middle is returned", before: "int (*op)(struct client *c)",
      after: "void (*op)(struct client *c)",
      driver: "static int foo(struct client *c)\n{\n\tif (c)\n\t\treturn stop(c);\n\treturn 0;\n}\n",
      expected: "static void foo(struct client *c)\n{\n\tif (c) {\n\t\tstop(c);\n\t\treturn;\n\t}\n}\n",
      deletions: ["return value stop(c)"]),
    Case(
      name: "a call in a block and behind a label is returned", before: "int (*op)(struct client *c)",
      after: "void (*op)(struct client *c)",
      driver: "static int foo(struct client *c)\n{\n\tswitch (c->n) {\n\tcase 1:\n\t\treturn stop(c);\n\t}\n"
        + "\treturn c->n;\n}\n",
      expected:
        "static void foo(struct client *c)\n{\n\tswitch (c->n) {\n\tcase 1:\n\t\tstop(c);\n\t\treturn;\n\t}\n}\n",
      flags: [.valueUsed], deletions: ["return value stop(c)"]),
    Case(
      name: "a call before else is returned", before: "int (*op)(struct client *c)",
      after: "void (*op)(struct client *c)",
      driver: "static int foo(struct client *c)\n{\n\tif (c)\n\t\treturn stop(c);\n\telse\n\t\treturn 0;\n}\n",
      expected: nil),
    Case(
      name: "what held the error goes", before: "int (*op)(struct client *c)", after: "void (*op)(struct client *c)",
      driver: "static int foo(struct client *c)\n{\n\tint ret = 0;\n\n\tif (c->stop)\n\t\tret = c->stop(c);\n\n"
        + "\treturn ret;\n}\n",
      expected: "static void foo(struct client *c)\n{\n\tif (c->stop)\n\t\tc->stop(c);\n}\n",
      deletions: ["return value ret"]),
    Case(
      name: "what held the error is one of several variables", before: "int (*op)(struct client *c)",
      after: "void (*op)(struct client *c)",
      driver:
        "static int foo(struct client *c)\n{\n\tint i, ret, n = 1;\n\tchar b;\n\n\tret = -EIO;\n\tret = stop(c, n, i);\n"
        + "\tif (c->n)\n\t\treturn ret;\n\tfree(c);\n\treturn 0;\n}\n",
      expected: "static void foo(struct client *c)\n{\n\tint i, n = 1;\n\tchar b;\n\n\tstop(c, n, i);\n"
        + "\tif (c->n)\n\t\treturn;\n\tfree(c);\n}\n",
      deletions: ["return value ret"]),
    Case(
      name: "the error is read elsewhere", before: "int (*op)(struct client *c)", after: "void (*op)(struct client *c)",
      driver:
        "static int foo(struct client *c)\n{\n\tint ret = stop(c);\n\n\tif (ret)\n\t\twarn(ret);\n\treturn ret;\n}\n",
      expected: "static void foo(struct client *c)\n{\n\tint ret = stop(c);\n\n\tif (ret)\n\t\twarn(ret);\n}\n",
      deletions: ["return value ret"]),
    Case(
      name: "no error but a number", before: "int (*op)(struct client *c)", after: "void (*op)(struct client *c)",
      driver: "static int foo(struct client *c)\n{\n\tint n;\n\n\tn = HANDLED;\n\treturn n;\n}\n",
      expected: "static void foo(struct client *c)\n{\n\tint n;\n\n\tn = HANDLED;\n}\n", flags: [.valueUsed]),
    Case(
      name: "nothing but a variable that is returned", before: "int (*op)(struct client *c)",
      after: "void (*op)(struct client *c)",
      driver: "static int foo(struct client *c)\n{\n\tint ret = 0;\n\n\treturn ret;\n}\n",
      expected: "static void foo(struct client *c)\n{\n}\n", deletions: ["return value ret"]),
    Case(
      name: "two variables of one declaration", before: "int (*op)(struct client *c)",
      after: "void (*op)(struct client *c)",
      driver: "static int foo(struct client *c)\n{\n\tint a, b;\n\n\tif (c) {\n\t\ta = f(c);\n\t\treturn a;\n\t}\n"
        + "\tb = g(c);\n\treturn b;\n}\n",
      expected: "static void foo(struct client *c)\n{\n\tint b;\n\n\tif (c) {\n\t\tf(c);\n\t\treturn;\n\t}\n"
        + "\tb = g(c);\n}\n",
      deletions: ["return value a", "return value b"]),
    Case(
      name: "a value that is no call and does something", before: "int (*op)(struct client *c)",
      after: "void (*op)(struct client *c)",
      driver: "static int foo(struct client *c)\n{\n\treturn f(c) ? -EIO : 0;\n}\n", expected: nil),
    Case(
      name: "a value that is set as it is returned", before: "int (*op)(struct client *c)",
      after: "void (*op)(struct client *c)",
      driver: "static int foo(struct client *c)\n{\n\treturn c->users -= 1;\n}\n",
      expected: "static void foo(struct client *c)\n{\n\tc->users -= 1;\n}\n", flags: [.valueUsed]),
    Case(
      name: "something is returned from now on", before: "void (*op)(struct client *c)",
      after: "bool (*op)(struct client *c)", driver: "static void foo(struct client *c)\n{\n}\n", expected: nil),
    Case(
      name: "a parameter comes first", before: "int (*op)(struct supply *s)",
      after: "int (*op)(struct supply *s, struct battery_hook *hook)",
      driver: "int foo(struct supply *s) { return 0; }\n",
      expected: "int foo(struct supply *s, struct battery_hook *hook) { return 0; }\n"),
    Case(
      name: "a parameter without a name", before: "int (*op)(struct supply *)",
      after: "int (*op)(struct battery_hook *, struct supply *)", driver: "int foo(struct supply *s) { return 0; }\n",
      expected: "int foo(struct battery_hook *hook, struct supply *s) { return 0; }\n"),
    Case(
      name: "a parameter without a name, and its type's is taken", before: "int (*op)(struct supply *)",
      after: "int (*op)(struct battery_hook *, struct supply *)",
      driver: "int foo(struct supply *hook) { return 0; }\n",
      expected: "int foo(struct battery_hook *battery_hook, struct supply *hook) { return 0; }\n"),
    Case(
      name: "a parameter whose name is taken", before: "int (*op)(struct supply *s)",
      after: "int (*op)(struct supply *s, struct battery_hook *h)",
      driver: "int foo(struct supply *h) { return 0; }\n",
      expected: "int foo(struct supply *h, struct battery_hook *hook) { return 0; }\n"),
    Case(
      name: "a parameter whose names are all taken", before: "int (*op)(struct supply *s)",
      after: "int (*op)(struct supply *s, struct hook *h)",
      driver: "int foo(struct supply *h) { int hook = 0; return hook; }\n", expected: nil),
    Case(
      name: "a long line is broken", before: "int (*op)(struct net_device *dev, struct coalesce *c)",
      after: "int (*op)(struct net_device *dev, struct coalesce *c, struct kernel_coalesce *k)",
      driver: "static int foo(struct net_device *network_device, struct coalesce *coalesce)\n{\n\treturn 0;\n}\n",
      expected: "static int foo(struct net_device *network_device, struct coalesce *coalesce,\n"
        + "\t       struct kernel_coalesce *k)\n{\n\treturn 0;\n}\n"),
    Case(
      name: "an unused parameter goes", before: "int (*op)(struct client *c, const struct id *id)",
      after: "int (*op)(struct client *c)",
      driver: "static int foo(struct client *c, const struct id *id)\n{\n\treturn 0;\n}\n",
      expected: "static int foo(struct client *c)\n{\n\treturn 0;\n}\n"),
    Case(
      name: "a used parameter goes", before: "int (*op)(struct client *c, const struct id *id)",
      after: "int (*op)(struct client *c)",
      driver: "static int foo(struct client *c, const struct id *id)\n{\n\treturn id->n;\n}\n", expected: nil),
    Case(
      name: "the new name is taken", before: "int (*op)(void)", after: "int (*op)(struct client *c)",
      driver: "static int foo(void)\n{\n\tint c = 0;\n\treturn c;\n}\n",
      expected: "static int foo(struct client *client)\n{\n\tint c = 0;\n\treturn c;\n}\n"),
    Case(
      name: "a first parameter", before: "int (*op)(void)", after: "int (*op)(struct client *c)",
      driver: "static int foo(void)\n{\n\treturn 0;\n}\n",
      expected: "static int foo(struct client *c)\n{\n\treturn 0;\n}\n"),
    Case(
      name: "numbers in another order", before: "void (*op)(int error, int unsup, void *ctx)",
      after: "void (*op)(int arg, int error, void *ctx)",
      driver: "static void foo(int error, int unsup, void *ctx)\n{\n}\n", expected: nil),
    Case(
      name: "another structure", before: "int (*op)(struct net_device *dev, struct eee *e)",
      after: "int (*op)(struct net_device *dev, struct keee *e)",
      driver: "static int foo(struct net_device *net, struct eee *eee)\n{\n\treturn eee->n;\n}\n",
      expected: "static int foo(struct net_device *net, struct keee *eee)\n{\n\treturn eee->n;\n}\n",
      flags: [.valueUsed]),
    Case(
      name: "a parameter passed a function", before: "int (*op)(void (*done)(int), struct a *a)",
      after: "int (*op)(void (*done)(int), const struct a *a)",
      driver: "static int foo(void (*done)(int), struct a *a)\n{\n\treturn 0;\n}\n",
      expected: "static int foo(void (*done)(int), const struct a *a)\n{\n\treturn 0;\n}\n"),
    Case(
      name: "the driver calls it too, a parameter comes", before: "void (*op)(struct a *a, void *ctx)",
      after: "void (*op)(struct a *a, unsigned long more, struct b *b, void *ctx)",
      driver: "static void foo(struct a *a, void *ctx)\n{\n}\n"
        + "void bar(struct c *c)\n{\n\tfoo(get(c, 1), c);\n\tc->foo(c, c);\n}\n",
      expected: "static void foo(struct a *a, unsigned long more, struct b *b, void *ctx)\n{\n}\n"
        + "void bar(struct c *c)\n{\n\tfoo(get(c, 1), 0, NULL, c);\n\tc->foo(c, c);\n}\n"),
    Case(
      name: "the driver calls it too, the first parameter comes", before: "void (*op)(void)",
      after: "void (*op)(struct a *a)", driver: "static void foo(void)\n{\n}\nvoid bar(void)\n{\n\tfoo();\n}\n",
      expected: "static void foo(struct a *a)\n{\n}\nvoid bar(void)\n{\n\tfoo(NULL);\n}\n"),
    Case(
      name: "the driver calls it too, parameters go", before: "void (*op)(int n, struct a *a, int more)",
      after: "void (*op)(struct a *a)",
      driver: "static void foo(int n, struct a *a, int more)\n{\n}\nvoid bar(void)\n{\n\tfoo(1, &a, next());\n}\n",
      expected: "static void foo(struct a *a)\n{\n}\nvoid bar(void)\n{\n\tfoo(&a);\n}\n", flags: [.argumentLost]),
    Case(
      name: "the driver calls it otherwise", before: "void (*op)(struct a *a)",
      after: "void (*op)(struct a *a, int n)",
      driver: "static void foo(struct a *a)\n{\n}\nvoid bar(void)\n{\n\tfoo(ARGUMENTS, 1);\n}\n", expected: nil),
    Case(
      name: "two heads of one body", before: "int (*op)(struct a *a)", after: "int (*op)(const struct a *a)",
      driver:
        "#ifdef OLD\nstatic int foo(struct b *a)\n#else\nstatic int foo(struct a *a)\n#endif\n{\n\treturn 0;\n}\n",
      expected: nil),
  ]

  @Test(arguments: cases, ["\n", "\r\n"])
  func table(_ example: Case, end: String) throws {
    func ended(_ text: String) -> String { text.replacing("\n", with: end) }
    let tail = "\nstatic const struct ops ops = {\n\t.name = NAME,\n\t.op = foo,\n};\n"
    let driver = SourceText(ended(example.driver + tail).utf8)
    let line = (example.driver + tail).split(separator: "\n", omittingEmptySubsequences: false)
      .firstIndex { $0.contains(".op") }
    var found = Break(
      site: Site(file: "a.c", line: try #require(line) + 1), kind: .callbackPrototype, symbol: "op",
      container: "struct ops", message: "incompatible")
    let site = Site(file: "include/linux/ops.h", line: 1)
    found.before = Declaration(name: "op", kind: .field, text: example.before, site: site, container: "struct ops")
    found.after = Declaration(name: "op", kind: .field, text: example.after, site: site, container: "struct ops")
    var search = Search(files: ["a.c": driver], breaks: [found])
    var result: SearchResult?
    while result == nil {
      switch search.next() {
      case .learn: search.told(rules: [:])
      case .attempt: search.told(breaks: [])
      case .finished(let finished): result = finished
      }
    }
    let finished = try #require(result)
    #expect(finished.changes.flatMap(\.deletions).map(\.text) == example.deletions)
    let text = String(decoding: try applying(finished.edits, to: driver).get(), as: UTF8.self)
    #expect(text == ended((example.expected ?? example.driver) + tail))
    #expect(finished.left.isEmpty == (example.expected != nil))
    #expect(finished.flags.map(\.reason) == example.flags)
  }

  /// The head that the kernel compiles is rewritten, the other one and the conditions stay.
  @Test func headsInAlternatives() throws {
    let driver = """
      #ifdef OLD
      static int foo(struct b *a)
      #else
      static int foo(struct a *a)
      #endif
      {
      \treturn 0;
      }
      static const struct ops ops = { .op = foo };

      """
    let found = Self.found(line: 9, before: "int (*op)(struct a *a)", after: "int (*op)(const struct a *a)")
    let files = ["a.c": SourceText(driver.utf8)]
    var search = Search(files: files, breaks: [found], inactive: ["a.c": [2...2]])
    guard case .learn = search.next() else { return #expect(Bool(false)) }
    search.told(rules: [:])
    guard case .attempt(let edits) = search.next() else { return #expect(Bool(false)) }
    let text = String(decoding: try applying(edits, to: SourceText(driver.utf8)).get(), as: UTF8.self)
    #expect(text == driver.replacing("foo(struct a *a)", with: "foo(const struct a *a)"))
  }

  /// A function that is passed for a parameter of a type that changed follows the type; others do not.
  @Test func aPassedFunctionFollowsItsType() throws {
    let driver = """
      static void foo(int error, void *c);
      static void other(int error);
      void bar(struct a *a)
      {
      \tstart(a, &foo, other);
      }
      static void foo(int error, void *c)
      {
      }
      static void other(int error)
      {
      }

      """
    var found = Self.found(
      line: 5, before: "void (*done_fn)(int error, void *context)",
      after: "void (*done_fn)(int error, int more, void *context)")
    (found.symbol, found.container) = ("done_fn", nil)
    var search = Search(files: ["a.c": SourceText(driver.utf8)], breaks: [found])
    guard case .learn = search.next() else { return #expect(Bool(false)) }
    search.told(rules: [:])
    guard case .attempt(let edits) = search.next() else { return #expect(Bool(false)) }
    let text = String(decoding: try applying(edits, to: SourceText(driver.utf8)).get(), as: UTF8.self)
    #expect(text == driver.replacing("foo(int error, void *c)", with: "foo(int error, int more, void *c)"))
  }

  /// A parameter that is lost and used is taken from where in-tree functions take it.
  @Test func lostParameterIsRecovered() throws {
    let driver = """
      static int foo(struct client *cl, const struct id *id)
      {
      \tint n;

      \treturn id->n;
      }
      static struct ops ops = { .op = foo };

      """
    let found = Self.found(
      line: 7, before: "int (*op)(struct client *c, const struct id *id)", after: "int (*op)(struct client *c)")
    let conversions = (0..<3).map { number in
      Conversion(
        path: "drivers/a\(number).c", oldText: "int a(struct client *c, const struct id *id)\n{\n\tb(id);\n}\n",
        newText: "int a(struct client *c)\n{\n\tconst struct id *id = client_id(c);\n\tb(id);\n}\n", oldStart: 1,
        newStart: 1)
    }
    let recovery = try #require(
      ParameterRecovery.rule(
        .init(type: ["const", "struct", "id", "*"]), from: conversions, near: Nearness()
      ) { _ in true })
    var search = Search(files: ["a.c": SourceText(driver.utf8)], breaks: [found])
    guard case .learn(let symbols) = search.next() else { return #expect(Bool(false)) }
    search.told(rules: [symbols[0]: [recovery]])
    guard case .attempt(let edits) = search.next() else { return #expect(Bool(false)) }
    let text = String(decoding: try applying(edits, to: SourceText(driver.utf8)).get(), as: UTF8.self)
    #expect(
      text
        == driver.replacing(", const struct id *id)", with: ")")
        .replacing("{\n\tint n;", with: "{\n\tconst struct id *id = client_id(cl);\n\tint n;"))
  }

  private static func found(line: Int, before: String, after: String) -> Break {
    var found = Break(
      site: Site(file: "a.c", line: line), kind: .callbackPrototype, symbol: "op", container: "struct ops",
      message: "incompatible")
    let site = Site(file: "include/linux/ops.h", line: 1)
    found.before = Declaration(name: "op", kind: .field, text: before, site: site, container: "struct ops")
    found.after = Declaration(name: "op", kind: .field, text: after, site: site, container: "struct ops")
    return found
  }

  /// The function, its declaration in a header and the structure that names it stand in three files.
  @Test func allFilesAreEdited() throws {
    let files = [
      "a.c": "#include \"a.h\"\nint foo_remove(struct dev *dev)\n{\n\tstop(dev);\n\treturn 0;\n}\n",
      "a.h": "int foo_remove(struct dev *dev);\n",
      "b.c": "#include \"a.h\"\nvoid g(struct ops *o)\n{\n\to->remove = &foo_remove;\n}\n",
    ]
    var found = Break(
      site: Site(file: "b.c", line: 4), kind: .callbackPrototype, symbol: "remove", container: "struct ops",
      message: "incompatible")
    let site = Site(file: "include/linux/ops.h", line: 1)
    found.before = Declaration(name: "remove", kind: .field, text: "int (*remove)(struct dev *)", site: site)
    found.after = Declaration(name: "remove", kind: .field, text: "void (*remove)(struct dev *)", site: site)
    var search = Search(files: files.mapValues { SourceText($0.utf8) }, breaks: [found])
    guard case .learn = search.next() else { return #expect(Bool(false)) }
    search.told(rules: [:])
    guard case .attempt(let edits) = search.next() else { return #expect(Bool(false)) }
    func text(_ file: String) throws -> String {
      let text = SourceText((files[file] ?? "").utf8)
      return String(decoding: try applying(edits.filter { $0.file == file }, to: text).get(), as: UTF8.self)
    }
    #expect(try text("a.c") == "#include \"a.h\"\nvoid foo_remove(struct dev *dev)\n{\n\tstop(dev);\n}\n")
    #expect(try text("a.h") == "void foo_remove(struct dev *dev);\n")
    #expect(try text("b.c") == files["b.c"])
  }
}
