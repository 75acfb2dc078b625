// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelBuild
import TestSupport
import Testing

@Suite struct CompilerRecordTests {
  @Test(arguments: [
    ("/driver/a.c", "/x", "a.c"), ("a.c", "/driver/sub", "sub/a.c"), ("../a.c", "/driver/sub", "a.c"),
    ("./sub/../a.c", "/driver", "a.c"), ("/driver", "/", nil), ("/driver2/a.c", "/", nil),
    ("../../../etc/a", "/driver", nil),
  ])
  func pathsBelowTheRoot(path: String, directory: String, expected: String?) {
    #expect(CompilerRecord.relative(path, to: "/driver", in: directory) == expected)
  }

  @Test func readsACommandLine() throws {
    let words = [
      "/usr/src/k", "gcc-12", "-Wp,-MMD,/driver/.a.o.d", "-nostdinc", "-I./include", "-DKBUILD_MODNAME=\"foo\"", "-c",
      "-o", "/driver/.tmp_a.o", "/driver/a.c",
    ]
    let object = try #require(
      CompilerRecord.object(Array((words.joined(separator: "\0") + "\0").utf8), root: "/driver"))
    #expect(object.object == "a.o")
    #expect(object.source == "a.c")
    #expect(object.module == "foo")
    #expect(object.directory == "/usr/src/k")
    #expect(object.compiler == "gcc-12")
    #expect(object.arguments == ["-nostdinc", "-I./include", "-DKBUILD_MODNAME=\"foo\""])
  }

  @Test(arguments: [
    "", "a", "a\0b\0", "/d\0gcc\0-c\0-o\0/tmp/x.o\0/driver/a.c\0",
    "/d\0gcc\0-c\0-o\0/driver/a.mod.o\0/driver/a.mod.c\0",
  ])
  func othersAreNone(text: String) {
    #expect(CompilerRecord.object(Array(text.utf8), root: "/driver") == nil)
  }

  /// The driver can write there, too: what it makes of records is not all kept in memory.
  @Test func readsNoFlood() async throws {
    try await withTemporaryFolder { folder in
      let files = FileManager.default
      for part in ["records", "driver"] {
        try files.createDirectory(atPath: "\(folder)/\(part)", withIntermediateDirectories: false)
      }
      func record(_ number: Int, _ arguments: String) throws {
        try Data().write(to: URL(fileURLWithPath: "\(folder)/driver/\(number).c"))
        let words = "/driver\0gcc\0-c\0-o\0/driver/\(number).o\0\(arguments)\0/driver/\(number).c\0"
        try Data(words.utf8).write(to: URL(fileURLWithPath: "\(folder)/records/\(number)"))
      }
      try record(1, String(repeating: "\0", count: 100_000))
      let large = "-D" + String(repeating: "x", count: 1_000_000)
      for number in 2..<80 { try record(number, large) }
      let objects = CompilerRecord.objects(in: "\(folder)/records", root: "/driver", stage: "\(folder)/driver")
      #expect(!objects.contains { $0.source == "1.c" })
      #expect(!objects.isEmpty)
      #expect(objects.reduce(0) { $0 + $1.arguments.reduce(0) { $0 + $1.utf8.count } } <= 64 << 20)
    }
  }

  @Test(arguments: [
    ("gcc", true), ("gcc-12", true), ("x86_64-linux-gnu-gcc-12", true), ("cc", true), ("clang-19", true),
    ("gcc-ar-12", false),
    ("clang-format-19", false), ("c++", false), ("gcov", false),
  ])
  func compilersByName(name: String, expected: Bool) async throws {
    #expect(Shims.isCompiler(name) == expected)
  }
}
