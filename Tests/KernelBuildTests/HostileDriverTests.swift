// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelBuild
import KernelModel
import Sandbox
import TestSupport
import Testing

/// Drivers that attack the machine that builds them: each build ends with a verdict, and nothing outside is touched.
@Suite(.enabled(if: CachedKernels.both, "\(CachedKernels.why)"), .serialized) struct HostileDriverTests {
  private static let source = "#include <linux/module.h>\nMODULE_LICENSE(\"GPL\");\nMODULE_DESCRIPTION(\"a\");\n"
  private static let limits = Limits(seconds: 60, memory: 1 << 30, processes: 100, output: 1 << 20, fileSize: 64 << 20)

  private func record(
    makefile: String, source: String = source, limits: Limits = limits, in folder: String
  ) async throws -> BuildRecord {
    let driver = try write(["Kbuild": makefile + "\nobj-m := a.o\n", "a.c": source], below: "\(folder)/driver")
    return try await build(driver, "6.12", BuildOptions(limits: limits))
  }

  @Test func seesNoHome() async throws {
    try await withTemporaryFolder { folder in
      try Data("kmend-secret".utf8).write(to: URL(fileURLWithPath: "\(folder)/secret"))
      let record = try await record(
        makefile:
          "$(warning home $(shell cat $(HOME)/* \(folder)/secret ~root/.[a-z]* 2>&1; ls -A / /root /home 2>&1))",
        in: folder)
      let text = String(decoding: record.output, as: UTF8.self)
      #expect(record.isBuilt)
      #expect(text.contains("home cat:"))
      #expect(!text.contains("kmend-secret"))
    }
  }

  @Test func writesNowhere() async throws {
    try await withTemporaryFolder { folder in
      let name = "kmend-was-here-\(UUID().uuidString)"
      let places = ["/etc", "/usr/bin", "/usr/src", "/lib/modules", "/dev/shm", "/tmp", "/var/tmp", folder]
      let touches = places.map { "$(shell touch \($0)/\(name) 2>/dev/null)" }.joined()
      let record = try await record(makefile: touches, in: folder)
      #expect(record.isBuilt)
      let host = places + CachedKernels.all.values.flatMap { $0.mounts.map(\.host) }
      for place in host { #expect(!FileManager.default.fileExists(atPath: "\(place)/\(name)")) }
    }
  }

  @Test func hasNoNetwork() async throws {
    try await withTemporaryFolder { folder in
      let record = try await record(
        makefile:
          "$(warning net $(shell bash -c 'cat /proc/net/dev; echo > /dev/tcp/127.0.0.1/22 && echo OPENED' 2>&1))",
        in: folder)
      let text = String(decoding: record.output, as: UTF8.self)
      #expect(text.contains("net Inter-"))
      #expect(!text.contains("OPENED"))
      #expect(!text.contains("eth0"))
    }
  }

  @Test(arguments: [
    "/etc/passwd", "/etc/shadow", "/proc/self/environ", "/root/.profile", "../../../../../../../etc/passwd",
  ])
  func includesNoSecret(path: String) async throws {
    try await withTemporaryFolder { folder in
      let record = try await record(makefile: "", source: "#include \"\(path)\"\n" + Self.source, in: folder)
      let text = String(decoding: record.output, as: UTF8.self)
      let passwd = (try? String(contentsOfFile: "/etc/passwd", encoding: .utf8)) ?? ""
      for line in passwd.split(separator: "\n") where line.utf8.count > 20 { #expect(!text.contains(line)) }
      #expect(!text.contains("root:*:") && !text.contains("root:x:"))
    }
  }

  @Test func forksWithoutEnd() async throws {
    try await withTemporaryFolder { folder in
      var limits = Self.limits
      limits.seconds = 10
      let record = try await record(
        makefile: "$(shell bash -c 'f() { f | f & }; f; sleep 60' >/dev/null 2>&1)", limits: limits, in: folder)
      #expect(record.evidence.seconds < 60)
    }
  }

  @Test func sleepsForEver() async throws {
    try await withTemporaryFolder { folder in
      var limits = Self.limits
      limits.seconds = 2
      let record = try await record(makefile: "$(shell sleep infinity)", limits: limits, in: folder)
      #expect(record.result == .failed("time-out after 2 s"))
    }
  }

  @Test func printsWithoutEnd() async throws {
    try await withTemporaryFolder { folder in
      let record = try await record(makefile: "$(obj)/a.o: noise\nnoise:\n\tyes\n.PHONY: noise", in: folder)
      guard case .failed = record.result else {
        Issue.record("\(record.result)")
        return
      }
      #expect(record.output.count <= 1 << 20)
    }
  }

  @Test func linksAreNoModules() async throws {
    try await withTemporaryFolder { folder in
      let record = try await record(
        makefile: "$(shell ln -sf /etc/hostname $(src)/stolen.ko; ln -sfn / $(src)/root; mkfifo $(src)/pipe.ko)",
        in: folder)
      #expect(record.modules.map(\.path) == ["a.ko"])
    }
  }
}
