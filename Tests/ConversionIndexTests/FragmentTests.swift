// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import KernelModel
import Testing

@Suite struct FragmentTests {
  /// What a piece of a header declares: `line kind container.name`.
  @Test(arguments: [
    ("struct s {\n\tint a;\n\tlong b;\n", ["1 type s", "2 field struct s.a", "3 field struct s.b"]),
    (" * words; of a comment\n */\nstruct s {\n\tint a;\n", ["3 type s", "4 field struct s.a"]),
    ("\t\t  int b, int c);\nint f(int a);\n", ["2 function f"]),
    ("int f(int a,\n\t\t  int b,\n", ["1 function f"]),
    ("\tint a;\n\tlong (*b)(int c);\n};\n\nint f(void);\n", ["1 field a", "2 field b", "5 function f"]),
    ("extern int a;\n", ["1 variable a"]),
    (" * nothing but\n * words;\n", []),
    ("}}}}\n", []),
    ("{{{{\n", []),
  ])
  func declares(text: String, declared: [String]) {
    let found = fragmentDeclarations(Array(text.utf8), path: "include/linux/a.h").sorted { $0.site < $1.site }
    #expect(
      found.map { "\($0.site.line) \($0.kind.rawValue) " + ($0.container.map { "\($0)." } ?? "") + $0.name } == declared
    )
  }
}
