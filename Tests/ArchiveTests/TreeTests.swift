// SPDX-License-Identifier: GPL-2.0-or-later

import Archive
import Foundation
import KernelModel
import Sandbox
import TestSupport
import Testing

/// Kernels that no package brings: a prepared folder, and a commit of a git repository.
@Suite struct TreeTests {
  /// A tree with just enough of Kbuild's targets.
  private static let makefile = """
    O ?= .
    defconfig: ; echo CONFIG_A=y >$(O)/.config
    tinyconfig: ; echo CONFIG_TINY=y >$(O)/.config
    olddefconfig: ; test -s $(O)/.config
    modules_prepare:
    \tmkdir -p $(O)/include/config && echo 9.2.0-mine >$(O)/include/config/kernel.release
    \tprintf 'include %s/Makefile\\n' $(CURDIR) >$(O)/Makefile
    kernelversion: ; @echo 9.2.0
    modules: ; grep -q CONFIG .config && test "$(KBUILD_MODPOST_WARN)" = 1 && echo module >$(M)/trial.ko

    """

  private static func sh(_ script: String, in folder: String) async throws {
    let environment = ["GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "HOME": folder].merging(
      ["GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_CONFIG_NOSYSTEM": "1"],
      uniquingKeysWith: { $1 })
    let execution = try await Containment().run(
      Command("sh", ["-euc", script], environment: environment, directory: folder, place: .host, mergesErrors: true))
    try #require(execution.succeeded, "\(execution.text)")
  }

  private static func write(_ text: String, _ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  /// A repository that would run its own programs and change its own files, if it were let.
  private static func repository(_ folder: String) async throws -> String {
    let tree = "\(folder)/tree"
    try write(makefile, "\(tree)/Makefile")
    try write("# Kconfig\n", "\(tree)/Kconfig")
    try write("$Format:%H$ $Id$\r\n", "\(tree)/driver.c")
    try write("left out\n", "\(tree)/hidden.c")
    try write(
      "driver.c export-subst ident filter=evil text eol=lf\nhidden.c export-ignore\n", "\(tree)/.gitattributes")
    try await sh(
      """
      cd tree; git init -q; git add -A; git -c core.autocrlf=false commit -qm one; git tag v9.2
      git config filter.evil.smudge 'touch \(folder)/smudged; cat'
      git config core.fsmonitor 'touch \(folder)/monitored'
      printf '#!/bin/sh\\ntouch \(folder)/hooked\\n' >.git/hooks/post-checkout; chmod 755 .git/hooks/post-checkout
      git -c core.fsmonitor=false worktree add -q --no-checkout ../linked v9.2
      rm -f \(folder)/smudged \(folder)/monitored \(folder)/hooked
      """, in: folder)
    return tree
  }

  @Test func gitTree() async throws {
    try await withTemporaryFolder { folder in
      let tree = try await Self.repository(folder)
      let store = KernelStore(cache: "\(folder)/cache", containment: Containment())
      let kernel = try await store.add(.parse("git:\(tree)#v9.2")) { _ in }
      #expect(kernel.identity.name == "v9.2")
      #expect(kernel.identity.release == "9.2.0-mine")
      #expect(kernel.identity.sourceVersion == "9.2.0")
      #expect(kernel.makeVariables == ["KBUILD_MODPOST_WARN=1"])
      let stored = try #require(try store.kernels().first)
      #expect(stored.proof == .compiled)
      #expect(stored.commit.count == 40)
      #expect(Set(stored.parts.map(\.kind)) == [.headers, .source])
      // Byte by byte what was committed, and nothing of the repository's own was run.
      let source = try #require(kernel.source)
      #expect(try String(contentsOfFile: "\(source)/hidden.c", encoding: .utf8) == "left out\n")
      let driver = try String(contentsOfFile: "\(source)/driver.c", encoding: .utf8)
      #expect(driver.utf8.elementsEqual("$Format:%H$ $Id$\n".utf8))
      for trace in ["smudged", "monitored", "hooked"] {
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/\(trace)"), "\(trace)")
      }
      // Another configuration of the same commit is another kernel; so is a linked worktree's request, and a fetch.
      try Self.write("CONFIG_B=y\n", "\(folder)/config")
      let other = try await store.add(.parse("git:\(tree)#v9.2?config=\(folder)/config")) { _ in }
      #expect(other.identity.name == "v9.2-2")
      let config = "\(try #require(other.hostBuildDirectory))/.config"
      #expect(try String(contentsOfFile: config, encoding: .utf8) == "CONFIG_B=y\n")
      let linked = try await store.add(.parse("git:\(folder)/linked#HEAD?config=tinyconfig")) { _ in }
      #expect(linked.identity.name == "HEAD")
      let fetched = try await store.add(.parse("git:file://\(tree)#v9.2")) { _ in }
      #expect(fetched.identity.name == "v9.2-3")
      #expect(try await store.add(.parse("git:\(tree)#v9.2")) { _ in } == kernel)
      #expect(try store.kernels().count == 4)
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/cache/kernels")
      #expect(!names.contains { $0.hasPrefix(".") })
    }
  }

  @Test(arguments: [
    ("tree#nothing", Failure.Code.badInput, "no commit nothing"), ("none#v9.2", .badInput, "no git repository"),
    ("tree#v9.2?config=/nowhere/config", .badInput, "no such configuration"),
    ("tree#v9.2?config=evilconfig", .badInput, "olddefconfig modules_prepare fails"),
  ]) func refusesGitTree(request: String, code: Failure.Code, words: String) async throws {
    try await withTemporaryFolder { folder in
      _ = try await Self.repository(folder)
      let store = KernelStore(cache: "\(folder)/cache", containment: Containment())
      await #expect {
        _ = try await store.add(.parse("git:\(folder)/\(request)")) { _ in }
      } throws: { error in
        (error as? Failure)?.code == code && "\(error)".contains(words)
      }
      let left = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/cache/kernels")) ?? []
      #expect(left.isEmpty)
    }
  }

  @Test func preparedFolder() async throws {
    try await withTemporaryFolder { folder in
      try Self.write(Self.makefile, "\(folder)/tree/Makefile")
      try Self.write("", "\(folder)/tree/drivers/Kconfig")
      try Self.write("", "\(folder)/tree/kernel/Makefile")
      try Self.write("", "\(folder)/build/empty")
      try await Self.sh("make -s -C tree O=\(folder)/build defconfig modules_prepare", in: folder)
      try await Self.sh("ln -s build link", in: folder)
      let store = KernelStore(cache: "\(folder)/cache", containment: Containment())
      let kernel = try await store.add(.parse("\(folder)/link")) { _ in }
      #expect(kernel.identity.name == "9.2.0-mine")
      #expect(kernel.identity.sourceVersion == "9.2.0")
      #expect(kernel.buildDirectory.hasSuffix("/build"))
      #expect(kernel.source?.hasSuffix("/tree") == true)
      #expect(kernel.image == nil)
      #expect(try store.kernels().first?.proof == .compiled)
      for name in ["9.2.0-mine", "\(folder)/link", "local:\(folder)/link"] {
        #expect(try store.kernel(named: name) == kernel)
      }
      // What was prepared anew is looked at anew.
      #expect(try await store.add(.parse("local:\(folder)/link")) { _ in } == kernel)
      #expect(try store.kernels().count == 1)
      await #expect {
        _ = try await store.add(.local(path: "\(folder)/tree")) { _ in }
      } throws: {
        ($0 as? Failure)?.code == .badInput
      }
    }
  }
}
