// SPDX-License-Identifier: GPL-2.0-or-later

import Diagnosis
import Foundation
import KernelModel
import TestSupport
import Testing

@Suite struct DiagnosisTests {
  static let cases = [
    "already-wrong", "arguments", "callbacks", "crlf", "fields", "function-gone", "header-gone", "include-not-reached",
    "macros", "name-clash", "own-header-lost", "return-types",
  ]

  @Test func everyCaseIsRun() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: golden("Diagnosis"))
    #expect(files.filter { $0.hasSuffix(".case") }.sorted() == Self.cases.map { "\($0).case" })
  }

  @Test(arguments: cases) func aCaseIsDiagnosed(_ name: String) async throws {
    let (diagnosis, oracle, moved) = try await diagnose(CaseFile(try goldenText("Diagnosis/\(name).case")))
    try expectGolden(told(diagnosis), "Diagnosis/\(name).breaks")
    func identities(_ breaks: [Break]) -> [String] {
      breaks.map { "\($0.site) \($0.site.column) \($0.kind.rawValue) \($0.symbol) \($0.container ?? "")" }.sorted()
    }
    #expect(identities(oracle) == identities(diagnosis.breaks), "the search must see what the diagnosis told")
    func symbols(_ breaks: [Break], behind lines: Int = 0) -> [String] {
      breaks.map { found in
        let line = found.site.line - (found.site.file.hasSuffix(".c") ? lines : 0)
        return "\(found.site.file):\(line):\(found.site.column) \(found.kind.rawValue) \(found.symbol)"
      }.sorted()
    }
    #expect(symbols(moved, behind: 1) == symbols(diagnosis.breaks), "edits above must not change what is told")
  }

  /// No name counts: with the kernel's names renamed everywhere the diagnosis is the same but for them.
  @Test(arguments: cases) func namesDoNotCount(_ name: String) async throws {
    func renamed(_ text: String) -> String { text.replacing("k_", with: "q_").replacing("K_", with: "Q_") }
    let (diagnosis, _, _) = try await diagnose(CaseFile(renamed(try goldenText("Diagnosis/\(name).case"))))
    #expect(told(diagnosis) == renamed(try goldenText("Diagnosis/\(name).breaks")))
  }
}
