// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelBuild
import KernelModel
import LogTriage
import TestSupport
import Testing

/// Small drivers, built for real on both kernels; what came out is held against golden files.
@Suite(.enabled(if: CachedKernels.both, "\(CachedKernels.why)")) struct KbuildTests {
  @Test(arguments: ["single", "crlf", "several", "dkms", "broken", "unlinked", "conditional"], ["6.1", "6.12"])
  func builds(fixture: String, kernel: String) async throws {
    let record = try await build(golden("KernelBuild/\(fixture)"), kernel)
    try expectGolden(Self.summary(record), "KernelBuild/\(fixture).\(kernel).txt")
  }

  @Test func warningsAndSparseOnRequest() async throws {
    try await withTemporaryFolder { folder in
      let files = [
        "Kbuild": "obj-m := w.o\n",
        "w.c": """
        #include <linux/module.h>
        int not_static;
        void f(void __user *p);
        void f(void __user *p) { *(char *)p = 1; }
        MODULE_LICENSE("GPL");
        MODULE_DESCRIPTION("w");

        """,
      ]
      let plain = try await build(try write(files, below: "\(folder)/driver"), "6.12")
      let strict = try await build(
        "\(folder)/driver", "6.12", BuildOptions(warnings: true, sparse: true, jobs: 1))
      #expect(plain.isBuilt && strict.isBuilt)
      let added = FindingComparison.added(old: Self.findings(plain), new: Self.findings(strict))
      #expect(added.contains { $0.tool == "sparse" && $0.site?.file == "w.c" && $0.message.contains("not_static") })
      #expect(added.contains { $0.tool == "sparse" && $0.message.contains("removes address space") })
    }
  }

  /// What Kbuild asks the compiler is asked once: the second build gets the same answers, and compiles with the same flags.
  @Test(arguments: ["6.1", "6.12"]) func answersAreKept(kernel: String) async throws {
    try await withTemporaryFolder { folder in
      let kept = "\(folder)/probes"
      try FileManager.default.createDirectory(atPath: kept, withIntermediateDirectories: true)
      func run(isFilled: Bool) async throws -> (BuildRecord, Set<String>) {
        var options = BuildOptions(jobs: 1)
        options.probes = CompiledObjects(folder: kept, isFilled: isFilled)
        let record = try await build(golden("KernelBuild/single"), kernel, options)
        return (record, Set(try FileManager.default.contentsOfDirectory(atPath: kept)))
      }
      let (first, answers) = try await run(isFilled: false)
      let (second, same) = try await run(isFilled: true)
      #expect(first.isBuilt && second.isBuilt)
      #expect(answers.count { $0.hasSuffix(".o") } > 9 && answers.contains { $0.hasSuffix(".no") })
      #expect(answers == same)
      #expect(first.objects.map(\.arguments) == second.objects.map(\.arguments))
    }
  }

  /// An empty module of ours asks all that a driver's build asks, with the same answers.
  @Test(arguments: ["6.1", "6.12"]) func anEmptyModuleAsksForAll(kernel: String) async throws {
    try await withTemporaryFolder { folder in
      let target = try #require(CachedKernels.all[kernel])
      func answers() async throws -> CompiledObjects? {
        try await CompilerAnswers(Kbuild(), folder: folder + "/answers").answers(for: target)
      }
      let ours = try #require(try await answers())
      #expect(try await answers() == ours)
      let own = "\(folder)/own"
      try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
      var options = BuildOptions(warnings: true, sparse: true, jobs: 1)
      options.probes = CompiledObjects(folder: own, isFilled: false)
      let first = try await build(golden("KernelBuild/single"), kernel, options)
      options.probes = ours
      let second = try await build(golden("KernelBuild/single"), kernel, options)
      #expect(first.isBuilt && first.objects.map(\.arguments) == second.objects.map(\.arguments))
      let asked = Set(try FileManager.default.contentsOfDirectory(atPath: own))
      let kept = try FileManager.default.contentsOfDirectory(atPath: ours.folder)
      #expect(asked.count > 9 && asked.isSubset(of: kept))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/answers").count == 1)
    }
  }

  @Test func makeThatBuildsNothingFails() async throws {
    try await withTemporaryFolder { folder in
      let driver = try write(["Kbuild": "obj-$(CONFIG_KMEND_NO_SUCH) := a.o\n", "a.c": ""], below: "\(folder)/driver")
      #expect(try await build(driver, "6.12").result == .failed("make succeeded, but built no module"))
    }
  }

  @Test func aToolThatFailsIsNotTheModule() async throws {
    try await withTemporaryFolder { folder in
      let makefile = """
        all: driver tool
        driver:
        \t$(MAKE) -C /lib/modules/$(shell uname -r)/build M=$(PWD)/sub EXTRA=1 modules
        tool:
        \t./no-such-tool

        """
      let files = [
        "Makefile": makefile, "sub/Kbuild": "obj-m := a.o\n",
        "sub/a.c": "#include <linux/module.h>\nMODULE_LICENSE(\"GPL\");\n",
      ]
      let driver = try write(files, below: "\(folder)/driver")
      let record = try await build(driver, "6.12")
      #expect(record.isBuilt)
      #expect(record.evidence.exit == "exit 2")
      _ = try write(["sub/a.c": "int f(void) { return nothing; }\n"], below: driver)
      #expect(try await build(driver, "6.12").result == .failed("exit 2"))
      _ = try write(
        [
          "sub/Kbuild": "obj-m := a-b.o c.o\n", "sub/a-b.c": files["sub/a.c"] ?? "",
          "sub/c.c":
            "#include <linux/module.h>\nint gone(void);\nint c(void) { return gone(); }\nMODULE_LICENSE(\"GPL\");\n",
        ], below: driver)
      #expect(try await build(driver, "6.12").result == .failed("exit 2"))
    }
  }

  @Test func exclusionIsAValue() async throws {
    try await withTemporaryFolder { folder in
      let conf = """
        PACKAGE_NAME=a
        PACKAGE_VERSION=1
        DEST_MODULE_LOCATION=/extra
        BUILD_EXCLUSIVE_KERNEL_MAX=6.1.999

        """
      let driver = try write(
        [
          "dkms.conf": conf, "Kbuild": "obj-m := a.o\n", "a.c": "#include <linux/module.h>\nMODULE_LICENSE(\"GPL\");\n",
        ],
        below: "\(folder)/driver")
      #expect(try await build(driver, "6.1").isBuilt)
      let excluded = try await build(driver, "6.12")
      #expect(excluded.result == .notApplicable("BUILD_EXCLUSIVE_KERNEL_MAX=\"6.1.999\""))
      #expect(excluded.modules.isEmpty)
      #expect(try await build(driver, "6.12", BuildOptions(ignoresExclusion: true)).isBuilt)
    }
  }

  @Test func lostFlagsAreNamed() async throws {
    let folder = golden("KernelBuild/several")
    var old = try await build(folder, "6.1")
    let new = try await build(folder, "6.12")
    let makefile = try goldenBytes("KernelBuild/several/extra/Makefile")
    #expect(BuildComparison.lostFlags(old: old, new: new, makefiles: [makefile]).isEmpty)
    let position = try #require(old.objects.firstIndex { $0.source == "extra/extra_one.c" })
    old.objects[position].arguments += ["-D", "EXTRA_OTHER=1", "-I", "\(old.driverRoot)/other"]
    let found = BuildComparison.lostFlags(old: old, new: new, makefiles: [makefile + Array("-DEXTRA_OTHER".utf8)])
    #expect(
      found.map(\.message) == ["-DEXTRA_OTHER=1", "-Iother"].map { "compiled with \($0) on 6.1, without it on 6.12" })
  }

  static func findings(_ record: BuildRecord) -> [Finding] {
    BuildLog.findings(in: record.output, roots: BuildRoots(driver: record.driverRoot, kernel: record.kernelRoots))
  }

  /// What a person would want to know of a build, without what differs between machines.
  private static func summary(_ record: BuildRecord) -> String {
    var lines = ["\(record.result)"]
    for object in record.objects.sorted(by: { $0.object < $1.object }) {
      lines.append("object \(object.object) of \(object.module) from \(object.source), compiled: \(object.isCompiled)")
      let own = object.arguments.filter { $0.hasPrefix("-DSINGLE") || $0.hasPrefix("-DEXTRA") || $0.contains("/../") }
      if !own.isEmpty { lines.append("  " + own.joined(separator: " ")) }
    }
    for module in record.modules {
      lines.append("module \(module.path)")
      for field in ["license", "import_ns", "depends", "description", "version", "variant"] {
        lines += module.values(of: field).map { "  \(field)=\($0)" }
      }
      let helpers = ["__x86", "__fentry__", "_printk"]
      let symbols = module.undefinedSymbols.filter { symbol in !helpers.contains { symbol.hasPrefix($0) } }
      lines += symbols.map { "  needs \($0)" }
    }
    for finding in findings(record) {
      lines.append("\(finding.tool) \(finding.severity) \(finding.site?.description ?? "-"): \(finding.message)")
    }
    let release = CachedKernels.all[record.kernel]?.identity.release ?? "?"
    return lines.joined(separator: "\n").split(separator: release, omittingEmptySubsequences: false)
      .joined(separator: "RELEASE") + "\n"
  }
}
