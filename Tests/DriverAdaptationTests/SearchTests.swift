// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import DriverAdaptation
import KernelModel
import TestSupport
import Testing

/// Runs a search; the oracle sees the edited files.
private func run(
  _ files: [String: String], breaks: [Break], rules: [SoughtSymbol: [LearnedRule]] = [:],
  limits: SearchLimits = SearchLimits(), oracle: ([String: String]) -> [Break]
) throws -> (texts: [String: String], result: SearchResult) {
  let sources = files.mapValues { SourceText($0.utf8) }
  func edited(_ edits: [Edit]) throws -> [String: String] {
    var texts: [String: String] = [:]
    for (file, text) in sources {
      texts[file] = String(decoding: try applying(edits.filter { $0.file == file }, to: text).get(), as: UTF8.self)
    }
    return texts
  }
  var search = Search(files: sources, breaks: breaks, limits: limits)
  while true {
    switch search.next() {
    case .learn: search.told(rules: rules)
    case .attempt(let edits): search.told(breaks: oracle(try edited(edits)))
    case .finished(let result): return (try edited(result.edits), result)
    }
  }
}

private func found(_ symbol: String, _ kind: Break.Kind, line: Int = 1, file: String = "a.c") -> Break {
  Break(site: Site(file: file, line: line), kind: kind, symbol: symbol, message: symbol)
}

/// Rules learned from three calls of `old` that became `new`.
private func rules(_ old: String, _ new: String) -> [LearnedRule] {
  let conversions = (0..<3).map { number in
    func text(_ name: String) -> String { "void f(void)\n{\n\ta();\n\t\(name)(x\(number), 1);\n\tb();\n}\n" }
    return Conversion(path: "d\(number).c", oldText: text(old), newText: text(new), oldStart: 1, newStart: 1)
  }
  return Learner.rules(for: SoughtSymbol(name: old, kind: .functionGone), from: conversions)
}

@Suite struct SearchTests {
  /// Lines before the use; `+` marks what comes.
  @Test(
    arguments: [
      ["#include <linux/module.h>", "+", "#ifdef A", "#include <linux/a.h>", "#endif"],
      [
        "#include <linux/a.h>", "#include <linux/module.h>", "+", "#include <linux/xarray.h>", "", "#include \"own.h\"",
      ],
      ["#include <linux/xarray.h>", "#include <linux/module.h>", "+", "#include <net/a.h>"],
      ["#include <net/a.h>", "+", "#include \"own.h\""], ["+", "#include \"own.h\""],
      ["// SPDX", "/* what", " * it is */", "", "+ and a blank line", "struct a;"],
      ["/* h */", "#ifndef A_H", "#define A_H", "+ behind a blank line", "", "struct a;"],
      ["#ifndef A_H", "#define A_H", "", "#include <linux/a.h>", "+", "struct a;"],
    ], ["\n", "\r\n"])
  func headerIsIncludedAgain(_ marked: [String], _ end: String) throws {
    let lines = marked.filter { !$0.hasPrefix("+") } + ["void *p = vmalloc(1);", "#include <linux/late.h>", ""]
    var missing = found("vmalloc", .includeNotReached, line: lines.count - 2)
    missing.after = Declaration(
      name: "vmalloc", kind: .function, text: "void *vmalloc(unsigned long size)",
      site: Site(file: "include/linux/vmalloc.h", line: 100))
    let text = lines.joined(separator: end)
    let (texts, result) = try run(["a.c": text], breaks: [missing]) { texts in
      texts["a.c"]?.contains("<linux/vmalloc.h>") ?? false ? [] : [missing]
    }
    let added = "#include <linux/vmalloc.h>"
    let coming = ["+": [added], "+ and a blank line": [added, ""], "+ behind a blank line": ["", added]]
    let expected = marked.flatMap { coming[$0] ?? [$0] } + lines.suffix(3)
    #expect(texts["a.c"]?.replacing(end, with: "\n") == expected.joined(separator: "\n"))
    #expect(texts["a.c"]?.contains("\r\n") == (end == "\r\n"))
    #expect(result.changes.first?.rules.first?.introduces == ["linux/vmalloc.h"])
    #expect(result.rules.count == 1)
    #expect(result.left.isEmpty)
  }

  /// Two headers at one place: each has its own edit, so that each can become its own patch.
  @Test func insertionsOfSeveralRulesStayApart() throws {
    let breaks = ["aa", "bb"].map { name in
      var missing = found(name, .includeNotReached, line: 2)
      missing.after = Declaration(
        name: name, kind: .function, text: "void \(name)(void)", site: Site(file: "include/linux/\(name).h", line: 1))
      return missing
    }
    let (texts, result) = try run(["a.c": "#include <linux/z.h>\nvoid f(void) { aa(); bb(); }\n"], breaks: breaks) {
      texts in breaks.filter { !(texts["a.c"] ?? "").contains("linux/\($0.symbol).h") }
    }
    #expect(texts["a.c"]?.hasPrefix("#include <linux/z.h>\n#include <linux/") ?? false)
    #expect(Set(result.edits.map(\.replacement)) == ["#include <linux/aa.h>\n", "#include <linux/bb.h>\n"])
    #expect(Set(result.edits.compactMap(\.rule)) == Set(result.rules.keys))
  }

