// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import TestSupport
import Testing

/// Series for packages, as quilt and dkms themselves take them.
extension EndToEnd {
  @Suite struct PackagerTests {
    private static func has(_ program: String) -> Bool {
      ["/usr/bin", "/usr/sbin"].contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }

    private static func adapt(_ driver: String, _ format: String, _ out: String) async throws {
      let run = try await Shipped.kmend([
        "adapt", driver, "--from", "6.1", "--to", "6.12", "--no-boot", "--quiet", "--format", format, "--out", out,
      ])
      #expect(run.code == 1, "without a boot it needs review: \(run.errors)")
      #expect(run.errors.contains("series    \(out)/"))
    }

    @Test(.enabled(if: has("quilt"), "quilt is not installed"))
    func quilt() async throws {
      try await withTemporaryFolder { folder in
        let source = "\(folder)/source"
        try FileManager.default.copyItem(atPath: golden("EndToEnd/three-breaks"), toPath: source)
        try await Self.adapt(source, "quilt", "\(folder)/out")
        #expect(
          try FileManager.default.contentsOfDirectory(atPath: "\(folder)/out").sorted() == [
            "logs", "patches", "report.json",
          ])
        try FileManager.default.copyItem(atPath: "\(folder)/out/patches", toPath: "\(source)/patches")
        let push = try await Shipped.run(
          "quilt", ["push", "-a", "--fuzz=0"], in: source, environment: ["QUILT_PATCHES": "patches"])
        #expect(push.code == 0, "\(push.output)\(push.errors)")
        let text = try String(contentsOfFile: "\(source)/three_breaks.c", encoding: .utf8)
        #expect(text.contains("strscpy(name") && !text.contains("no_llseek"))
      }
    }

    /// dkms applies the driver's own patch on every kernel, and ours where they are needed.
    @Test(.enabled(if: has("dkms") && getuid() == 0, "dkms is not installed, or its folders need root"))
    func dkms() async throws {
      try await withTemporaryFolder { folder in
        let source = "\(folder)/src/pd-1.0"
        try FileManager.default.createDirectory(atPath: "\(folder)/src", withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: golden("EndToEnd/patched-by-dkms"), toPath: source)
        try await Self.adapt(source, "dkms", "\(folder)/out")
        let patches = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/out/patches")
        #expect(patches.count == 1 && patches.allSatisfy { $0.hasSuffix(".patch") })
        for name in patches {
          try FileManager.default.copyItem(
            atPath: "\(folder)/out/patches/\(name)", toPath: "\(source)/patches/\(name)")
        }
        // Instead of a build: what the compiler would have seen.
        let conf =
          try String(contentsOfFile: "\(source)/dkms.conf", encoding: .utf8)
          + String(contentsOfFile: "\(folder)/out/dkms.conf.patches", encoding: .utf8)
          + "MAKE[0]=\"cat a.c b.c >\(folder)/seen-$kernelver; touch a.ko b.ko\"\nSTRIP[0]=no\nSTRIP[1]=no\n"
        try conf.write(toFile: "\(source)/dkms.conf", atomically: true, encoding: .utf8)
        for folder in ["\(folder)/tree", "\(folder)/headers/include"] {
          try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        for (release, isNeeded) in [("6.1.0-56-amd64", false), ("6.12.117+deb12-amd64", true)] {
          let build = try await Shipped.run(
            "dkms",
            [
              "build", "-m", "pd", "-v", "1.0", "-k", release, "--kernelsourcedir", "\(folder)/headers", "--dkmstree",
              "\(folder)/tree", "--sourcetree", "\(folder)/src",
            ])
          #expect(build.code == 0, "\(build.output)\(build.errors)")
          let seen = try String(contentsOfFile: "\(folder)/seen-\(release)", encoding: .utf8)
          #expect(seen.contains("patched"), "the driver's own patch")
          #expect(seen.contains("strscpy(") == isNeeded && seen.contains("strlcpy(") == !isNeeded, "\(seen)")
        }
      }
    }

    @Test(arguments: ["quilt", "dkms"])
    func needsAFolder(format: String) async throws {
      let run = try await Shipped.kmend([
        "adapt", golden("EndToEnd/three-breaks"), "--from", "6.1", "--to", "6.12", "--format", format,
      ])
      #expect(run.code == 64)
      #expect(run.errors.contains("--out"), "\(run.errors)")
    }
  }
}
