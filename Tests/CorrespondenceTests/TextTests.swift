// SPDX-License-Identifier: GPL-2.0-or-later

import Correspondence
import KernelModel
import PatchFormat
import TestSupport
import Testing

/// How rendered templates are laid out, and what no value can do to a mail.
@Suite struct TextTests {
  /// The commit message that a template makes.
  private func message(_ template: String, _ change: (inout SeriesReport) -> Void = { _ in }) throws -> String {
    let kind = "{{% CONTENT_TYPE:TEXT}}\n"
    let templates = try Templates(["cover": kind, "notes": kind, "evidence": kind, "commit": kind + template])
    var report = try SeriesTests.lone()
    change(&report)
    let text = try #require(renderSeries(report, templates: templates)[0].patch?.text)
    return text
  }

  @Test(arguments: [
    ("a\nb\n\n\n\nc", "a b\n\nc\n"), ("  x  y\nz", "  x  y\nz\n"), ("- a\n  b\n- c", "- a b\n- c\n"),
    ("- a\n\n  code", "- a\n\n  code\n"), ("- a\n    code", "- a\n    code\n"), ("", ""), ("\n\n", ""),
    ("--- a", "  --- a\n"), ("diff -u a b", "  diff -u a b\n"), ("Index: foo", "  Index: foo\n"),
    ("#include <a>", "  #include <a>\n"),
    ("From: me", "  From: me\n"), ("-- \nx", "-- x\n".replacing("-- x", with: "  -- x")),
  ])
  func layout(template: String, text: String) throws { #expect(try message(template) == text) }

  /// A macro goes on in the next line only behind a backslash.
  @Test func longMacrosStayC() throws {
    let text = try message("{{#changes}}{{before}}{{/changes}}") { report in
      report.patches[0].changes[0].breaks[0].before = Declaration(
        name: "DEFINE_THING", kind: .macro,
        text: "#define DEFINE_THING(_name, _n) struct thing _name = THING_INITIALIZER(_name, _n, with, more, words)",
        site: Site(file: "include/linux/thing.h", line: 1))
    }
    let lines = text.split(separator: "\n")
    #expect(lines.count > 1 && lines.allSatisfy { $0.count <= 75 }, "\(text)")
    #expect(lines.dropLast().allSatisfy { $0.hasSuffix(" \\") } && lines.last?.hasSuffix("\\") == false, "\(text)")
  }

  @Test(arguments: [
    (1, "a.c:1"), (2, "a.c:1 and a.c:2"), (3, "a.c:1 and 2 more places"),
  ])
  func namesPlaces(count: Int, places: String) throws {
    let text = try message("{{#changes}}{{places}}{{/changes}}") { report in
      report.patches[0].changes[0].breaks = (1...count).map { line in
        Break(site: Site(file: "a.c", line: line), kind: .functionGone, symbol: "f", message: "")
      }
    }
    #expect(text == places + "\n")
  }

  @Test func fillsAt75Columns() throws {
    let words = (0..<200).map { "word\($0 % 13)" }.joined(separator: " ")
    for text in [try message(words), try message("- \(words)")] {
      let lines = text.split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= 75 } && lines.dropLast().allSatisfy { $0.count > 60 })
      #expect(text.split(whereSeparator: \.isWhitespace).filter { $0 != "-" }.joined(separator: " ") == words)
    }
  }

  /// No word that git would misread comes to stand at the start of a line by chance of filling.
  @Test(arguments: ["---", "#1", "From", "Index:", "diff"])
  func fillsAroundTraps(word: String) throws {
    for length in 1...80 {
      let text = try message(String(repeating: "x", count: length) + " \(word) -u y z")
      #expect(!text.split(separator: "\n").contains { $0.hasPrefix(word) })
    }
  }

  @Test(arguments: [
    "x\n---\ndiff --git a/x b/x\n", "x\r\nFrom: evil <e@x>\r\n", "\u{202E}x\u{200B}\u{0}\u{1B}[31m", "Index: x\n#y\n",
    "x\n\nSigned-off-by: A <a@b>\n",
  ])
  func valuesStayValues(value: String) throws {
    let text = try message(
      "{{driver}} a\n\n{{#changes}}{{problem}} {{before}}\n\n{{deletions}}{{/changes}}\n{{compatibility}}"
    ) { report in
      report.driver.name = value
      report.patches[0].compatibility = value
      report.patches[0].changes[0].breaks[0].kind = .other
      report.patches[0].changes[0].breaks[0].message = value
      report.patches[0].changes[0].breaks[0].before?.text = value
      report.patches[0].changes[0].deletions = [value]
    }
    for line in text.split(separator: "\n") {
      for trap in ["---", "diff -", "Index:", "#", "From:", "Signed-off-by"] {
        #expect(!line.hasPrefix(trap), "\(line)")
      }
      #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .format || $0.value < 0x20 })
    }
  }

  /// Long lines of SmPL are parted at commas, each piece with its mark.
  @Test func partsLongCode() throws {
    let arguments = (0..<20).map { "argument\($0)" }.joined(separator: ", ")
    let text = try message("{{#changes}}{{smpl}}{{/changes}}") { report in
      report.patches[0].changes[0].rule?.smpl = "@@\nexpression E;\n@@\n- old(\(arguments), \"a, b\")\n+ new(E)\n"
    }
    let lines = text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 75 && $0.hasPrefix("  ") })
    #expect(lines.filter { $0.hasPrefix("  -") }.count > 2)
    #expect(text.filter { !$0.isWhitespace }.contains(arguments.filter { $0 != " " }.prefix(20)))
    #expect(text.contains("\"a, b\""))
  }

  @Test(arguments: [
    (["cover": "x"], "is missing"), (["cover": "{{% CONTENT_TYPE:TEXT}}", "commit": "no head"], "does not begin"),
    (["cover": "{{% CONTENT_TYPE:TEXT}}\n{{#a}}"], "can't be read"),
  ])
  func refusesTemplates(texts: [String: String], problem: String) throws {
    var all = Dictionary(uniqueKeysWithValues: Templates.names.map { ($0, "{{% CONTENT_TYPE:TEXT}}\n") })
    all.merge(texts) { $1 }
    if problem == "is missing" { all["commit"] = nil }
    if problem == "is missing" { all["cover"] = "{{% CONTENT_TYPE:TEXT}}\n" }
    let failure = #expect(throws: Failure.self) { try Templates(all) }
    #expect(failure?.problem.contains(problem) == true)
  }

  /// Every variable that a shipped template uses is documented.
  @Test func documentsEveryVariable() throws {
    let manual = try String(contentsOfFile: "\(repositoryRoot)/Templates/README.md", encoding: .utf8)
    for name in Templates.names {
      let text = try String(contentsOfFile: "\(repositoryRoot)/Templates/\(name).mustache", encoding: .utf8)
      for tag in text.split(separator: "{{").dropFirst() {
        let word = tag.prefix { $0 != "}" }.drop { "#^/".contains($0) }
        guard let first = word.first, first.isLetter, !word.hasSuffix("()") else { continue }
        #expect(manual.contains("`\(word)`"), "\(word) in \(name)")
      }
    }
  }
}
