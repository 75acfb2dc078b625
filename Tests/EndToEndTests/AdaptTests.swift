// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Pipeline
import TestSupport
import Testing

extension EndToEnd {
  @Suite struct AdaptTests {
    private let driver = golden("EndToEnd/three-breaks")

    /// The whole job on a small driver, with LF and with CRLF line ends.
    @Test(arguments: [false, true])
    func adaptsAndProves(crlf: Bool) async throws {
      try await withTemporaryFolder { folder in
        let source = try copy(driver, to: "\(folder)/three-breaks", crlf: crlf)
        let before = try tree(source)
        let out = "\(folder)/out"
        let run = try await Shipped.kmend(["adapt", source, "--from", "6.1", "--to", "6.12", "--out", out, "--quiet"])
        #expect([0, 1].contains(run.code), "\(run.errors)")
        let report = try JSONDecoder().decode(
          AdaptationReport.self, from: Data(contentsOf: URL(fileURLWithPath: "\(out)/report.json")))
        #expect(report.breaks.after.isEmpty)
        #expect(Set(report.rules.map(\.symbol)) == ["strlcpy", "no_llseek", "asm/unaligned.h"])
        #expect(report.levels.map(\.level) == [.booted, .booted])
        #expect(report.gates.allSatisfy { $0.result == .passed || $0.gate == "spatch" }, "\(report.gates)")
        // The user's files are as they were.
        #expect(try tree(source) == before)
        // By hand, as a maintainer would.
        let git = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "core.autocrlf=false"]
        #expect(try await Shipped.run("git", ["init", "-q"], in: source).code == 0)
        #expect(try await Shipped.run("git", git + ["add", "-A"], in: source).code == 0)
        #expect(try await Shipped.run("git", git + ["commit", "-qm", "original"], in: source).code == 0)
        let am = try await Shipped.run("git", git + ["am", "-q", "\(out)/series.mbox"], in: source)
        #expect(am.code == 0, "\(am.output)\(am.errors)")
        let text = String(
          decoding: try Data(contentsOf: URL(fileURLWithPath: "\(source)/three_breaks.c")), as: UTF8.self)
        #expect(text.contains("strscpy(name, \"three breaks\", sizeof(name));"))
        #expect(!text.contains("no_llseek"))
        #expect(text.contains("__has_include(<linux/unaligned.h>)"))
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(!crlf || lines.allSatisfy { $0.unicodeScalars.last == "\r" }, "every line keeps its CR")
        let log = try await Shipped.run("git", ["log", "--format=%s"], in: source).output
        #expect(log.split(separator: "\n").count == 1 + report.patches.count)
        // b4 wants to know who it works for.
        for setting in ["user.name", "user.email"] {
          #expect(try await Shipped.run("git", ["config", setting, "t@example.org"], in: source).code == 0)
        }
        let b4 = try await Shipped.run(
          "b4", ["-n", "--offline-mode", "am", "-m", "\(out)/series.mbox", "-o", folder], in: source,
          environment: ["HOME": folder])
        #expect(b4.code == 0, "\(b4.output)\(b4.errors)")
        // The adapted driver has nothing left to do.
        let again = try await Shipped.kmend(["diagnose", source, "--from", "6.1", "--to", "6.12", "--json"])
        let diagnosis = try JSONDecoder().decode(DiagnosisReport.self, from: Data(again.output.utf8))
        #expect(diagnosis.breaks.isEmpty)
      }
      #expect(Shipped.leftovers().isEmpty)
    }

