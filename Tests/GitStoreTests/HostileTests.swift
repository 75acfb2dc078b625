// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GitStore
import KernelModel
import PatchFormat
import TestSupport
import Testing

@Suite struct HostileTests {
  /// Every program that a repository can name leaves a mark when it runs; none does.
  @Test func runsNothingOfTheRepositorys() async throws {
    try await withTemporaryFolder { folder in
      let source = "\(folder)/source"
      try FileManager.default.createDirectory(atPath: source, withIntermediateDirectories: true)
      _ = try committed(["a.c": "a\n", ".gitattributes": "* filter=evil diff=evil merge=evil\n"], in: source)
      let mark = "\(folder)/mark"
      let program = "\(source)/evil"
      try write("#!/bin/sh\ntouch '\(mark)'\ncat\n", program)
      let hooks = [
        "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "prepare-commit-msg", "commit-msg",
        "post-commit", "post-checkout", "reference-transaction", "post-index-change", "fsmonitor-watchman",
        "post-rewrite",
      ]
      for hook in hooks { try write("#!/bin/sh\ntouch '\(mark)'\n", "\(source)/.git/hooks/\(hook)") }
      for file in [program] + hooks.map({ "\(source)/.git/hooks/\($0)" }) {
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
      }
      let settings = [
        "core.fsmonitor", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv",
        "diff.external", "merge.evil.driver", "core.sshCommand", "core.pager", "core.editor", "credential.helper",
        "gpg.program", "core.askPass", "alias.am", "uploadpack.packObjectsHook",
      ]
      let config = settings.map { name in
        let parts = name.split(separator: ".")
        let section = parts.count == 3 ? "[\(parts[0]) \"\(parts[1])\"]" : "[\(parts[0])]"
        return "\(section)\n\t\(parts[parts.count - 1]) = \(program)\n"
      }
      let path = "\(source)/.git/config"
      let old = try String(contentsOfFile: path, encoding: .utf8)
      try write(old + config.joined() + "[commit]\n\tgpgSign = true\n", path)

      let repository = try Repository.open(source)
      let head = try await repository.resolve("HEAD")
      _ = try await repository.export(head, into: "\(folder)/out")
      let change = FileChange(path: "a.c", before: Array("a\n".utf8), after: Array("b\n".utf8))
      let draft = CommitDraft(changes: [change], message: "x\n", author: author)
      let commits = try await repository.commit([draft], onto: head, branch: "new")
      let mail =
        "From a Thu Jan  1 00:00:00 1970\nFrom: A <a@b>\nSubject: [PATCH] x\nDate: Thu, 1 Jan 1970 00:00:01 +0000\n\n---\n"
      let diff = try Diffing.diff(change).bytes()
      let result = try await repository.gitAm(Array(mail.utf8) + diff, onto: head)
      #expect(result.execution.succeeded, "\(result.execution.errorText)")
      #expect(try await result.tree == repository.tree(of: commits[0]))
      #expect(!FileManager.default.fileExists(atPath: mark))
    }
  }

