// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelBuild
import KernelModel
import TestSupport
import Testing

@Suite struct StageTests {
  @Test func copiesWhatBuildsAndNothingElse() async throws {
    try await withTemporaryFolder { folder in
      let files = FileManager.default
      let root = try write(
        [
          "Kbuild": "obj-m := a.o b.o\n", "a.c": "a\r\n", "sub/b.h": "b", "configure": "#!/bin/sh\n", "a.o": "stale",
          ".a.o.cmd": "", "blob.o": "shipped", "a.ko": "stale", "a.mod.c": "stale", "modules.order": "",
          "Module.symvers": "", ".git/config": "[core]\n\tfsmonitor = touch /tmp/x\n",
        ], below: "\(folder)/driver")
      try files.setAttributes([.posixPermissions: 0o4755], ofItemAtPath: "\(root)/configure")
      try files.createSymbolicLink(atPath: "\(root)/inside.h", withDestinationPath: "sub/b.h")
      try files.createSymbolicLink(atPath: "\(root)/sub/up.c", withDestinationPath: "../a.c")
      try files.createSymbolicLink(atPath: "\(root)/passwd", withDestinationPath: "/etc/passwd")
      try files.createSymbolicLink(atPath: "\(root)/sub/out", withDestinationPath: "../../secret")
      // A way out over another link, which by itself stays inside.
      try files.createSymbolicLink(atPath: "\(root)/sub/root", withDestinationPath: "..")
      try files.createSymbolicLink(atPath: "\(root)/chain", withDestinationPath: "sub/root/../secret")
      #expect(mkfifo("\(root)/pipe", 0o600) == 0)
      let stage = try DriverStage(
        of: root, files: ["a.c": Array("new\r\n".utf8), "compat/new.h": [0xff, 0x0a], "configure": Array("#!x".utf8)],
        into: "\(folder)/stage")
      let found = try files.subpathsOfDirectory(atPath: stage.folder).sorted()
      #expect(
        found == [
          "Kbuild", "a.c", "blob.o", "compat", "compat/new.h", "configure", "inside.h", "sub", "sub/b.h", "sub/root",
          "sub/up.c",
        ])
      #expect(files.contents(atPath: "\(stage.folder)/a.c") == Data("new\r\n".utf8))
      #expect(files.contents(atPath: "\(stage.folder)/compat/new.h") == Data([0xff, 0x0a]))
      let mode = try files.attributesOfItem(atPath: "\(stage.folder)/configure")[.posixPermissions] as? Int
      #expect(mode == 0o755)
      #expect(
        stage.leftOut == [
          "chain: a link to sub/root/../secret", "passwd: a link to /etc/passwd", "pipe: not a file",
          "sub/out: a link to ../../secret",
        ])
      #expect(files.contents(atPath: "\(root)/a.c") == Data("a\r\n".utf8))
    }
  }

  @Test(arguments: ["../a", "/a", "sub/../../a", "", "a//b", "./a", "link/a", "file/a"])
  func refusesPathsThatLeaveTheDriver(path: String) async throws {
    try await withTemporaryFolder { folder in
      let root = try write(["file": "x", "sub/f": "x"], below: "\(folder)/driver")
      try FileManager.default.createSymbolicLink(atPath: "\(root)/link", withDestinationPath: "sub")
      let failure = #expect(throws: Failure.self) {
        try DriverStage(of: root, files: [path: [1]], into: "\(folder)/stage")
      }
      #expect(failure?.code == .badInput)
    }
  }

  @Test func refusesWhatIsNoFolder() async throws {
    try await withTemporaryFolder { folder in
      let failure = #expect(throws: Failure.self) { try DriverStage(of: "\(folder)/none", into: "\(folder)/stage") }
      #expect(failure?.code == .badInput)
    }
  }
}
