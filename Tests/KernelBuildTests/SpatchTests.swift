// SPDX-License-Identifier: GPL-2.0-or-later

import KernelBuild
import KernelModel
import TestSupport
import Testing

@Suite struct SpatchTests {
  private static let rule = "@r@ expression A, B; @@\n-old_call(A, B)\n+new_call(B)\n"

  @Test(arguments: ["\n", "\r\n"])
  func appliesToCopies(ending: String) async throws {
    func text(_ lines: [String]) -> SourceText { Array(lines.map { $0 + ending }.joined().utf8) }
    let files = [
      "src/a.c": text(["#include \"a.h\"", "void f(void)", "{", "\told_call(1, x);", "}"]),
      "src/a.h": text(["extern int x;"]), "b.c": text(["int untouched;"]),
    ]
    let result = try await Spatch().apply(Self.rule, to: files)
    #expect(result.reason == nil)
    #expect(result.changed == ["src/a.c"])
    #expect(result.files["src/a.c"] == text(["#include \"a.h\"", "void f(void)", "{", "\tnew_call(x);", "}"]))
    #expect(result.files["b.c"] == files["b.c"])
  }

  @Test(arguments: [
    "@script:python@\n@@\nprint(1)\n", "@ script : ocaml p @\nx << r.A;\n@@\n", "@initialize:python@\n@@\nimport os\n",
    "@finalize:ocaml@\n@@\n", "@r@\nidentifier x : script:python() { True };\n@@\n-x\n",
  ])
  func refusesScripts(rule: String) async throws {
    let result = try await Spatch().apply(rule, to: ["a.c": Array("int a;\n".utf8)])
    #expect(result.reason?.contains("carries a script") == true)
    #expect(result.evidence.exit == "not run")
  }

  @Test func aBadRuleIsAReason() async throws {
    let files = ["a.c": Array("int a;\n".utf8)]
    let result = try await Spatch().apply("@@ nonsense @@\n", to: files)
    #expect(result.reason?.isEmpty == false)
    #expect(result.files == files)
  }
}
