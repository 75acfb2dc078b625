// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import Foundation
import Ledger
import Pipeline
import TestSupport
import Testing

/// Places of a kernel's tree that a change leaves as they were.
@Suite struct CallerTests {
  private static let header = """
    struct words_ops {
    \tint (*show)(struct words *w);
    \tint (*hide)(struct words *w);
    };
    struct words {
    \tint count;
    };
    int words_open(struct words *w, int how);
    void words_close(struct words *w);
    int words_show(struct words *w);
    int words_last(struct words *w);

    """
  private static let files = [
    "include/linux/words.h": header,
    "drivers/one.c": "#include <linux/words.h>\nint one(struct words *w)\n{\n\treturn words_open(w, 1);\n}\n",
    "drivers/two.c": "#include <linux/words.h>\nint two(struct words *w)\n{\n\treturn words_open(w, 2);\n}\n",
    "drivers/close.c": "#include <linux/words.h>\nvoid c(struct words *w)\n{\n\twords_close(w);\n}\n",
    // A function of its own, and words.
    "drivers/own.c": "static int words_open(int a, int b)\n{\n\treturn a;\n}\n/* words_open(w, 2) */\n",
    "drivers/field.c": "#include <linux/words.h>\nint f(struct words *w)\n{\n\treturn w->count;\n}\n",
    "drivers/other.c": "struct own {\n\tint count;\n};\nint f(struct own *w)\n{\n\treturn w->count;\n}\n",
    "drivers/ops.c":
      "#include <linux/words.h>\nstatic int own_show(struct words *w)\n{\n\treturn 0;\n}\n"
      + "const struct words_ops ops = {\n\t.show = own_show,\n\t.hide = words_show,\n};\n",
    "drivers/last.c": "#include <linux/words.h>\nint f(struct words *w)\n{\n\treturn words_last(w);\n}\n",
    "drivers/pair/pair.h": "int pair_get(int a);\n",
    "drivers/pair/pair.c": "#include \"pair.h\"\nint f(void)\n{\n\treturn pair_get(1);\n}\n",
    "drivers/else/pair.c": "int pair_get(int a);\nint f(void)\n{\n\treturn pair_get(1);\n}\n",
  ]