  /// Trees as no honest git writes them.
  @Test(arguments: [
    "..", ".", ".git", ".GIT", "a/b", "", "../../etc/x",
  ])
  func refusesNames(name: String) async throws {
    try await withTemporaryFolder { folder in
      let blob = try stored("x\n", in: folder)
      let tree = try rawTree([("100644", name, blob)], in: folder)
      try await expectRefused(tree, in: folder)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [".git", "out"])
      // Nor is such a file listed, below a folder neither.
      let above = try rawTree([("40000", "include", tree)], in: folder)
      for root in [tree, above] {
        let commit = try ObjectID(try commitTree(root, in: folder))
        let listed = try await Repository.open(folder).files(of: commit) { _ in true }
        #expect(listed.isEmpty, "\(listed)")
      }
    }
  }

  /// A tree with one name twice: first a link to a folder outside, then a folder of that name.
  @Test func writesThroughNoLink() async throws {
    try await withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: "\(folder)/outside", withIntermediateDirectories: true)
      let blob = try stored("x\n", in: folder)
      let link = try stored("\(folder)/outside", in: folder)
      let inner = try rawTree([("100644", "file", blob)], in: folder)
      let tree = try rawTree([("120000", "a", link), ("40000", "a", inner)], in: folder)
      try await expectRefused(tree, in: folder)
      let twice = try rawTree([("120000", "a", link), ("100644", "a", blob)], in: folder)
      try FileManager.default.removeItem(atPath: "\(folder)/out")
      try await expectRefused(twice, in: folder)
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/outside").isEmpty)
    }
  }

  @Test func namesLinksThatLeadOut() async throws {
    try await withTemporaryFolder { folder in
      _ = try stored("x\n", in: folder)
      var entries: [(String, String, String)] = []
      for (name, target) in [("a", "/etc/passwd"), ("b", "../x"), ("c", "d/../../x"), ("d", "./e"), ("e", "f/../g")] {
        entries.append(("120000", name, try stored(target, in: folder)))
      }
      entries.append(("160000", "module", String(repeating: "1", count: 40)))
      let commit = try commitTree(rawTree(entries, in: folder), in: folder)
      let exported = try await Repository.open(folder).export(ObjectID(commit), into: "\(folder)/out")
      #expect(exported.linksOut == ["a", "b", "c"])
      #expect(exported.submodules == ["module"])
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/out/a") == "/etc/passwd")
    }
  }

  @Test func refusesBombs() async throws {
    try await withTemporaryFolder { folder in
      // Ten trees deep with ten names each: ten thousand million files in a few kilobytes.
      var tree = try rawTree([("100644", "x", stored("x\n", in: folder))], in: folder)
      for _ in 0..<10 {
        tree = try rawTree((0..<10).map { ("40000", "d\($0)", tree) }, in: folder)
      }
      try await expectRefused(tree, in: folder, limits: TreeLimits(entries: 2000))
      var deep = try rawTree([("100644", "x", stored("x\n", in: folder))], in: folder)
      for _ in 0..<80 { deep = try rawTree([("40000", "d", deep)], in: folder) }
      try FileManager.default.removeItem(atPath: "\(folder)/out")
      try await expectRefused(deep, in: folder)
      let large = try rawTree(
        [("100644", "x", stored(String(repeating: "x", count: 3_000_000), in: folder))], in: folder)
      try FileManager.default.removeItem(atPath: "\(folder)/out")
      try await expectRefused(large, in: folder, limits: TreeLimits(fileBytes: 1 << 20))
      try FileManager.default.removeItem(atPath: "\(folder)/out")
      try await expectRefused(large, in: folder, limits: TreeLimits(totalBytes: 1 << 20))
    }
  }

  @Test func refusesDamage() async throws {
    try await withTemporaryFolder { folder in
      let blob = try stored("x\n", in: folder)
      let commit = try commitTree(rawTree([("100644", "a", blob)], in: folder), in: folder)
      let object = "\(folder)/.git/objects/\(blob.prefix(2))/\(blob.dropFirst(2))"
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: object)
      try write("damaged", object)
      let repository = try Repository.open(folder)
      await #expect(throws: Failure.self) { try await repository.export(ObjectID(commit), into: "\(folder)/out") }
      try FileManager.default.removeItem(atPath: object)
      await #expect(throws: Failure.self) { try await repository.export(ObjectID(commit), into: "\(folder)/out2") }
      try write("[core\n", "\(folder)/.git/config")
      #expect(throws: Failure.self) { try Repository.open(folder) }
    }
  }

  @Test func storesNoPipes() async throws {
    try await withTemporaryFolder { folder in
      try write("x\n", "\(folder)/source/a.c")
      mkfifo("\(folder)/source/pipe", 0o600)
      await #expect(throws: Failure.self) {
        try await Repository.initScratch(at: "\(folder)/s.git", from: "\(folder)/source", message: "x", author: author)
      }
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a folder away"))
  func writesIntoNobodyElsesRepository() async throws {
    try await withTemporaryFolder { folder in
      let commit = try committed(["a.c": "a\n"], in: folder)
      try FileManager.default.setAttributes([.ownerAccountID: 12345], ofItemAtPath: "\(folder)/.git")
      let repository = try Repository.open(folder)
      let base = try await repository.resolve(commit)
      await #expect(throws: Failure.self) { try await repository.commit([], onto: base, branch: "new") }
      #expect(try git(["branch", "--list", "new"], in: folder) == "")
    }
  }

  /// Folders of git's own that lead elsewhere: a commit would write there.
  @Test(arguments: ["refs/heads", "refs/heads/deep", "refs", "objects", "logs", "logs/refs/heads/deep/new"])
  func writesThroughNoLinkOfTheRepository(path: String) async throws {
    try await withTemporaryFolder { folder in
      let files = FileManager.default
      try files.createDirectory(atPath: "\(folder)/source", withIntermediateDirectories: false)
      let commit = try committed(["a.c": "a\n"], in: "\(folder)/source")
      let place = "\(folder)/source/.git/\(path)"
      try files.createDirectory(
        atPath: (place as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      let target = "\(folder)/outside"
      if files.fileExists(atPath: place) {
        try files.moveItem(atPath: place, toPath: target)
      } else {
        try files.createDirectory(atPath: target, withIntermediateDirectories: false)
      }
      try files.createSymbolicLink(atPath: place, withDestinationPath: target)
      let before = try files.subpathsOfDirectory(atPath: target)
      let repository = try Repository.open("\(folder)/source")
      let base = try await repository.resolve(commit)
      let change = FileChange(path: "a.c", before: Array("a\n".utf8), after: Array("b\n".utf8))
      let draft = CommitDraft(changes: [change], message: "x\n", author: author)
      let failure = await #expect(throws: Failure.self) {
        try await repository.commit([draft], onto: base, branch: "deep/new")
      }
      #expect(failure?.problem.contains("symbolic link") == true, "\(String(describing: failure))")
      #expect(try files.subpathsOfDirectory(atPath: target) == before)
    }
  }

  private func expectRefused(_ tree: String, in folder: String, limits: TreeLimits = TreeLimits()) async throws {
    let commit = try commitTree(tree, in: folder)
    let repository = try Repository.open(folder)
    await #expect(throws: Failure.self) {
      try await repository.export(ObjectID(commit), into: "\(folder)/out", limits: limits)
    }
  }

  private func stored(_ text: String, in folder: String) throws -> String {
    if !FileManager.default.fileExists(atPath: "\(folder)/.git") { try git(["init", "-q"], in: folder) }
    return try git(["hash-object", "-w", "--stdin"], in: folder, input: Array(text.utf8)).trimmingCharacters(
      in: .newlines)
  }

  /// A tree of these entries, in this order, unchecked.
  private func rawTree(_ entries: [(mode: String, name: String, id: String)], in folder: String) throws -> String {
    var bytes: [UInt8] = []
    for entry in entries {
      bytes += Array("\(entry.mode) \(entry.name)".utf8) + [0]
      var digits = Substring(entry.id)
      while !digits.isEmpty {
        bytes.append(UInt8(digits.prefix(2), radix: 16) ?? 0)
        digits = digits.dropFirst(2)
      }
    }
    return try git(["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], in: folder, input: bytes)
      .trimmingCharacters(in: .newlines)
  }

  private func commitTree(_ tree: String, in folder: String) throws -> String {
    let text = "tree \(tree)\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nx\n"
    return try git(
      ["hash-object", "-t", "commit", "-w", "--literally", "--stdin"], in: folder, input: Array(text.utf8)
    )
    .trimmingCharacters(in: .newlines)
  }
}