  @Test func allFilesAreEditedAtOnce() throws {
    let files = ["a.c": "void f(void)\n{\n\told(y, 2);\n}\n", "b.h": "#define G(x) do { old(x, 3); } while (0)\n"]
    let breaks = [found("old", .functionGone, line: 3)]
    let (texts, result) = try run(files, breaks: breaks, rules: [SoughtSymbol(breaks[0]): rules("old", "new")]) {
      texts in
      texts.values.contains { $0.contains("old") } ? breaks : []
    }
    #expect(texts["a.c"] == files["a.c"]?.replacing("old", with: "new"))
    #expect(texts["b.h"] == files["b.h"]?.replacing("old", with: "new"))
    #expect(result.attempts == 1)
  }

  @Test func whatAddsABreakIsTakenBack() throws {
    let files = ["a.c": "void f(void)\n{\n\told(y, 2);\n}\n"]
    let breaks = [found("old", .functionGone, line: 3)]
    let (texts, result) = try run(files, breaks: breaks, rules: [SoughtSymbol(breaks[0]): rules("old", "new")]) {
      texts in
      texts["a.c"]?.contains("new") ?? false ? [found("new", .arguments, line: 3)] : breaks
    }
    #expect(texts == files)
    #expect(result.left == breaks)
    #expect(result.unsolved.map(\.symbol.name) == ["old"])
    #expect(result.unsolved.first?.rules.isEmpty == false)
  }

  @Test func foundHeaderMayShowWhatItHid() throws {
    let diff = (0..<3).map { number in
      Conversion(
        path: "d\(number).c", oldText: "#include <a/old.h>\n#include <b.h>\n",
        newText: "#include <a/new.h>\n#include <b.h>\n",
        oldStart: 1, newStart: 1)
    }
    let header = SoughtSymbol(name: "a/old.h", kind: .headerGone)
    let learned = [
      header: Learner.rules(for: header, from: diff),
      SoughtSymbol(name: "old", kind: .functionGone): rules("old", "new"),
    ]
    let files = ["a.c": "#include <a/old.h>\nvoid f(void)\n{\n\told(y, 2);\n}\n"]
    let (texts, result) = try run(files, breaks: [found("a/old.h", .headerGone)], rules: learned) { texts in
      let text = texts["a.c"] ?? ""
      if text.contains("a/old.h") { return [found("a/old.h", .headerGone)] }
      return text.contains("old(") ? [found("old", .functionGone, line: 4)] : []
    }
    #expect(texts["a.c"] == "#include <a/new.h>\nvoid f(void)\n{\n\tnew(y, 2);\n}\n")
    #expect(result.changes.map(\.symbol.name) == ["a/old.h", "old"])
    // Each change is told against what the ones before it left.
    var text = SourceText(files["a.c", default: ""].utf8)
    for change in result.changes { text = try applying(change.edits, to: text).get() }
    #expect(String(decoding: text, as: UTF8.self) == texts["a.c"])
  }

  /// The oracle tells what follows from a break without its cause: that is not a new break.
  @Test func consequencesOfAnotherBreakDoNotCount() throws {
    let files = ["a.c": "void f(void)\n{\n\told(y, 2);\n\tgone(z, 3);\n}\n"]
    var breaks = [found("old", .functionGone, line: 3), found("gone", .functionGone, line: 4)]
    breaks.append(found("z", .typeChanged, line: 4))
    breaks[2].cause = 1
    let learned = [
      SoughtSymbol(breaks[0]): rules("old", "new"), SoughtSymbol(breaks[1]): rules("gone", "there"),
    ]
    let (texts, result) = try run(files, breaks: breaks, rules: learned) { texts in
      let text = texts["a.c"] ?? ""
      var left = text.contains("old") ? [breaks[0]] : []
      if text.contains("gone") { left += [breaks[1], found("z", .typeChanged, line: 4)] }
      return left
    }
    #expect(texts["a.c"] == "void f(void)\n{\n\tnew(y, 2);\n\tthere(z, 3);\n}\n")
    #expect(result.left.isEmpty)
  }

  /// A rule that needs another symbol's edit first gets its second chance.
  @Test func whatWasRefusedIsTriedAgain() throws {
    let files = ["a.c": "void f(void)\n{\n\told(y, 2);\n\tgone(z, 3);\n}\n"]
    let breaks = [found("old", .functionGone, line: 3), found("gone", .functionGone, line: 4)]
    let learned = [
      SoughtSymbol(breaks[0]): rules("old", "new"), SoughtSymbol(breaks[1]): rules("gone", "there"),
    ]
    let (texts, _) = try run(files, breaks: breaks, rules: learned) { texts in
      let text = texts["a.c"] ?? ""
      var left = text.contains("gone") ? [breaks[1]] : []
      if text.contains("old") {
        left.append(breaks[0])
      } else if text.contains("gone") {
        left.append(found("w", .other))
      }
      return left
    }
    #expect(texts["a.c"] == "void f(void)\n{\n\tnew(y, 2);\n\tthere(z, 3);\n}\n")
  }

