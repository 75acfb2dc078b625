// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontend
import CFrontendProtocol
import Foundation
import KernelModel
import TestSupport
import Testing

/// Serialized: one test kills the front ends of this process.
@Suite(.serialized) struct FrontendTests {
  @Test func aParseTellsErrorsWithTheirPlaces() async throws {
    let found = try await withFiles(["a.c": "int f(void)\n{\n\treturn gone(1);\n}\n"]) { frontend, _ in
      try await frontend.open("a.c")
    }
    #expect(found.map(\.option) == ["-Wimplicit-function-declaration"])
    #expect(found.first?.spelling == FrontendPlace(file: "/driver/a.c", line: 3, column: 9))
    #expect(found.first?.offset == 22)
  }

  @Test func whatClangDoesNotKnowIsDropped() async throws {
    let flags = [
      "-fconserve-stack", "-mindirect-branch=thunk-extern", "-march=nonsense", "-fno-such-thing", "-mwhat=3",
      "-fzero-call-used-regs=what", "-Wp,-MMD,/driver/.a.o.d", "-c", "-o", "a.o", "-fplugin=/driver/evil.so",
      "--param=ssp=1", "-DA=1", "-Wextra", "-Werror", "-Werror=designated-init",
    ]
    let found = try await withFiles(["a.c": "int f(int unused) { return A; }\n"]) { frontend, _ in
      try await frontend.open("a.c", flags)
    }
    #expect(found == [])
  }

  @Test func aMissingHeaderDoesNotHideTheRest() async throws {
    let found = try await withFiles(["a.c": "#include <asm/none.h>\nint f(void) { return gone; }\n"]) { frontend, _ in
      try await frontend.open("a.c")
    }
    #expect(found.map(\.message) == ["'asm/none.h' file not found", "use of undeclared identifier 'gone'"])
  }

  @Test func overlaysKeepEveryByte() async throws {
    let every = (0...255).map { UInt8($0) }.filter { ![0, 10, 13, 34, 92].contains($0) }
    let text =
      Array("char s[] = \"".utf8) + every + Array("\";\r\nint size[sizeof(s) == 252 ? 1 : -1];\r\nint x = y;\r\n".utf8)
    let found = try await withFiles(["a.c": "int x;\n"]) { frontend, _ in
      try await frontend.open("a.c", overlays: ["/driver/a.c": text])
    }
    #expect(found.map(\.message) == ["use of undeclared identifier 'y'"])
    #expect(found.first?.expansion?.line == 3)
  }

  @Test func anEditIsParsedAgain() async throws {
    let files = ["a.c": "#include \"a.h\"\nint f(void) { return old(1); }\n", "a.h": "int new(int, int);\n"]
    let counts = try await withFiles(files) { frontend, _ in
      let before = try await frontend.open("a.c")
      let text = Array("#include \"a.h\"\nint f(void) { return new(1); }\n".utf8)
      let edited = try await frontend.reparse(unit: "a.c", overlays: ["/driver/a.c": text])
      let header = Array("int new(int);\n".utf8)
      let both = try await frontend.reparse(unit: "a.c", overlays: ["/driver/a.c": text, "/driver/a.h": header])
      let back = try await frontend.reparse(unit: "a.c", overlays: [:])
      return [before, edited, both, back].map { $0.map(\.message) }
    }
    #expect(counts.map(\.count) == [1, 1, 0, 1])
    #expect(counts[1].first == "too few arguments to function call, expected 2, have 1")
    #expect(counts[0] == counts[3])
  }

  @Test func severalUnitsInSeveralProcesses() async throws {
    let files = Dictionary(uniqueKeysWithValues: (0..<6).map { ("u\($0).c", "int x\($0) = none\($0);\n") })
    let messages = try await withFiles(files, processes: 2) { frontend, _ in
      try await withThrowingTaskGroup(of: String.self) { group in
        for number in 0..<6 {
          group.addTask { try await frontend.open("u\(number).c").map(\.message).joined() }
        }
        return try await group.reduce(into: []) { $0.append($1) }.sorted()
      }
    }
    #expect(messages == (0..<6).map { "use of undeclared identifier 'none\($0)'" })
  }

  @Test func anUnknownUnitOrFileIsAnError() async throws {
    try await withFiles([:]) { frontend, _ in
      await #expect(throws: Failure.self) { try await frontend.reparse(unit: "never", overlays: [:]) }
      let missing = try? await frontend.open("missing.c")
      #expect(missing?.isEmpty != true)
    }
  }

  @Test func theHostIsNotThere() async throws {
    let found = try await withFiles(["a.c": "#include \"/etc/shadow\"\n#include \"\(#filePath)\"\n"]) { frontend, _ in
      try await frontend.open("a.c")
    }
    #expect(found.map(\.message) == ["'/etc/shadow' file not found", "'\(#filePath)' file not found"])
  }
}