    @Test func commitsToABranchOrWritesInPlaceOnlyWhenAsked() async throws {
      try await withTemporaryFolder { folder in
        let source = try copy(driver, to: "\(folder)/three-breaks", crlf: false)
        let git = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        for arguments in [["init", "-q"], git + ["add", "-A"], git + ["commit", "-qm", "original"]] {
          #expect(try await Shipped.run("git", arguments, in: source).code == 0)
        }
        // A hostile repository: neither its hooks nor its fsmonitor may run.
        let trap = "\(folder)/trap"
        try "#!/bin/sh\ntouch \(trap)\n".write(toFile: "\(folder)/run", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/run")
        for hook in ["pre-commit", "post-commit", "post-checkout", "reference-transaction", "post-index-change"] {
          try FileManager.default.copyItem(atPath: "\(folder)/run", toPath: "\(source)/.git/hooks/\(hook)")
        }
        _ = try await Shipped.run("git", ["config", "core.fsmonitor", "\(folder)/run"], in: source)
        try? FileManager.default.removeItem(atPath: trap)
        let before = try tree(source)
        let common = [source, "--from", "6.1", "--to", "6.12", "--no-boot", "--quiet"]
        let branch = try await Shipped.kmend(["adapt"] + common + ["--branch", "kmend/6.12"])
        #expect(branch.code == 1, "without a boot it needs review: \(branch.errors)")
        #expect(try tree(source) == before)
        #expect(!FileManager.default.fileExists(atPath: trap))
        let count = try await Shipped.run(
          "git", ["-c", "core.fsmonitor=false", "rev-list", "--count", "HEAD..kmend/6.12"], in: source)
        #expect(Int(count.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0 >= 3)
        let again = try await Shipped.kmend(["adapt"] + common + ["--branch", "kmend/6.12"])
        #expect(again.code == 65, "the branch exists: \(again.errors)")
        let inPlace = try await Shipped.kmend(["adapt"] + common + ["--in-place"])
        #expect(inPlace.code == 1, "\(inPlace.errors)")
        #expect(try tree(source) != before)
      }
    }

    /// `dkms.conf` patches one file and keeps the driver from the new kernel: the other file is adapted, a person is asked.
    @Test func saysWhatTheDriversOwnBuildDoes() async throws {
      try await withTemporaryFolder { folder in
        let source = try copy(golden("EndToEnd/patched-by-dkms"), to: "\(folder)/patched", crlf: false)
        let arguments = ["adapt", source, "--from", "6.1", "--to", "6.12", "--no-boot", "--json", "--quiet"]
        var report = try await self.report(arguments)
        #expect(report.breaks.before.map(\.file) == ["b.c"])
        #expect(report.breaks.after.isEmpty)
        #expect(report.flags.allSatisfy { $0.reason == .gateNotRun })
        #expect(report.notes == ["the driver's build changes a.c: breaks there are not adapted"])
        let file = "\(source)/dkms.conf"
        let conf = try String(contentsOfFile: file, encoding: .utf8)
        try (conf + "BUILD_EXCLUSIVE_KERNEL_MAX=6.5\n").write(toFile: file, atomically: true, encoding: .utf8)
        let patch = "\(source)/patches/one.patch"
        let text = try String(contentsOfFile: patch, encoding: .utf8)
        try text.replacing("pr_info(\"patched\\n\");", with: "char x[4]; strlcpy(x, \"a\", 4);")
          .write(toFile: patch, atomically: true, encoding: .utf8)
        report = try await self.report(arguments)
        #expect(report.outcome == .notAdapted)
        #expect(report.breaks.after.map(\.file) == ["a.c"])
        #expect(report.flags.contains { $0.reason == .excluded && $0.detail.contains("6.12") })
      }
    }

    private func report(_ arguments: [String]) async throws -> AdaptationReport {
      let run = try await Shipped.kmend(arguments)
      return try JSONDecoder().decode(AdaptationReport.self, from: Data(run.output.utf8))
    }

    private func copy(_ from: String, to: String, crlf: Bool) throws -> String {
      try FileManager.default.copyItem(atPath: from, toPath: to)
      guard crlf else { return to }
      let file = "\(to)/three_breaks.c"
      let text = try String(contentsOfFile: file, encoding: .utf8)
      try text.replacingOccurrences(of: "\n", with: "\r\n").write(toFile: file, atomically: true, encoding: .utf8)
      return to
    }

    /// Every file's bytes, git's own folder apart.
    private func tree(_ folder: String) throws -> [String: Data] {
      var files: [String: Data] = [:]
      for case let path as String in FileManager.default.enumerator(atPath: folder) ?? .init()
      where !path.hasPrefix(".git") {
        files[path] = FileManager.default.contents(atPath: "\(folder)/\(path)")
      }
      return files
    }
  }
}
