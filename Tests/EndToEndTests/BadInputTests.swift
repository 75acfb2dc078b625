// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import TestSupport
import Testing

/// Bad input gets a clear message, the right exit code, and leaves nothing behind.
extension EndToEnd {
  @Suite struct BadInputTests {
    struct Case: CustomTestStringConvertible, Sendable {
      var name: String
      /// Arguments; `@` stands for the driver's folder.
      var arguments: [String]
      var makefile: String?
      var source = "#include <linux/module.h>\nMODULE_LICENSE(\"GPL\");\n"
      var code: Int32
      var says: String
      var testDescription: String { name }
    }
    private static let pair = ["--from", "6.1", "--to", "6.12", "--quiet"]
    private static let good = "obj-m := bad.o\n"

    static let cases: [Case] = [
      Case(name: "no such driver", arguments: ["diagnose", "/nowhere"] + pair, code: 65, says: "no such driver"),
      Case(name: "no Makefile", arguments: ["diagnose", "@"] + pair, code: 65, says: "no Makefile"),
      Case(
        name: "no such package", arguments: ["diagnose", "debian:no-such-package-dkms"] + pair, code: 69,
        says: "no-such-package-dkms"),
      Case(
        name: "version gone", arguments: ["diagnose", "debian:v4l2loopback-dkms=0.0.1-1"] + pair, code: 69,
        says: "0.0.1-1"),
      Case(
        name: "unknown kernel", arguments: ["diagnose", "@", "--from", "6.1", "--to", "4.4"], makefile: good, code: 69,
        says: "kernel add"),
      Case(
        name: "no kernel named", arguments: ["diagnose", "@", "--from", "6.1"], makefile: good, code: 64, says: "--to"),
      Case(name: "unknown option", arguments: ["kernel", "list", "--wrong"], code: 64, says: "--wrong"),
      Case(
        name: "both outputs", arguments: ["adapt", "@", "--in-place", "--branch", "x"] + pair, makefile: good, code: 64,
        says: "--in-place"),
      Case(
        name: "branch of a package", arguments: ["adapt", "debian:foo-dkms", "--branch", "x"] + pair, code: 64,
        says: "--branch"),
      Case(
        name: "branch of a folder", arguments: ["adapt", "@", "--branch", "x"] + pair, makefile: good, code: 64,
        says: "--branch"),
      Case(
        name: "branch of a remote repository",
        arguments: ["adapt", "https://git.example.org/driver.git", "--branch", "x"] + pair, code: 64, says: "--branch"),
      Case(
        name: "in place of an archive", arguments: ["adapt", "@/bad.c", "--in-place"] + pair, makefile: good, code: 64,
        says: "--in-place"),
      Case(
        name: "bad author", arguments: ["adapt", "@", "--author", "nobody"] + pair, makefile: good, code: 64,
        says: "mail address"),
      Case(
        name: "broken on the old kernel too", arguments: ["adapt", "@"] + pair, makefile: good,
        source: "#include <linux/module.h>\nint x = nonsense;\n", code: 65, says: "does not build on 6.1 either"),
      Case(
        name: "reads the host's files", arguments: ["adapt", "@"] + pair, makefile: good,
        source: "#include \"/etc/passwd\"\n", code: 65, says: "does not build on 6.1 either"),
      Case(
        name: "reads home", arguments: ["adapt", "@"] + pair,
        makefile: good + "$(error home is $(shell ls -A $(HOME) ~root /root /home 2>/dev/null | tr -d '\\n'))\n",
        code: 65,
        says: "home is"),
      Case(
        name: "writes outside", arguments: ["adapt", "@"] + pair,
        makefile: good + "$(shell echo x > /etc/kmend-was-here; touch /usr/kmend-was-here)\n", code: 0,
        says: "nothing to do"),
      Case(
        name: "opens a socket", arguments: ["adapt", "@"] + pair,
        makefile: good + "$(shell bash -c 'echo hello > /dev/tcp/127.0.0.1/22' && echo open)\n", code: 0,
        says: "nothing to do"),
    ]

    @Test(arguments: cases)
    func refuses(_ bad: Case) async throws {
      try await withTemporaryFolder { folder in
        let driver = "\(folder)/driver"
        try FileManager.default.createDirectory(atPath: driver, withIntermediateDirectories: true)
        try bad.source.write(toFile: "\(driver)/bad.c", atomically: true, encoding: .utf8)
        if let makefile = bad.makefile {
          try makefile.write(toFile: "\(driver)/Makefile", atomically: true, encoding: .utf8)
        }
        let run = try await Shipped.kmend(bad.arguments.map { $0.hasPrefix("@") ? driver + $0.dropFirst() : $0 })
        #expect(run.code == bad.code, "\(run.errors)")
        #expect((run.errors + run.output).contains(bad.says), "\(run.errors)")
        #expect(!(run.errors + run.output).contains("root:x:0"), "a file of the host leaked")
        #expect(!FileManager.default.fileExists(atPath: "/etc/kmend-was-here"))
        #expect(!FileManager.default.fileExists(atPath: "/usr/kmend-was-here"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["driver"])
      }
      #expect(Shipped.leftovers().isEmpty)
    }

    @Test func saysHowItIsUsed() async throws {
      for arguments in [["--help"], ["adapt", "--help"], ["kernel", "--help"], ["diagnose", "--help"]] {
        let run = try await Shipped.kmend(arguments)
        #expect(run.code == 0)
        #expect(run.output.contains("kmend"))
      }
      #expect(try await Shipped.kmend(["--version"]).output.contains("."))
    }

    /// A control: a packaged driver that builds on both kernels.
    @Test func findsNothingToDo() async throws {
      let run = try await Shipped.kmend(["adapt", "debian:leds-alix-dkms"] + Self.pair)
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.errors.contains("nothing to do"))
      #expect(run.output.isEmpty)
    }

    /// Results replace earlier results, and nothing else.
    @Test func keepsWhatAPersonPutBesideResults() async throws {
      try await withTemporaryFolder { folder in
        let driver = "\(folder)/driver"
        let out = "\(folder)/out"
        try FileManager.default.createDirectory(atPath: driver, withIntermediateDirectories: true)
        try Self.good.write(toFile: "\(driver)/Makefile", atomically: true, encoding: .utf8)
        try "#include <linux/module.h>\nMODULE_LICENSE(\"GPL\");\n"
          .write(toFile: "\(driver)/bad.c", atomically: true, encoding: .utf8)
        let arguments = ["adapt", driver, "--out", out] + Self.pair
        #expect(try await Shipped.kmend(arguments).code == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: out).sorted() == ["logs", "report.json"])
        try "mine\n".write(toFile: "\(out)/notes.txt", atomically: true, encoding: .utf8)
        #expect(try await Shipped.kmend(arguments).code == 0)
        #expect(try String(contentsOfFile: "\(out)/notes.txt", encoding: .utf8) == "mine\n")
        try FileManager.default.removeItem(atPath: "\(out)/report.json")
        let refused = try await Shipped.kmend(arguments)
        #expect(refused.code == 64, "\(refused.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["driver", "out"])
      }
    }
  }
}
