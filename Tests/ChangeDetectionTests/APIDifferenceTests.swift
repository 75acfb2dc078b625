// SPDX-License-Identifier: GPL-2.0-or-later

import ChangeDetection
import ConversionIndex
import KernelModel
import TestSupport
import Testing

/// One header before and after, and what is told of it: `kind name` or `kind name → successor`, a line each.
struct HeaderCase: Sendable, CustomTestStringConvertible {
  var name: String
  var before: String
  var after: String
  var told: [String]
  var testDescription: String { name }
}

@Suite struct APIDifferenceTests {
  @Test(arguments: [
    HeaderCase(
      name: "function gone", before: "int foo(struct bar *b);\nvoid baz(void);\n", after: "void baz(void);\n",
      told: ["function-gone foo"]),
    HeaderCase(
      name: "argument added", before: "int foo(struct bar *b);\n", after: "int foo(struct bar *b, gfp_t flags);\n",
      told: ["arguments foo"]),
    HeaderCase(
      name: "parameter named otherwise", before: "int foo(struct bar *b, long unsigned n);\n",
      after: "extern int foo(struct bar *bar,\n\t\tunsigned long count) __must_check;\n", told: []),
    HeaderCase(
      name: "result", before: "int foo(struct bar *b);\n", after: "void foo(struct bar *b);\n",
      told: ["return-type foo"]),
    HeaderCase(
      name: "parameter made const", before: "int foo(struct bar *b);\n", after: "int foo(const struct bar *b);\n",
      told: []),
    HeaderCase(
      name: "parameter no longer const", before: "int foo(const struct bar *b);\n", after: "int foo(struct bar *b);\n",
      told: ["arguments foo"]),
    HeaderCase(
      name: "field made const", before: "struct s {\n\tchar *name;\n};\n",
      after: "struct s {\n\tconst char *name;\n};\n", told: ["made-const struct s.name"]),
    HeaderCase(
      name: "inline instead of exported", before: "int foo(int a);\n",
      after: "static inline int foo(int a)\n{\n\treturn __foo(a, 0);\n}\nint __foo(int a, int b);\n", told: []),
    HeaderCase(
      name: "macro instead of function", before: "int foo(int a);\n", after: "#define foo(a) __foo(a, THIS_MODULE)\n",
      told: []),
    HeaderCase(
      name: "macro with fewer arguments than the function", before: "int foo(int a, int b);\n",
      after: "#define foo(a) __foo(a)\n", told: ["arguments foo"]),
    HeaderCase(
      name: "macro's arguments", before: "#define FOO(a, b) ((a) + (b))\n", after: "#define FOO(a) (a)\n",
      told: ["macro-arity FOO"]),
    HeaderCase(
      name: "macro without arguments", before: "#define FOO (1)\n", after: "#define FOO(a) (a)\n",
      told: ["macro-arity FOO"]),
    HeaderCase(
      name: "another value is no change of the interface", before: "#define FOO 1\n", after: "#define FOO 2\n", told: []
    ),
    HeaderCase(
      name: "macro became an enumerator", before: "#define FOO 1\n", after: "enum foo { FOO = 1, };\n", told: []),
    HeaderCase(
      name: "constants gone", before: "#define FOO 1\nenum e { A, B };\n", after: "enum e { B };\n",
      told: ["name-gone FOO", "name-gone A"]),
    HeaderCase(
      name: "field gone", before: "struct foo {\n\tint a;\n\tlong b;\n};\n", after: "struct foo {\n\tint a;\n};\n",
      told: ["field-gone struct foo.b"]),
    HeaderCase(
      name: "field renamed", before: "struct foo {\n\tint a;\n\tlong b;\n};\n",
      after: "struct foo {\n\tint a;\n\tlong c;\n};\n", told: ["field-renamed struct foo.b → c"]),
    HeaderCase(
      name: "two fields of a type went, one came", before: "struct foo {\n\tlong a;\n\tlong b;\n};\n",
      after: "struct foo {\n\tlong c;\n};\n", told: ["field-gone struct foo.a", "field-gone struct foo.b"]),
    HeaderCase(
      name: "fields retyped", before: "struct foo {\n\tint a, *b;\n\tchar c[8];\n};\n",
      after: "struct foo {\n\tint a;\n\tlong *b;\n\tchar c[16];\n};\n",
      told: ["type-changed struct foo.b", "type-changed struct foo.c"]),
    HeaderCase(
      name: "declarators apart", before: "struct foo {\n\tint a, *b;\n};\n",
      after: "struct foo {\n\tint a;\n\tint *b;\n};\n", told: []),
    HeaderCase(
      name: "callback", before: "struct ops {\n\tint (*run)(struct foo *f);\n\tvoid (*end)(void);\n};\n",
      after: "struct ops {\n\tvoid (*run)(struct foo *f);\n\tvoid (*end)(void);\n};\n",
      told: ["callback-prototype struct ops.run"]),
    HeaderCase(
      name: "callback's parameter made const", before: "struct ops {\n\tint (*run)(struct foo *f);\n};\n",
      after: "struct ops {\n\tint (*run)(const struct foo *f);\n};\n", told: ["made-const struct ops.run"]),
    HeaderCase(
      name: "a macro brings the field", before: "struct foo {\n\tint a;\n\tlong b;\n};\n",
      after: "#define COMMON { long b; }\nstruct foo {\n\tint a;\n\tunion {\n\t\tstruct COMMON;\n\t};\n};\n", told: []),
    HeaderCase(
      name: "macro with any number of arguments", before: "int foo(int a);\n",
      after: "#define foo(...) bar(__VA_ARGS__)\n",
      told: []),
    HeaderCase(
      name: "made opaque", before: "struct foo {\n\tint a;\n};\nint bar(struct foo *f);\n",
      after: "struct foo;\nint bar(struct foo *f);\n", told: ["made-opaque foo"]),
    HeaderCase(
      name: "structure gone", before: "struct foo {\n\tint a;\n};\nint bar(void);\n", after: "int bar(void);\n",
      told: ["type-gone foo"]),
    HeaderCase(
      name: "typedef", before: "typedef int (*foo_t)(int a);\ntypedef u32 bar_t;\n",
      after: "typedef int (*foo_t)(int a, int b);\n", told: ["type-changed foo_t", "type-gone bar_t"]),
    HeaderCase(
      name: "one of two declarations under conditions",
      before: "#ifdef CONFIG_A\nint foo(int a);\n#else\nstatic inline int foo(int a) { return 0; }\n#endif\n",
      after:
        "#ifdef CONFIG_A\nint foo(int a, int b);\n#else\nstatic inline int foo(int a, int b) { return 0; }\n#endif\n",
      told: ["arguments foo"]),
    HeaderCase(
      name: "stub gone",
      before: "#ifdef CONFIG_A\nint foo(int a);\n#else\nstatic inline int foo(int a) { return 0; }\n#endif\n",
      after: "int foo(int a);\n", told: []),
    HeaderCase(
      name: "new names", before: "int foo(void);\n", after: "int foo(void);\nint bar(void);\n#define BAZ 1\n", told: []),
    HeaderCase(
      name: "words only", before: "/* Does. */\nint foo(void);\n", after: "/* Does not. */\nint foo(void);\n", told: []),
  ])
  func header(_ row: HeaderCase) {
    #expect(told([file("include/linux/a.h", row.before, row.after)]) == row.told)
  }

