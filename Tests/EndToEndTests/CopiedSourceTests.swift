// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Pipeline
import TestSupport
import Testing

extension EndToEnd {
  /// A driver whose Makefile compiles a copy of its source.
  @Suite struct CopiedSourceTests {
    @Test func isMendedWhereItStands() async throws {
      try await withTemporaryFolder { folder in
        let source = "\(folder)/copied"
        try FileManager.default.copyItem(atPath: golden("EndToEnd/copied"), toPath: source)
        let run = try await Shipped.kmend([
          "adapt", source, "--from", "6.1", "--to", "6.12", "--out", "\(folder)/out", "--no-boot", "--in-place",
          "--quiet",
        ])
        #expect(run.code == 1, "\(run.errors)")
        let report = try JSONDecoder().decode(
          AdaptationReport.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/out/report.json")))
        #expect(report.breaks.before.map(\.file) == ["original.c"])
        #expect(report.breaks.after.isEmpty)
        #expect(report.flags.allSatisfy { $0.reason == .gateNotRun })
        let text = try String(contentsOfFile: "\(source)/original.c", encoding: .utf8)
        #expect(text.contains("\tstrscpy(copied_name, KBUILD_MODNAME, sizeof(copied_name));\n"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: source).sorted() == ["Makefile", "original.c"])
      }
    }
  }
}
