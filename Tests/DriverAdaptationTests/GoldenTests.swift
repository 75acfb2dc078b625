// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import DriverAdaptation
import Foundation
import KernelModel
import TestSupport
import Testing

let goldenCases = [
  "strlcpy", "no_llseek", "asm_unaligned.h", "class_create", "strtobool", "SLAB_MEM_SPREAD", "FBINFO_DEFAULT",
  "I2C_CLASS_DDC", "prandom_u32_max", "userhdr", "vm_flags", "DEFINE_SEMAPHORE", "acpi_bus_get_device", "NETIF_F_LLTX",
  "hrtimer_init",
]

private func withCarriageReturns(_ text: SourceText) -> SourceText {
  text.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
}

private func summary(_ result: SearchResult) -> String {
  let lines = result.changes.flatMap { change in
    change.rules.map { "rule \($0.id): \($0.summary), \($0.support) files" }
      + change.flags.map { "flag \($0.reason.rawValue): \($0.detail)" }
      + change.deletions.map { "deletion \($0.site): \($0.text)" }
  }
  let left = result.left.map { "left \($0.site)" } + result.unsolved.map { "unsolved: \($0.reason)" }
  return (lines + left).map { $0 + "\n" }.joined()
}

@Suite struct GoldenTests {
  /// Lines of `strlcpy.c` that the preprocessor skips.
  private func inactive(_ name: String) -> [ClosedRange<Int>] { name == "strlcpy" ? [18...23] : [] }

  @Test(arguments: goldenCases)
  func adapts(_ name: String) throws {
    let golden = try GoldenCase(name)
    let rules = Learner.rules(for: golden.symbol, from: golden.conversions)
    let (text, result) = try golden.adapt(rules, inactive: inactive(name))
    try expectGolden(String(decoding: text, as: UTF8.self), "Learning/\(name).res")
    try expectGolden(rules.map(\.rule.smpl).joined(separator: "\n"), "Learning/\(name).cocci")
    try expectGolden(summary(result), "Learning/\(name).txt")
  }

  @Test(arguments: goldenCases)
  func carriageReturnsStay(_ name: String) throws {
    var golden = try GoldenCase(name)
    let rules = Learner.rules(for: golden.symbol, from: golden.conversions)
    let expected = withCarriageReturns(try golden.adapt(rules, inactive: inactive(name)).text)
    golden.driver = withCarriageReturns(golden.driver)
    #expect(try golden.adapt(rules, inactive: inactive(name)).text == expected)
    for index in golden.conversions.indices {
      golden.conversions[index].oldText = golden.conversions[index].oldText.replacing("\n", with: "\r\n")
      golden.conversions[index].newText = golden.conversions[index].newText.replacing("\n", with: "\r\n")
    }
    #expect(Learner.rules(for: golden.symbol, from: golden.conversions).map(\.left) == rules.map(\.left))
  }

  /// No name of the kernel is built in: with all names of the API changed, the same comes out but for the names.
  @Test(arguments: goldenCases.filter { !$0.hasSuffix(".h") })
  func namesDoNotMatter(_ name: String) throws {
    var golden = try GoldenCase(name)
    let rules = Learner.rules(for: golden.symbol, from: golden.conversions)
    let (expected, _) = try golden.adapt(rules, inactive: inactive(name))
    // What the rules name, but for the words that the case's own oracle looks for.
    let names = Set(rules.flatMap { [$0.left, $0.right] }.flatMap(identifiers)).subtracting(["info", "vma"])
    let renaming = { (text: SourceText) in renamed(text, names) }
    golden.symbol.name = string(renaming(SourceText(golden.symbol.name.utf8)))
    golden.conversions = golden.conversions.map {
      var conversion = $0
      conversion.oldText = string(renaming(SourceText($0.oldText.utf8)))
      conversion.newText = string(renaming(SourceText($0.newText.utf8)))
      return conversion
    }
    golden.driver = renaming(golden.driver)
    let others = Learner.rules(for: golden.symbol, from: golden.conversions)
    #expect(others.map(\.left) == rules.map { string(renaming(SourceText($0.left.utf8))) })
    #expect(try golden.adapt(others, inactive: inactive(name)).text == renaming(expected))
  }

  private func string(_ bytes: SourceText) -> String { String(decoding: bytes, as: UTF8.self) }

  private func identifiers(_ text: String) -> [String] {
    let source = LexedSource(text)
    var spellings = Spellings()
    return source.tokens.filter { $0.kind == .identifier }.map { source.spelling($0) }.filter {
      !$0.hasPrefix("¤") && spellings.number(of: $0) > Keyword.allCases.last?.rawValue ?? 0
    }
  }

  /// Each name turned around letter by letter: as long as before and of the same case.
  private func renamed(_ text: SourceText, _ names: Set<String>) -> SourceText {
    let source = LexedSource(text)
    let edits = source.tokens.filter { $0.kind == .identifier && names.contains(source.spelling($0)) }.map { token in
      let name = source.spelling(token)
      let first = name.contains(where: \.isLowercase) ? "q" : "Q"
      return Edit(file: "", range: token.range, replacement: first + String(name.dropFirst().reversed()))
    }
    return (try? applying(edits, to: text).get()) ?? text
  }

  @Test func typesAreLeftOut() {
    let typed = "@a_1@\nexpression E1;\nstruct dev *E0;\n@@\n-E0->old\n+E0->map->new(E1)\n"
    let untyped = "@a_1@\nexpression E1;\nexpression E0;\n@@\n-E0->old\n+E0->map->new(E1)\n"
    #expect(
      untypedSemanticPatch(typed) == untyped + "\n"
        + untyped.replacing("E0->", with: "E0.").replacing("a_1", with: "a_1_direct"))
    // The structure itself is wanted: what stands for it is a pointer.
    let whole = typed.replacing("+E0->map", with: "+get(E0)->map")
    #expect(untypedSemanticPatch(whole) == untyped.replacing("+E0->map", with: "+get(E0)->map"))
    #expect(untypedSemanticPatch(untyped) == untyped)
  }

  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/spatch"), "spatch is not installed"),
    arguments: goldenCases)
  func coccinelleDoesTheSame(_ name: String) async throws {
    let golden = try GoldenCase(name)
    let rules = Learner.rules(for: golden.symbol, from: golden.conversions)
    let (ours, result) = try golden.adapt(rules)
    // A rule that SmPL can't say has no text to compare with.
    guard !result.changes.flatMap(\.rules).contains(where: \.smpl.isEmpty) else { return }
    try await withTemporaryFolder { folder in
      try Data(golden.driver).write(to: URL(fileURLWithPath: "\(folder)/driver.c"))
      for (number, rule) in result.changes.flatMap(\.rules).enumerated() {
        try Data(rule.smpl.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(number).cocci"))
        let spatch = Process()
        spatch.executableURL = URL(fileURLWithPath: "/usr/bin/spatch")
        spatch.arguments = [
          "--very-quiet", "--in-place", "--sp-file", "\(folder)/\(number).cocci", "\(folder)/driver.c",
        ]
        spatch.standardError = FileHandle.nullDevice
        spatch.standardOutput = FileHandle.nullDevice
        try spatch.run()
        spatch.waitUntilExit()
        #expect(spatch.terminationStatus == 0, "\(rule.smpl)")
      }
      let theirs = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/driver.c")))
      #expect(spatchAgreement(ours: ours, theirs: theirs) == .same)
    }
  }
}
