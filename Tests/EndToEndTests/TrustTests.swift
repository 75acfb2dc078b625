// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Pipeline
import TestSupport
import Testing

/// How far a series can be trusted, as it is shipped.
extension EndToEnd {
  @Suite struct TrustTests {
    /// An in-tree driver as it was, built outside of the tree: the tree's own conversion of it is its twin's.
    @Test func anOldInTreeDriverHasATwin() async throws {
      try await withTemporaryFolder { folder in
        let path = "drivers/watchdog/acquirewdt.c"
        let kernels = try FileManager.default.contentsOfDirectory(atPath: "\(Shipped.cache)/kernels")
        let kernel = try #require(kernels.first { $0.hasPrefix("6.1@") })
        let source = "\(folder)/watch"
        try FileManager.default.createDirectory(atPath: source, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
          atPath: "\(Shipped.cache)/kernels/\(kernel)/source/\(path)", toPath: "\(source)/acquirewdt.c")
        try "obj-m := acquirewdt.o\n".write(toFile: "\(source)/Makefile", atomically: true, encoding: .utf8)
        let out = "\(folder)/out"
        let run = try await Shipped.kmend(
          ["adapt", source, "--from", "6.1", "--to", "6.12", "--no-boot", "--out", out])
        #expect([0, 1].contains(run.code), "\(run.errors)")
        let report = try JSONDecoder().decode(
          AdaptationReport.self, from: Data(contentsOf: URL(fileURLWithPath: "\(out)/report.json")))
        let twins = report.rules.flatMap { $0.twins ?? [] }
        #expect(twins.contains { $0.inTree == path && $0.file == "acquirewdt.c" && $0.likeness > 0.9 }, "\(twins)")
        #expect(run.errors.contains("the in-tree twin did this: \(path)"), "\(run.errors)")
        let series = try String(contentsOfFile: "\(out)/series.mbox", encoding: .utf8)
        #expect(series.contains("in-tree twin of this code did this"))
      }
      #expect(Shipped.leftovers().isEmpty)
    }
  }
}
