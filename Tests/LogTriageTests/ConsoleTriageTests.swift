// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import LogTriage
import TestSupport
import Testing

/// `Tests/Golden/Console`: what is to be found, an empty line, and the raw log.
private let corpus: [String] =
  ((try? FileManager.default.contentsOfDirectory(atPath: golden("Console"))) ?? []).sorted()

@Suite struct ConsoleTriageTests {
  @Test func thereIsACorpus() { #expect(corpus.count >= 40) }

  @Test(arguments: corpus)
  func findsWhatTheHeaderSays(name: String) throws {
    let bytes = try goldenBytes("Console/\(name)")
    let gap = try #require(bytes.indices.dropFirst().first { bytes[$0] == 10 && bytes[$0 - 1] == 10 })
    let log = Array(bytes[(gap + 1)...])
    let header = ConsoleTriage(log: log).events.map { event in
      "\(event.severity) \(event.finding.tool): \(event.finding.message)\n"
        + event.lines.dropFirst().map { "  \($0)\n" }.joined()
    }
    let text = header.isEmpty ? "nothing\n" : header.joined()
    try expectGolden(text + "\n" + String(decoding: log, as: UTF8.self), "Console/\(name)")
  }

  @Test(arguments: corpus)
  func carriageReturnsAndTimeStampsMakeNoDifference(name: String) throws {
    let lines = try goldenText("Console/\(name)").components(separatedBy: "\n")
    let log = lines[(lines.firstIndex(of: "") ?? 0)...].dropFirst()
    let bare = log.map { ConsoleLine(ArraySlice($0.utf8)).text }
    let stamped = bare.map { "[   12.345678] \($0)\r\n" }.joined()
    #expect(ConsoleTriage(log: Array(stamped.utf8)).events == ConsoleTriage(bare).events)
  }
}
