// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import Pipeline
import TestSupport
import Testing

/// Drivers and machines that misbehave while kmend is at work: it comes to an end, says what happened, and leaves nothing.
extension EndToEnd {
  @Suite struct HostileTests {
    /// A driver with one break on the way to 6.12; `newer` runs when it is loaded there.
    private static func source(_ newer: String) -> String {
      """
      #include <linux/module.h>
      #include <linux/string.h>
      #include <linux/version.h>

      static char name[16];

      static int __init bad_init(void)
      {
      \tstrlcpy(name, "bad", sizeof(name));
      \tpr_info("%s\\n", name);
      #if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
      \t\(newer)
      #endif
      \treturn 0;
      }

      static void __exit bad_exit(void)
      {
      }

      module_init(bad_init);
      module_exit(bad_exit);
      MODULE_LICENSE("GPL");

      """
    }
    private static let harmless = "#include <linux/module.h>\nMODULE_LICENSE(\"GPL\");\n"
    private static let pair = ["--from", "6.1", "--to", "6.12", "--quiet"]

    struct Load: CustomTestStringConvertible, Sendable {
      var name: String
      var code: String
      /// In the review flag.
      var says: String
      var testDescription: String { name }
    }

    /// The boot gate finds what builds and must not be loaded.
    @Test(arguments: [
      Load(name: "panics", code: "panic(\"bad driver gives up\");", says: "bad driver gives up in bad_init"),
      Load(name: "hangs", code: "preempt_disable(); for (;;) cpu_relax();", says: "while loading bad"),
      Load(
        name: "prints without end", code: "for (;;) pr_info(\"%s %s %s %s\\n\", name, name, name, name);",
        // By the speed of the machine the output or the time comes to its limit first.
        says: "loading bad"),
    ])
    func bootsWithoutHarm(_ load: Load) async throws {
      try await withTemporaryFolder { folder in
        let driver = try write(Self.source(load.code), makefile: "obj-m := bad.o\n", to: folder)
        let run = try await adapt(driver, ["--out", "\(folder)/out"], in: folder)
        #expect(run.code == 1, "\(run.errors)")
        let report = try JSONDecoder().decode(
          AdaptationReport.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/out/report.json")))
        #expect(report.outcome == .needsReview)
        #expect(report.flags.map(\.reason) == [.bootFailed])
        #expect(report.flags.first?.detail.contains(load.says) == true, "\(report.flags)")
        let boots = report.gates.filter { $0.gate == "boot" }
        #expect(boots.map(\.result) == [.passed, .failed])
        #expect(boots.flatMap(\.evidence).allSatisfy { $0.seconds < 60 }, "\(boots.flatMap(\.evidence))")
        let log = try FileManager.default.attributesOfItem(atPath: "\(folder)/out/logs/boot-adapted-6.12.log")
        #expect((log[.size] as? NSNumber)?.intValue ?? .max <= 9 << 20, "the console is bounded")
      }
      #expect(Shipped.leftovers().isEmpty)
    }

    /// A driver that never loads proves nothing beyond its link, and a person is told.
    @Test func aRefusalIsNoProof() async throws {
      try await withTemporaryFolder { folder in
        let source = Self.source("").replacing("return 0;", with: "return -ENODEV;")
        let driver = try write(source, makefile: "obj-m := bad.o\n", to: folder)
        let run = try await adapt(driver, ["--out", "\(folder)/out"], in: folder)
        #expect(run.code == 0, "\(run.errors)")
        let report = try JSONDecoder().decode(
          AdaptationReport.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/out/report.json")))
        #expect(report.levels.map(\.level) == [.linked, .linked])
        #expect(report.levels.map(\.boot) == [.refusedAsBefore, .refusedAsBefore])
        #expect(report.flags.isEmpty)
        let mail = try String(contentsOfFile: "\(folder)/out/series.mbox", encoding: .utf8)
        #expect(mail.contains("Not tested:"), "\(mail)")
        #expect(!mail.contains("loaded and unloaded"), "\(mail)")
        let symbols = report.gates.filter { $0.gate == "symbols" }.flatMap(\.evidence)
        #expect(!symbols.isEmpty && symbols.allSatisfy { $0.command == "nm -u -P bad.ko" && $0.seconds > 0 })
      }
      #expect(Shipped.leftovers().isEmpty)
    }

    /// A machine that somebody kills proves nothing, and the report says so.
    @Test func aKilledMachineIsNoProof() async throws {
      try await withTemporaryFolder { folder in
        let driver = try write(Self.source(""), makefile: "obj-m := bad.o\n", to: folder)
        let killer = Task {
          while !Task.isCancelled {
            for process in Processes.below(named: "qemu-system") { kill(process, SIGKILL) }
            try await Task.sleep(for: .milliseconds(100))
          }
        }
        let run = try await adapt(driver, ["--out", "\(folder)/out"], in: folder)
        killer.cancel()
        _ = await killer.result
        #expect(run.code == 1, "\(run.errors)")
        let report = try JSONDecoder().decode(
          AdaptationReport.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/out/report.json")))
        let boots = report.gates.filter { $0.gate == "boot" }
        #expect(!boots.isEmpty && boots.allSatisfy { $0.result == .notRun }, "\(boots)")
        #expect(boots.allSatisfy { $0.summary.contains("the machine") }, "\(boots)")
        #expect(report.flags.contains { $0.reason == .gateNotRun })
      }
      #expect(Shipped.leftovers().isEmpty)
    }

    struct Make: CustomTestStringConvertible, Sendable {
      var name: String
      var shell: String
      var says: String
      var testDescription: String { name }
    }

    /// A Makefile that does not come to an end is ended, with everything that it started.
    @Test(arguments: [
      Make(name: "sleeps", shell: "sleep 98765", says: "time-out after 8 s"),
      Make(
        name: "forks", shell: "for i in $$(seq 5000); do sleep 98765 & done; sleep 98765", says: "time-out after 8 s"),
      Make(name: "prints", shell: "yes >&2", says: "bytes of output"),
    ])
    func endsABuild(_ make: Make) async throws {
      try await withTemporaryFolder { folder in
        let driver = try write(Self.harmless, makefile: "obj-m := bad.o\n$(shell \(make.shell))\n", to: folder)
        let run = try await adapt(driver, ["--timeout", "8"], in: folder)
        #expect(run.code == 65, "\(run.errors)")
        #expect(run.errors.contains("its build on 6.1 was ended"), "\(run.errors)")
        #expect(run.errors.contains(make.says), "\(run.errors)")
        #expect(run.errors.contains("--timeout"), "the remedy")
        #expect(Processes.with("98765").isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["driver", "tmp"])
      }
      #expect(Shipped.leftovers().isEmpty)
    }

    struct Machine: CustomTestStringConvertible, Sendable {
      var name: String
      /// In a mount or network namespace of its own; `$d` is a folder, `$c` the cache.
      var unshare: [String]
      var setup: String = ":"
      /// `$k` is kmend.
      var command: String
      var code: Int32
      var says: String
      var testDescription: String { name }
    }

    /// No room and no network. As a plain user this needs user namespaces, as the sandbox does.
    @Test(arguments: [
      Machine(
        name: "full cache", unshare: ["--mount"], setup: "mount -t tmpfs -o size=1m none $c/work",
        command: "$k adapt $d/driver --from 6.1 --to 6.12", code: 75, says: "run kmend kernel prune"),
      Machine(
        name: "full TMPDIR", unshare: ["--mount"], setup: "mount -t tmpfs -o size=64k none $d/full",
        command: "TMPDIR=$d/full $k adapt $d/driver --from 6.1 --to 6.12", code: 69, says: "free some space"),
      Machine(
        name: "full folder for results", unshare: ["--mount"], setup: "mount -t tmpfs -o size=8k none $d/full",
        command: "$k adapt $d/driver --from 6.1 --to 6.12 --no-boot --out $d/full/out", code: 75,
        says: "its disk is full"),
      Machine(
        name: "full cache for a kernel", unshare: ["--mount"], setup: "mount -t tmpfs -o size=64k none $d/full",
        command: "KMEND_CACHE=$d/full $k kernel add debian:6.12; s=$?; rm -r $d/full/*; (exit $s)", code: 75,
        says: "free some space"),
      Machine(
        name: "no place for results", unshare: ["--mount"],
        command: "$k adapt $d/driver --from 6.1 --to 6.12 --out /proc/out", code: 69, says: "--out"),
      Machine(
        name: "no network for a kernel", unshare: ["--net"],
        command: "KMEND_CACHE=$d/full $k kernel add debian:6.12; s=$?; rm -r $d/full/*; (exit $s)", code: 75,
        says: "check the network"),
      Machine(
        name: "no network for a repository", unshare: ["--net"],
        command: "$k diagnose https://git.example.org/driver.git --from 6.1 --to 6.12", code: 75,
        says: "check the URL and the network"),
      Machine(
        name: "no network, none needed", unshare: ["--net"], command: "$k diagnose $d/driver --from 6.1 --to 6.12",
        code: 0, says: "strlcpy"),
    ])
    func livesWithLittle(_ machine: Machine) async throws {
      try await withTemporaryFolder { folder in
        _ = try write(Self.source(""), makefile: "obj-m := bad.o\n", to: folder)
        try FileManager.default.createDirectory(atPath: "\(folder)/full", withIntermediateDirectories: false)
        let script = """
          set -e; d=$1 c=$2 k=$3; \(machine.setup); set +e
          \(machine.command); s=$?; echo "left: $(ls -A $d/full)"; exit $s
          """
        let user = getuid() == 0 ? [] : ["--user", "--map-root-user"]
        let run = try await Shipped.run(
          "unshare", user + machine.unshare + ["sh", "-c", script, "sh", folder, Shipped.cache, Shipped.kmend])
        #expect(run.code == machine.code, "\(run.errors)")
        #expect((run.errors + run.output).contains(machine.says), "\(run.errors)")
        #expect(run.output.hasSuffix("left: \n"), "\(run.output.suffix(200))")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["driver", "full"])
      }
      #expect(Shipped.leftovers().isEmpty)
    }

    /// With a TMPDIR of its own, which is empty afterwards, as no process is left that knows of it.
    private func adapt(_ driver: String, _ options: [String], in folder: String) async throws -> Shipped.Run {
      let temporary = "\(folder)/tmp"
      try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: false)
      let before = try sources(driver)
      let run = try await Shipped.kmend(["adapt", driver] + options + Self.pair, environment: ["TMPDIR": temporary])
      #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [])
      #expect(Processes.with(folder).isEmpty)
      #expect(try sources(driver) == before)
      return run
    }

    private func sources(_ driver: String) throws -> [String: Data] {
      let names = try FileManager.default.contentsOfDirectory(atPath: driver)
      return Dictionary(
        uniqueKeysWithValues: names.map { ($0, FileManager.default.contents(atPath: "\(driver)/\($0)") ?? Data()) })
    }

    private func write(_ source: String, makefile: String, to folder: String) throws -> String {
      let driver = "\(folder)/driver"
      try FileManager.default.createDirectory(atPath: driver, withIntermediateDirectories: true)
      try source.write(toFile: "\(driver)/bad.c", atomically: true, encoding: .utf8)
      try makefile.write(toFile: "\(driver)/Makefile", atomically: true, encoding: .utf8)
      return driver
    }
  }
}
