// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Pipeline
import TestSupport
import Testing

/// Corpus tables, and the rows of a bench.
@Suite struct CorpusTests {
  private func cases(_ text: String) throws -> [CorpusCase] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("corpus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("corpus.csv").path
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return try CorpusCase.read(file)
  }

  @Test func readsTheProjectsTables() throws {
    let breaking = try CorpusCase.read("\(repositoryRoot)/Tests/Corpus/debian-dkms.csv")
    #expect(breaking.count == 42)
    #expect(breaking.allSatisfy { $0.failsOn != nil && $0.path == nil && !$0.version.isEmpty })
    let controls = try CorpusCase.read("\(repositoryRoot)/Tests/Corpus/debian-dkms-controls.csv")
    #expect(controls.count == 39)
    #expect(controls.allSatisfy { $0.failsOn == nil })
  }

  @Test func aPathStandsInForAPackage() throws {
    let found = try cases("path,builds_on,fails_on\n\"my driver, old\",5.10 6.1,6.12\n")
    #expect(found.count == 1)
    #expect(found[0].package == "my driver, old")
    #expect(found[0].path?.hasSuffix("/my driver, old") == true)
    #expect(found[0].buildsOn == ["5.10", "6.1"])
    #expect(found[0].failsOn == "6.12")
  }

  @Test(arguments: ["a,b\n1,2\n", "package,version\nx,1\n", "package,version,builds_on\nx,,6.1\n", ""])
  func refusesWhatIsNoTable(text: String) {
    #expect(throws: Failure.self) { try cases(text) }
  }

  @Test func rowsSurviveTheFile() {
    let row = BenchRow(["package": "a", "version": "1", "problem": "says \"no\", twice\nover", "outcome": "error"])
    #expect(row.line.hasPrefix("a,1,,,error,"))
    #expect(row.line.hasSuffix("\"says \"\"no\"\", twice\nover\",,,"))
    let text = BenchSummary([row]).text
    #expect(text.contains("| error | 1 (100 %) |"))
  }
}
