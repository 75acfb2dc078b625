// SPDX-License-Identifier: GPL-2.0-or-later

import Testing

import KernelBuild

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

  @Test(arguments: [
    ("gcc", true), ("gcc-12", true), ("x86_64-linux-gnu-gcc-12", true), ("cc", true), ("clang-19", true),
    ("gcc-ar-12", false),
    ("clang-format-19", false), ("c++", false), ("gcov", false),
  ])
  func compilersByName(name: String, expected: Bool) async throws {
    #expect(Shims.isCompiler(name) == expected)
  }
}
