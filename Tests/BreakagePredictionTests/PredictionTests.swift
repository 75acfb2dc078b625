// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import ChangeDetection
import ConversionIndex
import KernelModel
import Testing

/// A header before and after, a driver, and the places that are told: `line certainty kind name`.
struct PredictionCase: Sendable, CustomTestStringConvertible {
  var name: String
  var before: String
  var after: String
  var driver: String
  var told: [String]
  var testDescription: String { name }
}

@Suite struct PredictionTests {
  @Test(arguments: [
    PredictionCase(
      name: "function gone", before: "int foo(int a);\n", after: "",
      driver: "void f(void)\n{\n\tfoo(1);\n\tbar.foo = foo;\n}\n",
      told: ["3 likely function-gone foo", "4 likely function-gone foo"]),
    PredictionCase(
      name: "the driver's own function", before: "int foo(int a);\n", after: "",
      driver: "static int foo(int a)\n{\n\treturn a;\n}\n\nint g(void)\n{\n\treturn foo(1);\n}\n", told: []),
    PredictionCase(
      name: "argument added", before: "int foo(int a);\n", after: "int foo(int a, int b);\n",
      driver: "void f(void)\n{\n\tfoo(1);\n\tfoo(1, 2);\n\tops.run = foo;\n}\n",
      told: ["3 likely arguments foo", "5 possible arguments foo"]),
    PredictionCase(
      name: "another structure is taken", before: "int foo(struct a *a);\n", after: "int foo(struct b *b);\n",
      driver: "void f(void)\n{\n\tfoo(x);\n}\n", told: ["3 likely arguments foo"]),
    PredictionCase(
      name: "a wider number is taken", before: "int foo(int a);\n", after: "int foo(long a);\n",
      driver: "void f(void)\n{\n\tfoo(1);\n}\n", told: ["3 possible arguments foo"]),
    PredictionCase(
      name: "the result is gone", before: "int foo(int a);\n", after: "void foo(int a);\n",
      driver: "int f(void)\n{\n\tfoo(1);\n\treturn foo(2);\n}\n", told: ["4 likely return-type foo"]),
    PredictionCase(
      name: "field gone", before: "struct s {\n\tint a;\n\tlong b;\n};\n", after: "struct s {\n\tint a;\n};\n",
      driver: "struct own {\n\tint c;\n};\n\nvoid f(struct s *s, struct t *t, void *x)\n{\n\ts->b = 1;\n\tt->b = 1;\n"
        + "\ts->next->b = 2;\n}\n",
      told: ["7 likely field-gone struct s.b", "9 possible field-gone struct s.b"]),
    PredictionCase(
      name: "a field of the driver's own as well", before: "struct s {\n\tint a;\n\tlong b;\n};\n",
      after: "struct s {\n\tint a;\n};\n",
      driver: "struct own {\n\tlong b;\n\tstruct s *s;\n};\n\nvoid f(struct own *own)\n{\n\town->s->b = 1;\n}\n",
      told: []),
    PredictionCase(
      name: "callback", before: "struct ops {\n\tint (*run)(int a);\n};\n",
      after: "struct ops {\n\tvoid (*run)(int a);\n};\n",
      driver:
        "static const struct ops mine = {\n\t.run = my_run,\n};\n\nint f(struct ops *o)\n{\n\treturn o->run(1);\n}\n",
      told: ["2 likely callback-prototype struct ops.run", "7 possible callback-prototype struct ops.run"]),
    PredictionCase(
      name: "a callback that has the new prototype", before: "struct ops {\n\tint (*run)(int a);\n};\n",
      after: "struct ops {\n\tvoid (*run)(int a);\n};\n",
      driver: "static void my_run(int b)\n{\n}\n\nstatic int old_run(int b)\n{\n\treturn b;\n}\n\n"
        + "static const struct ops mine = {\n\t.run = my_run,\n};\nstatic const struct ops old = {\n\t.run = &old_run,\n};\n",
      told: ["14 likely callback-prototype struct ops.run"]),
    PredictionCase(
      name: "a callback whose function is called as the field", before: "struct ops {\n\tint (*run)(int a);\n};\n",
      after: "struct ops {\n\tvoid (*run)(int a);\n};\n",
      driver: "static int run(int b)\n{\n\treturn b;\n}\n\nstatic const struct ops mine = {\n\t.run = run,\n};\n",
      told: ["7 likely callback-prototype struct ops.run"]),
    PredictionCase(
      name: "a variable that is called as a structure", before: "struct ring {\n\tint a;\n};\n", after: "",
      driver: "int f(void)\n{\n\tint ring = 0;\n\n\treturn ring;\n}\nstruct ring *g;\n",
      told: ["7 likely type-gone ring"]),
    PredictionCase(
      name: "made opaque", before: "struct s {\n\tint a;\n};\n", after: "struct s;\n",
      driver: "int f(struct s *s)\n{\n\treturn s->a;\n}\n", told: ["3 likely made-opaque s"]),
    PredictionCase(
      name: "older kernels' branch", before: "int foo(int a);\n", after: "",
      driver:
        "void f(void)\n{\n#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)\n\tfoo(1);\n#else\n\tbar(1);\n#endif\n}\n",
      told: []),
    PredictionCase(
      name: "a branch that asks for more", before: "int foo(int a);\n", after: "",
      driver: "void f(void)\n{\n#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0) || defined(X)\n\tfoo(1);\n#endif\n}\n",
      told: ["4 likely function-gone foo"]),
    PredictionCase(
      name: "macro of the driver's", before: "int foo(int a);\n", after: "",
      driver: "#define mine(x) foo(x)\n", told: ["1 likely function-gone foo"]),
  ])
  func driver(_ row: PredictionCase) {
    let path = "include/linux/a.h"
    func declarations(_ text: String) -> [Declaration] { fileDeclarations(Array(text.utf8), path: path) }
    let changes = APIDifference.changes(in: [
      DeclaredFile(path: path, before: declarations(row.before), after: declarations(row.after))
    ])
    let uses = DriverUses(["a.c": Array(row.driver.utf8)], on: KernelVersion([6, 12, 3]))
    let told = Prediction(uses).forecasts(of: changes).map { forecast in
      "\(forecast.site.line) \(forecast.certainty.rawValue) \(forecast.change.kind.rawValue) \(forecast.change.name)"
    }
    #expect(told == row.told)
  }

