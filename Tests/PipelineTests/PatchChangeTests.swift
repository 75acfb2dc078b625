// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Pipeline
import TestSupport
import Testing

/// What the hunks of a mailed patch show.
@Suite struct PatchChangeTests {
  @Test(arguments: [
    (
      "in a structure", "@@ -9,3 +9,3 @@ struct s {\n \tint a;\n-\tint b;\n+\tlong b;\n \tint c;\n",
      ["type-changed struct s.b"]
    ),
    (
      "in a comment of another structure",
      "@@ -9,4 +9,4 @@ struct other {\n  * words\n  */\n struct s {\n-\tint b;\n+\tlong b;\n",
      ["type-changed struct s.b"]
    ),
    (
      "in a comment",
      "@@ -9,3 +9,4 @@ struct other {\n  * @a: whether (or not) it is,\n+ * @b: or is not; says\n  * more {\n  * @c: words\n",
      []
    ),
    (
      "in a function",
      "@@ -9,3 +9,3 @@ static inline int f(struct s *s)\n \tint a;\n-\told(s);\n+\tnew(s);\n \treturn 0;\n", []
    ),
    (
      "in a macro", "@@ -9,3 +9,2 @@ struct s {\n \tcontainer(x)\n-int f(int a);\n int g(int a);\n", ["function-gone f"]
    ),
    (
      "in a prototype", "@@ -9,3 +9,2 @@ int e(int a,\n \t\tint b);\n-int f(int a);\n int g(int a);\n",
      ["function-gone f"]
    ),
  ])
  func hunks(name: String, hunk: String, expected: [String]) async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/a.patch"
      let head = "--- a/include/linux/a.h\n+++ b/include/linux/a.h\n"
      try Data(("Subject: [PATCH] a\n\n---\n" + head + hunk).utf8).write(to: URL(fileURLWithPath: path))
      let workspace = try Workspace(environment: [
        "KMEND_CACHE": folder, "KMEND_CINDEX": "/bin/true", "KMEND_TEMPLATES": "\(repositoryRoot)/Templates",
      ])
      let report = try await Explanation(workspace: workspace, steps: Steps { _ in }).patches(path)
      let told = report.commits.flatMap(\.changes).map { "\($0.change.kind.rawValue) \($0.change.name)" }
      #expect(told == expected)
    }
  }
}
