// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import DriverAdaptation
import KernelModel
import TestSupport
import Testing

@Suite struct CompatTests {
  @Test(arguments: compatCases)
  func table(example: CompatCase) throws {
    let (plan, files) = example.plan(crlf: false)
    var text = ""
    for change in plan.changes {
      text += "\(change.rule): \(change.method)\(change.needsSupport ? ", with support" : "")\n"
      if !change.explanation.isEmpty { text += "  \(change.explanation)\n" }
      for flag in change.flags { text += "  flag \(flag.reason.rawValue): \(flag.detail)\n" }
    }
    if !plan.support.sentences.isEmpty { text += "preparation: \(plan.support.sentences.joined(separator: " "))\n" }
    for early in plan.early {
      text += "before \(early.rule): \(early.support.sentences.joined(separator: " "))\n"
      for (path, file) in early.support.newFiles.sorted(by: { $0.key < $1.key }) {
        text += "\(path):\n\(String(decoding: file, as: UTF8.self))"
      }
    }
    for (path, bytes) in CompatCase.result(plan, files).sorted(by: { $0.key < $1.key }) {
      text += "=== \(path)\(files[path] == bytes ? " (as it was)" : "")\n"
      if files[path] != bytes { text += String(decoding: bytes, as: UTF8.self) }
    }
    try expectGolden(text, "Compat/\(example.name).txt")
  }

  @Test(arguments: compatCases)
  func carriageReturnsStay(example: CompatCase) {
    let (plan, files) = example.plan(crlf: false)
    let (twinPlan, twinFiles) = example.plan(crlf: true)
    let twin = CompatCase.result(twinPlan, twinFiles)
    for (path, text) in CompatCase.result(plan, files) {
      let expected = String(decoding: text, as: UTF8.self).replacing("\n", with: "\r\n")
      #expect(String(decoding: twin[path] ?? [], as: UTF8.self) == expected, "\(path)")
    }
    #expect(twinPlan.flags == plan.flags)
  }

  /// A second run on what the first one made finds the Kbuild lines and snippets there.
  @Test func probesAreAddedOnce() throws {
    let example = try #require(compatCases.first { $0.name == "accessor" })
    let (plan, files) = example.plan(crlf: false)
    let result = CompatCase.result(plan, files)
    var again = example
    again.files = result.mapValues { String(decoding: $0, as: UTF8.self) }
    again.files["driver.c"] = example.files["driver.c"]
    let (second, secondFiles) = again.plan(crlf: false)
    let twice = CompatCase.result(second, secondFiles)
    #expect(twice["Makefile"] == result["Makefile"])
    #expect(twice["compat_tests.h"] == result["compat_tests.h"])
  }

  @Test func probesIncludeWhatHeadersLack() throws {
    let example = try #require(compatCases.first { $0.name == "callback" })
    let plan = example.plan(crlf: false, prelude: ["linux/first.h", "linux/platform_device.h"]).plan
    let tests = try #require(plan.support.newFiles["compat_tests.h"])
    #expect(
      String(decoding: tests, as: UTF8.self).contains(
        "\n#include <linux/first.h>\n#include <linux/platform_device.h>\nextern "))
  }

  /// An edit's text is Unicode: lines with other bytes are not written twice.
  @Test func latinLinesAreLeftAlone() {
    let text =
      SourceText("int f(void)\n{\n\tclass_create(THIS_MODULE, NAME); /* Andr".utf8) + [0xE9]
      + SourceText(" */\n}\n".utf8)
    let example = compatCases.first { $0.name == "call-one" }
    guard let example else { return }
    let facts = example.kernels.map {
      KernelFacts(
        name: $0.name, version: KernelVersion($0.name)!, failing: Set($0.failing),
        declared: Dictionary(grouping: $0.declared, by: \.name))
    }
    var change = LogicalChange(
      rule: Rule(
        id: "class_create", symbol: "class_create", kind: .call, smpl: "", summary: "", support: 1, confidence: 1,
        opportunities: 1, examples: [], replay: .init(reproduced: 0, tried: 0), introduces: [], flags: []),
      left: "class_create(THIS_MODULE, ¤0)", right: "class_create(¤0)", edits: [])
    change.edits = [Edit(file: "a.c", range: 28..<41, replacement: "")]
    let plan = CompatPlan.plan([change], style: .auto, files: ["a.c": text], target: facts[0], kept: [facts[1]])
    #expect(plan.changes[0].method == .none(kernels: ["6.1"]))
    #expect(plan.edits == change.edits)
  }

  @Test func namesToLookUp() throws {
    let example = try #require(compatCases.first { $0.name == "deletion-of-field" })
    let files = example.files.mapValues { SourceText($0.utf8) }
    let change = LogicalChange(
      rule: Rule(
        id: "x", symbol: "poll_changed", kind: .initialiser, smpl: "", summary: "", support: 1, confidence: 1,
        opportunities: 1, examples: [], replay: .init(reproduced: 0, tried: 0), introduces: [], flags: []),
      left: ".poll_changed = ¤0", right: "", edits: [Edit(file: "driver.c", range: 65..<87, replacement: "")])
    #expect(CompatPlan.names([change], files: files) == ["poll_changed", "poll"])
  }
}