  @Test func exportsAndBuildFiles() {
    func change(_ kind: APIChange.Kind, _ symbol: String, container: String? = nil) -> APIChange {
      APIChange(kind: kind, symbol: symbol, container: container, site: Site(file: "lib/a.c", line: 1), isPublic: true)
    }
    func told(_ source: String, _ changes: [APIChange]) -> [String] {
      let uses = DriverUses(
        ["a.c": Array(source.utf8), "Makefile": Array("OLD_FLAGS += -DX # no OTHER_FLAGS\n".utf8)], on: nil)
      return Prediction(uses).forecasts(of: changes).map { "\($0.site) \($0.change.symbol)" }
    }
    let call = "void f(void)\n{\n\tfoo();\n}\n"
    #expect(told(call, [change(.unexported, "foo")]) == ["a.c:3 foo"])
    #expect(told(call + "MODULE_LICENSE(\"GPL\");\n", [change(.gplOnly, "foo")]) == [])
    #expect(told(call + "MODULE_LICENSE(\"Proprietary\");\n", [change(.gplOnly, "foo")]) == ["a.c:3 foo"])
    #expect(told(call, [change(.namespace, "foo", container: "namespace BAR")]) == ["a.c:3 foo"])
    #expect(
      told(call + "MODULE_IMPORT_NS(\"BAR\");\n", [change(.namespace, "foo", container: "namespace BAR")]) == [])
    #expect(
      told(call, [change(.buildVariable, "OLD_FLAGS"), change(.buildVariable, "OTHER_FLAGS")]) == [
        "Makefile:1 OLD_FLAGS"
      ])
    #expect(told("#include <linux/old.h>\n", [change(.headerGone, "linux/old.h")]) == ["a.c:1 linux/old.h"])
    #expect(told("#include <asm/old.h>\n", [change(.headerGone, "asm-generic/old.h")]) == ["a.c:1 asm-generic/old.h"])
    #expect(told("#ifdef CONFIG_FOO\n#endif\n", [change(.configGone, "FOO")]) == ["a.c:1 FOO"])
  }
}
