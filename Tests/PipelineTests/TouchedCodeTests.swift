// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Pipeline
import Testing

/// What a newer kernel's checkers say counts only where the series may have caused it.
@Suite struct TouchedCodeTests {
  private static let before = """
    static int first(int x)
    {
    \tint left = x;

    \told_call(left);
    \treturn 0;
    }

    static int second(int x)
    {
    \treturn x;
    }

    """

  @Test(arguments: [
    ("-Wmaybe-uninitialized", 5, true), ("-Wunused-variable", 3, true), ("-Wunused-function", 9, true),
    ("sparse", 3, true), ("sparse", 11, false), ("-Wmissing-prototypes", 9, false), ("gcc", 1, false), ("gcc", 5, true),
    ("-Wformat", 40, false),
  ])
  func counts(tool: String, line: Int, expected: Bool) throws {
    let after = Self.before.replacing("old_call(left)", with: "new_call()")
    let touched = try TouchedCode(before: SourceText(Self.before.utf8), after: SourceText(after.utf8))
    let finding = Finding(tool: tool, severity: .warning, site: Site(file: "file", line: line), message: "found")
    #expect(touched.mayCause(finding) == expected)
  }

  @Test func aDeletedLineTouchesItsFunction() throws {
    let after = Self.before.replacing("\told_call(left);\n", with: "")
    let touched = try TouchedCode(before: SourceText(Self.before.utf8), after: SourceText(after.utf8))
    let finding = Finding(tool: "sparse", severity: .warning, site: Site(file: "file", line: 3), message: "found")
    #expect(touched.mayCause(finding))
  }

  @Test func aNewFileIsTouchedEverywhereAndAnUnchangedOneNowhere() throws {
    let text = SourceText(Self.before.utf8)
    let finding = Finding(tool: "gcc", severity: .warning, site: Site(file: "file", line: 11), message: "found")
    #expect(try TouchedCode(before: nil, after: text).mayCause(finding))
    #expect(try !TouchedCode(before: text, after: text).mayCause(finding))
  }
}
