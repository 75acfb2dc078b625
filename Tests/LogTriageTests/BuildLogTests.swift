// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import LogTriage
import Testing

private let roots = BuildRoots(
  driver: "/driver", kernel: ["/usr/src/linux-headers-6.12-common", "/usr/src/linux-headers-6.12"])

private func first(_ log: String) -> Finding? { BuildLog.findings(in: Array(log.utf8), roots: roots).first }

@Suite struct BuildLogTests {
  @Test(arguments: [
    (
      "/driver/a.c:717:9: error: implicit declaration of function 'strlcpy' [-Werror=implicit-function-declaration]",
      Finding(
        tool: "-Wimplicit-function-declaration", severity: .error, site: Site(file: "a.c", line: 717, column: 9),
        message: "implicit declaration of function 'strlcpy'")
    ),
    (
      "/driver/sub/a.c:3:10: fatal error: asm/unaligned.h: No such file or directory",
      Finding(
        tool: "gcc", severity: .fatal, site: Site(file: "sub/a.c", line: 3, column: 10),
        message: "asm/unaligned.h: No such file or directory")
    ),
    (
      "/usr/src/linux-headers-6.12-common/include/linux/init.h:180: warning: x [-Wfoo=]",
      Finding(
        tool: "-Wfoo", severity: .warning, site: Site(file: "include/linux/init.h", line: 180), message: "x")
    ),
    (
      "sparse: /driver/a.c:12:5: warning: symbol 'x' was not declared. Should it be static?",
      Finding(
        tool: "sparse", severity: .warning, site: Site(file: "a.c", line: 12, column: 5),
        message: "symbol 'x' was not declared. Should it be static?")
    ),
    (
      "/driver/a.o: warning: objtool: f() falls through to next function g()",
      Finding(
        tool: "objtool", severity: .warning, site: Site(file: "a.o", line: 0),
        message: "f() falls through to next function g()")
    ),
    (
      "cc1: error: unrecognized command-line option '-fnope'",
      Finding(tool: "cc1", severity: .error, message: "unrecognized command-line option '-fnope'")
    ),
    (
      "/driver/Makefile:5: *** You need to enable FOO.  Stop.",
      Finding(
        tool: "make", severity: .error, site: Site(file: "Makefile", line: 5), message: "You need to enable FOO.")
    ),
    (
      "make[1]: *** No rule to make target '/driver/b.o', needed by '/driver/foo.o'.  Stop.",
      Finding(tool: "make", severity: .error, message: "No rule to make target 'b.o', needed by 'foo.o'.")
    ),
    (
      "ERROR: modpost: \"strlcpy\" [/driver/foo.ko] undefined!",
      Finding(
        tool: "modpost", severity: .error, site: Site(file: "foo.ko", line: 0),
        message: "\"strlcpy\" [foo.ko] undefined!")
    ),
    (
      "make[2]: *** [/usr/src/x/Makefile.build:250: /driver/a.o] Error 1",
      Finding(tool: "make", severity: .error, message: "[/usr/src/x/Makefile.build:250: a.o] Error 1")
    ),
    (
      "/bin/sh: 1: flex: not found",
      Finding(tool: "sh", severity: .warning, message: "1: flex: not found")
    ),
    (
      "dkms: error: patches/a.patch does not apply",
      Finding(tool: "dkms", severity: .error, message: "patches/a.patch does not apply")
    ),
  ])
  func oneLine(line: String, expected: Finding) { #expect(first(line) == expected) }

  /// gcc names the place where a macro is defined; what counts is where the driver uses it.
  @Test func anErrorInAMacroStandsWhereTheDriverUsesIt() {
    let kernel = "/usr/src/linux-headers-6.12-common/include/linux"
    let log = """
      \(kernel)/init.h:180:22: error: passing argument 1 of 'f' from incompatible pointer type
        180 | #define THIS (&__this)
      \(kernel)/other.h:9:2: note: in expansion of macro 'THIS'
      /driver/a.c:112:44: note: in expansion of macro 'OTHER'
      /driver/a.c:118:4: note: in expansion of macro 'MINE'
      \(kernel)/init.h:181:2: error: alone
      \(kernel)/class.h:228:54: note: expected 'const char *'
      \(kernel)/init.h:182:2: warning: unused [-Wunused]
      /driver/a.c:113:4: note: in expansion of macro 'WARNS'
      """
    let findings = BuildLog.findings(in: Array(log.utf8), roots: roots).filter { $0.severity != .note }
    #expect(
      findings.map { $0.site?.description } == ["a.c:112", "include/linux/init.h:181", "include/linux/init.h:182"])
  }

  @Test(arguments: [
    "  717 |  error: warning: note:", "cc1: some warnings being treated as errors", "checking for x... error: no",
    "warning: the compiler differs from the one used to build the kernel", "  CC [M]  /driver/a.o", "",
    "make[1]: *** Waiting for unfinished jobs....", "/driver/a.c: In function 'f':",
  ])
  func noFinding(line: String) { #expect(first(line) == nil) }

  @Test(arguments: [
    ("ERROR: modpost: \"a\" [/driver/s/foo.ko] undefined!", "undefined a s/foo"),
    ("ERROR: \"a\" [/driver/foo.ko] undefined!", "undefined a foo"),
    ("ERROR: modpost: s/foo.ko: symbol 'a' undefined!", "undefined a s/foo"),
    ("ERROR: modpost: s/foo: symbol 'a' undefined!", "undefined a s/foo"),
    ("ERROR: modpost: module foo uses symbol a from namespace NS, but does not import it.", "namespace a foo NS"),
    ("WARNING: modpost: module foo uses symbol a from namespace NS, but does not import it.", "namespace a foo NS"),
    ("ERROR: modpost: foo: module uses symbol 'a' from namespace 'NS', but does not import it.", "namespace a foo NS"),
    ("ERROR: modpost: GPL-incompatible module foo.ko uses GPL-only symbol 'a'", "licence a foo"),
    ("ERROR: modpost: foo.ko: GPL-incompatible module uses GPL-only symbol 'a'", "licence a foo"),
    ("WARNING: modpost: missing MODULE_DESCRIPTION() in /driver/foo.o", ""),
    ("ERROR: modpost: missing MODULE_LICENSE() in /driver/foo.o", ""),
  ])
  func linkProblems(line: String, expected: String) {
    let found = BuildLog.linkProblems(in: Array(line.utf8), roots: roots)
    let text = found.map {
      "\($0.kind.rawValue) \($0.symbol) \($0.module)" + ($0.namespace.map { " \($0)" } ?? "")
    }
    #expect(text.joined(separator: ";") == expected)
  }
}