  @Test func anotherHeader() {
    let text = "#ifndef A_H\n#define A_H\nint foo(void);\nint bar(void);\n#endif\n"
    #expect(
      told([
        file("include/linux/a.h", text, nil), file("include/linux/new/a.h", nil, text.replacing("A_H", with: "B_H")),
      ])
        == ["header-moved linux/a.h → linux/new/a.h"])
    #expect(
      told([
        file("include/linux/a.h", "int foo(void);\n", ""), file("include/linux/b.h", "", "int foo(void);\n"),
      ]) == ["moved foo → linux/b.h"])
    var including = file("include/linux/a.h", "int foo(void);\nstruct s {\n\tint a;\n};\n", "")
    including.includes = ["linux/between.h"]
    var between = file("include/linux/between.h", "", "")
    between.includes = ["linux/b.h"]
    let home = file("include/linux/b.h", "", "int foo(void);\nstruct s {\n\tint a;\n};\n")
    #expect(told([including, between, home]) == [])
    // Out of drivers' sight.
    #expect(
      told([
        file("include/linux/a.h", "int foo(void);\nstruct s {\n\tint a;\n};\n", "struct s;\n"),
        file("mm/internal.h", "", "int foo(void);\nstruct s {\n\tint a;\n};\n"),
      ]) == ["function-gone foo", "made-opaque s"])
    #expect(
      told([file("include/linux/a.h", "int foo(void);\n", nil)]) == ["header-gone linux/a.h", "function-gone foo"])
  }

  @Test(arguments: [
    ("EXPORT_SYMBOL(foo);\n", "", ["unexported foo"]),
    ("EXPORT_SYMBOL(foo);\n", "EXPORT_SYMBOL_GPL(foo);\n", ["gpl-only foo"]),
    ("EXPORT_SYMBOL_GPL(foo);\n", "EXPORT_SYMBOL(foo);\n", []),
    ("EXPORT_SYMBOL_GPL(foo);\n", "EXPORT_SYMBOL_NS_GPL(foo, \"BAR\");\n", ["namespace foo"]),
    ("EXPORT_SYMBOL_NS_GPL(foo, BAR);\n", "EXPORT_SYMBOL_NS_GPL(foo, \"BAR\");\n", []),
    ("EXPORT_SYMBOL(foo);\n", "EXPORT_SYMBOL(foo);\nEXPORT_SYMBOL(bar);\n", []),
  ])
  func export(before: String, after: String, expected: [String]) {
    #expect(told([file("lib/a.c", before, after)]) == expected)
  }

  @Test func aFunctionThatIsGoneIsNotExportedEither() {
    let files = [
      file("include/linux/a.h", "struct s;\nint foo(void);\n", ""), file("lib/a.c", "EXPORT_SYMBOL(foo);\n", ""),
    ]
    #expect(told(files) == ["function-gone foo"])
  }

  @Test func anExportMayGoToAnotherFile() {
    #expect(told([file("lib/a.c", "EXPORT_SYMBOL(foo);\n", ""), file("lib/b.c", "", "EXPORT_SYMBOL(foo);\n")]) == [])
  }

  @Test func headersBesideSourcesAreNobodyElsesBusiness() {
    let changes = APIDifference.changes(in: [file("drivers/net/a/a.h", "int foo(int a);\n", "int foo(void);\n")])
    #expect(changes.map(\.isPublic) == [false])
    #expect(changes.map(\.kind) == [.arguments])
  }

  private func file(_ path: String, _ before: String?, _ after: String?) -> DeclaredFile {
    DeclaredFile(
      path: path, before: before.map { fileDeclarations(Array($0.utf8), path: path) },
      after: after.map { fileDeclarations(Array($0.utf8), path: path) })
  }

  private func told(_ files: [DeclaredFile]) -> [String] {
    APIDifference.changes(in: files).map { change in
      "\(change.kind.rawValue) \(change.name)" + (change.successor.map { " → \($0)" } ?? "")
    }
  }
}