  /// What is edited in the header, in the tree's files, and which callers are left.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var edits: [(file: String, old: String, new: String)]
    var left: [String]
    var testDescription: String { name }
  }

  @Test(arguments: [
    Case(
      name: "one is converted",
      edits: [
        ("include/linux/words.h", "words_open(struct words *w, int how)", "words_open(struct words *w)"),
        ("drivers/one.c", "words_open(w, 1)", "words_open(w)"),
      ], left: ["drivers/two.c:4 words_open"]),
    Case(
      name: "all are converted",
      edits: [
        ("include/linux/words.h", "words_open(struct words *w, int how)", "words_open(struct words *w)"),
        ("drivers/one.c", "words_open(w, 1)", "words_open(w)"), ("drivers/two.c", "words_open(w, 2)", "words_open(w)"),
      ], left: []),
    Case(
      name: "gone", edits: [("include/linux/words.h", "void words_close(struct words *w);\n", "")],
      left: ["drivers/close.c:4 words_close"]),
    Case(
      name: "declared elsewhere",
      edits: [
        ("include/linux/words.h", "int words_last(struct words *w);\n", ""),
        ("drivers/pair/pair.h", "int pair_get(int a);\n", "int pair_get(int a);\nint words_last(struct words *w);\n"),
      ], left: []),
    Case(
      name: "a field is its structure's", edits: [("include/linux/words.h", "\tint count;\n", "\tint size;\n")],
      left: ["drivers/field.c:4 count"]),
    Case(
      name: "a callback's function may be defined anywhere",
      edits: [
        ("include/linux/words.h", "(*show)(struct words *w)", "(*show)(struct words *w, int how)"),
        ("include/linux/words.h", "(*hide)(struct words *w)", "(*hide)(struct words *w, int how)"),
      ], left: ["drivers/ops.c:7 show"]),
    Case(
      name: "a private header is seen beside it",
      edits: [("drivers/pair/pair.h", "int pair_get(int a)", "int pair_get(int a, int b)")],
      left: ["drivers/pair/pair.c:4 pair_get"]),
    Case(
      name: "a header that is gone", edits: [("include/linux/words.h", header, "")],
      left: [
        "drivers/close.c:1 linux/words.h", "drivers/close.c:2 words", "drivers/close.c:4 words_close",
        "drivers/field.c:1 linux/words.h", "drivers/field.c:2 words", "drivers/last.c:1 linux/words.h",
        "drivers/last.c:2 words", "drivers/last.c:4 words_last", "drivers/one.c:1 linux/words.h",
        "drivers/one.c:2 words", "drivers/one.c:4 words_open", "drivers/ops.c:1 linux/words.h", "drivers/ops.c:2 words",
        "drivers/ops.c:6 words_ops", "drivers/ops.c:8 words_show", "drivers/two.c:1 linux/words.h",
        "drivers/two.c:2 words", "drivers/two.c:4 words_open",
      ]),
  ])
  func areFound(_ item: Case) async throws {
    try await withTemporaryFolder { folder in
      let watched = try WatchedTree(folder)
      for (path, text) in Self.files { try watched.write("\(watched.tree)/\(path)", text) }
      try watched.commit("all")
      for edit in item.edits {
        let path = "\(watched.tree)/\(edit.file)"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains(edit.old))
        let new = text.replacing(edit.old, with: edit.new)
        if new.isEmpty { try FileManager.default.removeItem(atPath: path) } else { try watched.write(path, new) }
      }
      try watched.commit("words: \(item.name)")
      let report = try await Forecasts(workspace: try watched.workspace(), steps: Steps { _ in })
        .forecast(.commit("HEAD", tree: watched.tree), drivers: [], callers: true)
      let told = report.entries.filter { !$0.file.hasPrefix("drivers/a.c") }
        .map { entry in
          let isHeader = entry.symbol.hasSuffix(".h")
          return
            "\(entry.file):\(entry.line) \(isHeader ? entry.symbol : String(entry.symbol.split(separator: ".").last ?? ""))"
        }
      #expect(report.entries.allSatisfy { $0.driver == "in-tree" })
      #expect(told == item.left)
    }
  }

  /// What a later commit of the same push changes again, or takes back, is asked for no more.
  @Test func theTreeAsItIsCounts() async throws {
    try await withTemporaryFolder { folder in
      let watched = try WatchedTree(folder)
      try await watched.once()
      try watched.dropArgument()
      try watched.git(["revert", "--no-edit", "HEAD"], in: watched.tree)
      try watched.write(
        "\(watched.tree)/include/linux/words.h", WatchedTree.header("words_open(struct words *w, int how, int more)"))
      try watched.write("\(watched.tree)/drivers/a.c", WatchedTree.caller("words_open(w, 1, 2)"))
      try watched.commit("words: more")
      try await watched.once()
      let ledger = try LedgerStore(watched.state + "/ledger.sqlite", creating: false)
      let patches = try await ledger.patches(limit: 10)
      #expect(patches.count == 3)
      for patch in patches { #expect(try await ledger.callers(of: patch.id).isEmpty, "\(patch.subject)") }
    }
  }

  /// The daemon keeps them until a later commit converts them, or the change is dropped.
  @Test func areForgottenWhenTheyAreConverted() async throws {
    try await withTemporaryFolder { folder in
      let watched = try WatchedTree(folder)
      try watched.write("\(watched.tree)/drivers/b.c", WatchedTree.caller("words_open(w, 3)"))
      try watched.commit("b")
      try await watched.once()
      func left() async throws -> [String] {
        let ledger = try LedgerStore(watched.state + "/ledger.sqlite", creating: false)
        var found: [String] = []
        for patch in try await ledger.patches(limit: 10) {
          for caller in try await ledger.callers(of: patch.id) {
            let forecast = try JSONDecoder().decode(Forecast.self, from: caller.content)
            found.append("\(caller.tree) \(patch.subject) \(forecast.site)")
          }
        }
        return found
      }
      try watched.dropArgument()
      try await watched.once()
      #expect(try await left() == ["tree words: words_open() needs no how drivers/b.c:5"])
      try watched.write("\(watched.tree)/drivers/c.c", WatchedTree.caller("words_open(w)"))
      try watched.commit("nothing of it")
      try await watched.once()
      #expect(try await left() == ["tree words: words_open() needs no how drivers/b.c:5"])
      try watched.write("\(watched.tree)/drivers/b.c", WatchedTree.caller("words_open(w)"))
      try watched.commit("b: follow")
      try await watched.once()
      #expect(try await left() == [])
      // It is there again without the one that followed, and then dropped.
      try watched.git(["reset", "-q", "--hard", "HEAD~1"], in: watched.tree)
      try watched.write("\(watched.tree)/include/linux/more.h", "int more(void);\n")
      try watched.commit("more")
      try await watched.once()
      try watched.git(["reset", "-q", "--hard", "HEAD~3"], in: watched.tree)
      try watched.commit("without it")
      try await watched.once()
      #expect(try await left() == [])
    }
  }
}
