// SPDX-License-Identifier: GPL-2.0-or-later

import FixComparison
import KernelModel
import Testing

/// What an adaptation changed against what the maintainer wrote.
@Suite struct SiteTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    /// One statement, or several, within a function.
    var before: String
    var after: String
    var theirs: String
    var verdict: SiteVerdict
    /// Text above the function, theirs and ours.
    var ourHead = ""
    var theirHead = ""
    var testDescription: String { name }
  }

  static let statements: [Case] = [
    Case(name: "the same call", before: "f(a);", after: "g(a);", theirs: "g(a);", verdict: .same),
    Case(
      name: "white space and comments", before: "f(a, b);", after: "g(a, b);", theirs: "g(a,\n  /* b */ b);",
      verdict: .same),
    Case(name: "another call", before: "f(a);", after: "g(a);", theirs: "h(a);", verdict: .different),
    Case(name: "not yet converted", before: "f(a);", after: "g(a);", theirs: "f(a);", verdict: .different),
    Case(name: "parentheses", before: "x = f(a);", after: "x = (g(a));", theirs: "x = g((a));", verdict: .equivalent),
    Case(
      name: "parentheses that count", before: "x = f(a);", after: "x = (a + b) * c;", theirs: "x = a + b * c;",
      verdict: .different),
    Case(name: "pointer cast", before: "f(a);", after: "g((void *)a);", theirs: "g(a);", verdict: .equivalent),
    Case(name: "narrowing cast", before: "f(a);", after: "g((u8)a);", theirs: "g(a);", verdict: .different),
    Case(
      name: "null", before: "if (f(a)) x = 1;", after: "if (g(a) == NULL) x = 1;", theirs: "if (!g(a)) x = 1;",
      verdict: .equivalent),
    Case(
      name: "not null", before: "if (f(a)) x = 1;", after: "if (g(a) != 0) x = 1;", theirs: "if (g(a)) x = 1;",
      verdict: .equivalent),
    Case(
      name: "not null as a number", before: "x = f(a);", after: "x = g(a) != 0;", theirs: "x = g(a);",
      verdict: .different),
    Case(
      name: "twice not", before: "if (f(a)) x = 1;", after: "if (!(g(a) == 0) && b) x = 1;",
      theirs: "if (g(a) && b) x = 1;", verdict: .equivalent),
    Case(
      name: "the other way round", before: "if (f(a)) x = 1;", after: "if (g(a) > b) x = 1;",
      theirs: "if (b < g(a)) x = 1;", verdict: .equivalent),
    Case(
      name: "a minus of a minus", before: "x = f(a);", after: "x = -(-a);", theirs: "x = - -a;", verdict: .equivalent),
    Case(name: "hexadecimal", before: "f(a);", after: "g(0x10);", theirs: "g(16);", verdict: .equivalent),
    Case(name: "deleted by both", before: "f(a); x = 1;", after: "x = 1;", theirs: "x = 1;", verdict: .same),
    Case(
      name: "deleted by us only", before: "f(a); x = 1;", after: "x = 1;", theirs: "f(a); x = 1;", verdict: .different),
    Case(
      name: "replaced by us, deleted by them", before: "f(a); x = 1;", after: "g(a); x = 1;", theirs: "x = 1;",
      verdict: .different),
    Case(
      name: "moved", before: "x = 1; y = 2;", after: "g(a); x = 1; y = 2;", theirs: "x = 1; y = 2; g(a);",
      verdict: .equivalent),
    Case(
      name: "moved into another block", before: "if (a) { x = 1; } y = 2;", after: "if (a) { x = 1; g(a); } y = 2;",
      theirs: "if (a) { x = 1; } y = 2; g(a);", verdict: .different),
    Case(
      name: "a macro of theirs", before: "f(a);", after: "g(a, 1);", theirs: "compat_f(a);", verdict: .equivalent,
      theirHead: "#define compat_f(x) g(x, 1)"),
    Case(
      name: "a macro of theirs that says something else", before: "f(a);", after: "g(a, 1);", theirs: "compat_f(a);",
      verdict: .different, theirHead: "#define compat_f(x) g(x, 2)"),
    Case(
      name: "a macro of ours", before: "x = OLD;", after: "x = MINE;", theirs: "x = NEW | 1;", verdict: .equivalent,
      ourHead: "#define MINE (NEW | 1)"),
    Case(
      name: "macros that name each other", before: "x = a;", after: "x = ONE;", theirs: "x = TWO;", verdict: .different,
      ourHead: "#define ONE TWO\n#define TWO ONE", theirHead: "#define ONE TWO\n#define TWO ONE x"),
    Case(
      name: "a variable of another name", before: "x = f(a);", after: "struct s *mine = g(a); x = mine->f;",
      theirs: "struct s *other = g(a); x = other->f;", verdict: .equivalent),
    Case(
      name: "another variable", before: "f(x);", after: "g(x);", theirs: "g(y);", verdict: .different),
    Case(
      name: "rewritten", before: "a1(); a2(); a3(); a4(); a5(); f(a);", after: "a1(); a2(); a3(); a4(); a5(); g(a);",
      theirs: "all_at_once(a);", verdict: .notComparable),
  ]

  @Test(arguments: statements)
  func statement(_ sample: Case) {
    func file(_ body: String, _ head: String = "") -> SourceText {
      SourceText("\(head)\nint demo(struct s *a, int b, int c)\n{\n\tint x, y;\n\t\(body)\n\treturn x;\n}\n".utf8)
    }
    let sites = DriverComparison.sites(
      original: ["d.c": file(sample.before, sample.ourHead)], adapted: ["d.c": file(sample.after, sample.ourHead)],
      theirs: ["d.c": file(sample.theirs, sample.theirHead)])
    #expect(sites.map(\.verdict).max() == sample.verdict, "\(sites)")
    #expect(sites.allSatisfy { $0.within == "demo" && $0.file == "d.c" && $0.line > 1 })
    #expect(sites.allSatisfy { ($0.verdict == .same) == $0.reason.isEmpty })
  }

  struct FileCase: CustomTestStringConvertible, Sendable {
    var name: String
    var before: [String: String]
    var after: [String: String]
    var theirs: [String: String]
    var verdicts: [SiteVerdict]
    var testDescription: String { name }
  }

  static let files: [FileCase] = [
    FileCase(
      name: "a callback's parameter with another name",
      before: ["d.c": "static int f(struct a *x, int old)\n{\n\treturn x->n;\n}\n"],
      after: ["d.c": "static int f(struct b *x)\n{\n\treturn x->n;\n}\n"],
      theirs: ["d.c": "static int f(struct b *p)\n{\n\treturn p->n;\n}\n"], verdicts: [.equivalent]),
    FileCase(
      name: "a callback's parameter by macros of theirs",
      before: ["d.c": "static int f(struct a *x)\n{\n\treturn x->n;\n}\n"],
      after: ["d.c": "static int f(const struct a *x)\n{\n\treturn x->n;\n}\n"],
      theirs: [
        "d.c":
          "#define CSTRUCT const struct\n#define NOTHING\nstatic int f(CSTRUCT a NOTHING *x)\n{\n\treturn x->n;\n}\n"
      ], verdicts: [.equivalent]),
    FileCase(
      name: "a callback's parameter of another type",
      before: ["d.c": "static int f(struct a *x)\n{\n\treturn x->n;\n}\n"],
      after: ["d.c": "static int f(const struct a *x)\n{\n\treturn x->n;\n}\n"],
      theirs: ["d.c": "static int f(struct a *x)\n{\n\treturn x->n;\n}\n"], verdicts: [.different]),
    FileCase(
      name: "initialisers in another order",
      before: ["d.c": "static const struct ops o = {\n\t.a = a,\n\t.b = b,\n};\n"],
      after: ["d.c": "static const struct ops o = {\n\t.a = a,\n\t.b = b,\n\t.c = c,\n};\n"],
      theirs: ["d.c": "static const struct ops o = {\n\t.c = c,\n\t.a = a,\n\t.b = b,\n};\n"], verdicts: [.equivalent]),
    FileCase(
      name: "an initialiser deleted",
      before: ["d.c": "static const struct ops o = {\n\t.a = a,\n\t.b = b,\n};\n"],
      after: ["d.c": "static const struct ops o = {\n\t.a = a,\n};\n"],
      theirs: ["d.c": "static const struct ops o = {\n\t.a = a2,\n};\n"], verdicts: [.same]),
    FileCase(
      name: "a declarer at file level", before: ["d.c": "DEF(a);\nint y;\n"], after: ["d.c": "DEF(a, 1);\nint y;\n"],
      theirs: ["d.c": "DEF(a, 1);\nlong y;\n"], verdicts: [.same]),
    FileCase(
      name: "what a module says of itself, in another file", before: ["d.c": "LICENSE(a);\n", "e.c": "int x;\n"],
      after: ["d.c": "LICENSE(a);\nIMPORT(N);\n", "e.c": "int x;\n"],
      theirs: ["d.c": "LICENSE(a);\n", "e.c": "int x;\nIMPORT(N);\n"], verdicts: [.equivalent]),
    FileCase(
      name: "an element of another object of the list",
      before: ["d.c": "static struct t l[] = {\n\t[0] = { .a = a },\n\t[1] = { .b = b },\n};\n"],
      after: ["d.c": "static struct t l[] = {\n\t[0] = { .a = a, .c = c },\n\t[1] = { .b = b },\n};\n"],
      theirs: ["d.c": "static struct t l[] = {\n\t[0] = { .a = a },\n\t[1] = { .b = b, .c = c },\n};\n"],
      verdicts: [.different]),
    FileCase(
      name: "the function has moved", before: ["d.c": "int f(void)\n{\n\told();\n}\n"],
      after: ["d.c": "int f(void)\n{\n\tfresh();\n}\n"],
      theirs: ["d.c": "int g;\n", "e.c": "int f(void)\n{\n\tfresh();\n}\n"], verdicts: [.same]),
    FileCase(
      name: "the function is gone", before: ["d.c": "int f(void)\n{\n\told();\n}\n"],
      after: ["d.c": "int f(void)\n{\n\tfresh();\n}\n"], theirs: ["d.c": "int g;\n"], verdicts: [.notComparable]),
    FileCase(
      name: "the file is gone", before: ["d.c": "int f(void)\n{\n\told();\n}\n"],
      after: ["d.c": "int f(void)\n{\n\tfresh();\n}\n"], theirs: [:], verdicts: [.notComparable]),
    FileCase(
      name: "the folder has another name", before: ["src/d.c": "DEF(a);\n"], after: ["src/d.c": "DEF(b);\n"],
      theirs: ["kernel/d.c": "DEF(b);\n"], verdicts: [.same]),
    FileCase(
      name: "two places", before: ["d.c": "int f(void)\n{\n\told(1);\n\tx();\n\told(2);\n}\n"],
      after: ["d.c": "int f(void)\n{\n\tfresh(1);\n\tx();\n\tfresh(2);\n}\n"],
      theirs: ["d.c": "int f(void)\n{\n\tfresh(1);\n\tx();\n\tfresh(3);\n}\n"], verdicts: [.same, .different]),
    FileCase(
      name: "a macro's body", before: ["d.h": "#define M(a) old(a)\n"], after: ["d.h": "#define M(a) fresh(a, 1)\n"],
      theirs: ["d.h": "#define M(a)  fresh(a, 1)\n"], verdicts: [.same]),
    FileCase(
      name: "an include", before: ["d.c": "#include <x/a.h>\n"], after: ["d.c": "#include <x/b.h>\n"],
      theirs: ["d.c": "#include <x/c.h>\n#include <x/b.h>\n"], verdicts: [.same]),
    FileCase(
      name: "an include through a header of ours", before: ["d.c": "#include <x/a.h>\n"],
      after: ["d.c": "#include \"compat.h\"\n", "compat.h": "#include <x/b.h>\n"],
      theirs: ["d.c": "#include <x/b.h>\n"], verdicts: [.equivalent]),
    FileCase(
      name: "an include in the driver's own compatibility header",
      before: ["d.c": "#include \"compat.h\"\n#include <x/a.h>\n", "compat.h": "int x;\n"],
      after: ["d.c": "#include \"compat.h\"\n", "compat.h": "#include <x/b.h>\nint x;\n"],
      theirs: ["d.c": "#include \"compat.h\"\n#include <x/b.h>\n", "compat.h": "int x;\n"], verdicts: [.equivalent]),
    FileCase(
      name: "conditions within a statement",
      before: ["d.c": "int f(void)\n{\n\tif (a\n#if 1\n\t    || old(b)\n#endif\n\t)\n\t\tg();\n}\n"],
      after: ["d.c": "int f(void)\n{\n\tif (a\n#if 1\n\t    || fresh(b)\n#endif\n\t)\n\t\tg();\n}\n"],
      theirs: ["d.c": "int f(void)\n{\n\tif (a || fresh(b))\n\t\tg();\n}\n"], verdicts: [.same]),
    FileCase(
      name: "an include that they keep", before: ["d.c": "#include <x/a.h>\n"], after: ["d.c": "#include <x/b.h>\n"],
      theirs: ["d.c": "#include <x/a.h>\n#include <x/b.h>\n"], verdicts: [.different]),
    FileCase(
      name: "headers that include each other", before: ["d.c": "#include \"a.h\"\n", "a.h": "#include \"b.h\"\n"],
      after: ["d.c": "#include \"a.h\"\n#include <x/n.h>\n", "a.h": "#include \"b.h\"\n", "b.h": "#include \"a.h\"\n"],
      theirs: ["d.c": "#include \"a.h\"\n", "a.h": "#include \"../a.h\"\n#include <x/n.h>\n"], verdicts: [.equivalent]),
    FileCase(
      name: "build files", before: ["Makefile": "obj-m := d.o\nFLAGS = -DA\n"],
      after: ["Makefile": "obj-m := d.o\nflags-y   = -DA\n\nprobe := 1\n"],
      theirs: ["Makefile": "obj-m := d.o\nflags-y =\t-DA\n"], verdicts: [.same]),
    FileCase(
      name: "a build file of theirs that is as before", before: ["Makefile": "FLAGS = -DA\n"],
      after: ["Makefile": "flags-y = -DA\n"], theirs: ["Makefile": "FLAGS = -DA\n"], verdicts: [.different]),
    FileCase(
      name: "nothing changed", before: ["d.c": "int x;\n"], after: ["d.c": "int x;\n"], theirs: [:], verdicts: []),
    FileCase(
      name: "only how it is laid out", before: ["d.c": "int  x;\n"], after: ["d.c": "int x; /* new */\n"],
      theirs: ["d.c": "int x;\n"], verdicts: []),
    FileCase(
      name: "what no C is", before: ["d.c": "}}) int f( {\n#define\n#include\n"],
      after: ["d.c": "((({ #define X(\n\"\n"],
      theirs: ["d.c": "\u{0}#else\n#define X(a"], verdicts: [.different, .same]),
  ]

  @Test(arguments: files)
  func file(_ sample: FileCase) {
    func texts(_ files: [String: String]) -> DriverComparison.Texts { files.mapValues { SourceText($0.utf8) } }
    let sites = DriverComparison.sites(
      original: texts(sample.before), adapted: texts(sample.after), theirs: texts(sample.theirs))
    #expect(sites.map(\.verdict) == sample.verdicts, "\(sites)")
  }

  @Test func showsAllTexts() {
    let sites = DriverComparison.sites(
      original: ["d.c": SourceText("int f(void)\n{\n\ta();\n\told(1,\n\t    2);\n\tb();\n}\n".utf8)],
      adapted: ["d.c": SourceText("int f(void)\n{\n\ta();\n\tfresh(1);\n\tb();\n}\n".utf8)],
      theirs: ["d.c": SourceText("int f(void)\n{\n\ta();\n\tother(1);\n\tthing(2);\n\tb();\n}\n".utf8)])
    #expect(
      sites == [
        SiteComparison(
          file: "d.c", line: 4, within: "f", verdict: .different,
          reason: "the maintainer's version has no such statement", before: ["old(1, 2)"], after: ["fresh(1)"],
          theirs: ["other(1)", "thing(2)"])
      ])
  }

  @Test func namesWhatWasChanged() {
    let before = "int f(void)\n{\n\treturn 1;\n}\nint g(void)\n{\n\treturn 1;\n}\n"
    #expect(
      DriverComparison.changedNames(
        original: ["d.c": SourceText(before.utf8)],
        adapted: ["d.c": SourceText(before.replacing("f(void)", with: "f(int a)").utf8)]) == ["d.c": ["f"]])
  }
}
