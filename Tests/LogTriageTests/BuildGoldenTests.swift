// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import LogTriage
import TestSupport
import Testing

/// Logs of real builds, and what is read in them.
@Suite struct BuildGoldenTests {
  @Test(arguments: [
    ("ddcci-6.12", "/var/lib/dkms/ddcci/0.4.2/build", "6.12.117+deb12"),
    ("evdi-6.1", "/var/lib/dkms/evdi/1.9.0+dfsg/build", "6.1.0-56"),
    ("lime-6.12", "/var/lib/dkms/lime-forensics/1.9.1/build", "6.12.117+deb12"),
    ("missing-tool-6.12", "/var/lib/dkms/ipt-netflow/2.6/build", "6.12.117+deb12"),
    ("nat-rtsp-6.12", "/var/lib/dkms/nat-rtsp/0.7+5.3/build", "6.12.117+deb12"),
    ("several-7.2", "/driver", "7.2.12+deb13"),
    ("sparse-6.12", "/driver", "6.12.117+deb12"),
    ("unlinked-7.2", "/driver", "7.2.12+deb13"),
  ])
  func reads(log: String, driver: String, release: String) throws {
    let headers = "/usr/src/linux-headers-\(release)"
    let roots = BuildRoots(driver: driver, kernel: ["\(headers)-amd64", "\(headers)-common"])
    let bytes = try goldenBytes("LogTriage/build/\(log).log")
    var lines = BuildLog.findings(in: bytes, roots: roots).map { finding in
      let column = finding.site.map { $0.column > 0 ? ":\($0.column)" : "" } ?? ""
      return "\(finding.severity) \(finding.tool) \(finding.site?.description ?? "-")\(column): \(finding.message)"
    }
    for problem in BuildLog.linkProblems(in: bytes, roots: roots) {
      lines.append("link \(problem.kind.rawValue) \(problem.symbol) in \(problem.module)")
    }
    try expectGolden(lines.joined(separator: "\n") + "\n", "LogTriage/build/\(log).txt")
    // The same log with the line ends of another system reads the same.
    let crlf = bytes.flatMap { $0 == UInt8(ascii: "\n") ? [UInt8(ascii: "\r"), $0] : [$0] }
    #expect(BuildLog.findings(in: crlf, roots: roots) == BuildLog.findings(in: bytes, roots: roots))
  }

  @Test func aHostileLogIsBounded() {
    let roots = BuildRoots(driver: "/driver", kernel: ["/usr/src/k"])
    var log = [UInt8](repeating: UInt8(ascii: ":"), count: 1 << 20)
    for number in 0..<20_000 { log += Array("\n/driver/a.c:\(number):1: error: e\(number)".utf8) }
    log += [0x0a, 0xff, 0xfe] + Array(": error: ".utf8) + [UInt8](repeating: 0xc3, count: 100_000)
    let findings = BuildLog.findings(in: log, roots: roots)
    #expect(findings.count == 5_000)
    #expect(findings.allSatisfy { $0.message.utf8.count <= 4_000 })
  }

  @Test(
    arguments: [
      (
        ["-Wa a.c:1 x", "-Wa a.c:9 x"], ["-Wa a.c:5 x", "-Wa a.c:7 x", "-Wa a.c:8 x"],
        ["-Wa a.c:8 x"]
      ),
      (["-Wa a.c:1 x"], ["-Wa b.c:1 x", "-Wb a.c:1 x", "-Wa a.c:1 y"], ["-Wa b.c:1 x", "-Wb a.c:1 x", "-Wa a.c:1 y"]),
      (["sparse a.c:1 defined at line 12"], ["sparse a.c:2 defined at line 14"], []),
      (["sparse a.c:1 expects 2"], ["sparse a.c:1 expects 3"], ["sparse a.c:1 expects 3"]),
      ([], [], []),
    ] as [([String], [String], [String])])
  func added(old: [String], new: [String], expected: [String]) {
    func findings(_ texts: [String]) -> [Finding] {
      texts.map { text in
        let parts = text.split(separator: " ", maxSplits: 2).map(String.init)
        let place = parts[1].split(separator: ":")
        return Finding(
          tool: parts[0], severity: .warning, site: Site(file: String(place[0]), line: Int(place[1]) ?? 0),
          message: parts[2])
      }
    }
    #expect(FindingComparison.added(old: findings(old), new: findings(new)) == findings(expected))
  }

  @Test(arguments: [
    ("./a.c:3: WARNING:LONG_LINE: line length of 130", "warning checkpatch:LONG_LINE a.c:3 line length of 130"),
    ("a.c:3: ERROR:SPACING: space: here", "error checkpatch:SPACING a.c:3 space: here"),
    ("CHECK:MACRO_ARG_REUSE: reuse", "note checkpatch:MACRO_ARG_REUSE - reuse"),
    ("-:7: WARNING:COMMIT_LOG_LONG_LINE: long", "warning checkpatch:COMMIT_LOG_LONG_LINE - long"),
    ("total: 0 errors, 1 warnings, 3 lines checked", ""), ("WARNING: modpost: x", ""),
  ])
  func checkpatch(line: String, expected: String) {
    let texts = CheckpatchLog.findings(in: Array(line.utf8)).map {
      "\($0.severity) \($0.tool) \($0.site?.description ?? "-") \($0.message)"
    }
    #expect(texts.joined() == expected)
  }
}