@Suite struct BuildDifferenceTests {
  @Test func namesThatAreGone() {
    let changes = BuildDifference.changes(in: [
      .init(
        path: "scripts/Makefile.lib", before: Array("flags = $(OLD_FLAGS) $(call if_changed,cc) $(ccflags-y)\n".utf8),
        after: Array("flags = $(ccflags-y)\n".utf8)),
      .init(
        path: "drivers/a/Kconfig", before: Array("config FOO\n\tbool \"the FOO config\"\nconfig BAR\n".utf8),
        after: Array("config BAR\n".utf8)),
      .init(path: "drivers/a/Makefile", before: Array("obj-$(CONFIG_FOO) += foo.o\n".utf8), after: []),
    ])
    #expect(
      changes.map { "\($0.kind.rawValue) \($0.symbol) \($0.site)" } == [
        "config-gone FOO drivers/a/Kconfig:1", "build-variable OLD_FLAGS scripts/Makefile.lib:1",
      ])
  }
}

@Suite struct MessageStatementTests {
  @Test func whatOnlyTheMessageSays() {
    let message = """
      foo: sleep in foo_wait()

      foo_wait() may sleep now. Callers of foo_wait() must not hold a spinlock any
      more. All drivers were checked.

      Link: https://example.org/ drivers must foo_link()
      """
    let site = Site(file: "include/linux/foo.h", line: 0)
    let changes = MessageStatements.changes(in: message, besides: [], site: site)
    #expect(changes.map(\.symbol) == ["foo_wait"])
    #expect(changes.first?.statement == "Callers of foo_wait() must not hold a spinlock any more.")
    #expect(MessageStatements.changes(in: message, besides: ["foo_wait"], site: site).isEmpty)
  }
}

@Suite struct TaxonomyTests {
  /// The page that describes the kinds names each of them, and no other.
  @Test func isWrittenDown() throws {
    let page = try String(contentsOfFile: "\(repositoryRoot)/Documentation/api-changes.md", encoding: .utf8)
    let named = page.matches(of: /(?m)^\| `([a-z-]+)` \|/).map { String($0.1) }
    #expect(named == APIChange.Kind.allCases.map(\.rawValue))
  }
}