  @Test func attemptsAreBounded() throws {
    let files = ["a.c": "void f(void)\n{\n\told(y, 2);\n}\n"]
    let breaks = [found("old", .functionGone, line: 3)]
    let (texts, result) = try run(
      files, breaks: breaks, rules: [SoughtSymbol(breaks[0]): rules("old", "new")], limits: SearchLimits(attempts: 0)
    ) { _ in [] }
    #expect(texts == files)
    #expect(result.attempts == 0)
  }

  /// `r = old(h, &d)` → `d = new(h)`: right where nobody asks for `r` before it is set again.
  @Test(arguments: [
    ("\tif (r)\n\t\tg();\n", false), ("\tif (!d)\n\t\tg();\n", true), ("\tr = g();\n\tif (r)\n\t\tg();\n", true),
  ])
  func valueIsNotLost(_ use: String, isRight: Bool) throws {
    let conversions = (0..<4).map { number in
      func text(_ body: String) -> String { "void f(void)\n{\n\ta();\n\t\(body);\n\tb(\(number));\n}\n" }
      return Conversion(
        path: "d\(number).c", oldText: text("s = old(x\(number), &e)"), newText: text("e = new(x\(number))"),
        oldStart: 1,
        newStart: 1)
    }
    let symbol = SoughtSymbol(name: "old", kind: .functionGone)
    let files = ["a.c": "void f(void)\n{\n\tr = old(h, &d);\n\(use)}\n"]
    let breaks = [found("old", .functionGone, line: 3)]
    let (texts, _) = try run(files, breaks: breaks, rules: [symbol: Learner.rules(for: symbol, from: conversions)]) {
      $0["a.c"]?.contains("old") ?? false ? breaks : []
    }
    #expect(texts["a.c"]?.contains("d = new(h);") == isRight)
  }

  /// The compiler names the line: which of its fields it means, the declarations say.
  @Test func aFieldOfAnotherStructureOnTheLineStays() throws {
    let symbol = SoughtSymbol(name: "id", kind: .fieldGone, container: "struct info")
    let conversions = (0..<3).map { number in
      func text(_ field: String) -> String { "void f(struct info *i)\n{\n\ta();\n\tb(i->\(field), \(number));\n}\n" }
      return Conversion(path: "d\(number).c", oldText: text("id"), newText: text("link.id"), oldStart: 1, newStart: 1)
    }
    let driver = "void g(struct info *i, struct own *o)\n{\n\tc(o->last->id, i->id);\n\tc(o->id, o->last->id);\n}\n"
    let broken = [3, 4].map { line in
      Break(
        site: Site(file: "a.c", line: line), kind: .fieldGone, symbol: "id", container: "struct info", message: "id")
    }
    let (texts, result) = try run(
      ["a.c": driver], breaks: [broken[0]], rules: [symbol: Learner.rules(for: symbol, from: conversions)]
    ) { _ in [] }
    #expect(texts["a.c"] == driver.replacing("i->id", with: "i->link.id"))
    #expect(result.left.isEmpty)
    // Where none is known to be of the structure, all are tried.
    let (all, _) = try run(
      ["a.c": driver], breaks: [broken[1]], rules: [symbol: Learner.rules(for: symbol, from: conversions)]
    ) { _ in [] }
    #expect(all["a.c"]?.contains("c(o->link.id, o->last->link.id);") == true)
  }

  @Test func lastStatementOfAnIfIsNotTakenAway() throws {
    let conversions = (0..<4).map { number in
      Conversion(
        path: "d\(number).c", oldText: "void f(void)\n{\n\ta();\n\told(x\(number));\n\tb();\n}\n",
        newText: "void f(void)\n{\n\ta();\n\tb();\n}\n", oldStart: 1, newStart: 1)
    }
    let symbol = SoughtSymbol(name: "old", kind: .functionGone)
    let files = ["a.c": "void f(void)\n{\n\tif (c)\n\t\told(y);\n\tg();\n}\n"]
    let breaks = [found("old", .functionGone, line: 4)]
    let (texts, result) = try run(files, breaks: breaks, rules: [symbol: Learner.rules(for: symbol, from: conversions)])
    {
      $0["a.c"]?.contains("old") ?? false ? breaks : []
    }
    #expect(texts == files)
    #expect(result.left == breaks)
  }

  @Test func continuedArgumentsStayUnderTheirParenthesis() throws {
    let files = ["a.c": "void f(void)\n{\n\told(g(1,\n\t      2),\n\t    3);\n}\n"]
    let breaks = [found("old", .functionGone, line: 3)]
    let (texts, _) = try run(files, breaks: breaks, rules: [SoughtSymbol(breaks[0]): rules("old", "longer_name")]) {
      $0["a.c"]?.contains("old") ?? false ? breaks : []
    }
    #expect(texts["a.c"] == "void f(void)\n{\n\tlonger_name(g(1,\n\t\t      2),\n\t\t    3);\n}\n")
  }
}
