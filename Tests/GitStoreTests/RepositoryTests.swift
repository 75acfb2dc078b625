// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GitStore
import KernelModel
import PatchFormat
import TestSupport
import Testing

@Suite struct RepositoryTests {
  @Test func opensOnlyRepositories() async throws {
    try await withTemporaryFolder { folder in
      #expect(throws: Failure.self) { try Repository.open(folder) }
      #expect(throws: Failure.self) { try Repository.open("\(folder)/none") }
      try git(["init", "-q"], in: folder)
      try write("a\n", "\(folder)/sub/a.c")
      _ = try Repository.open(folder)
      // The folder as given, not one that lies above it.
      #expect(throws: Failure.self) { try Repository.open("\(folder)/sub") }
    }
  }

  @Test func resolvesNames() async throws {
    try await withTemporaryFolder { folder in
      let commit = try committed(["a.c": "a\n"], in: folder)
      try git(["tag", "-a", "-m", "x", "v1"], in: folder)
      let repository = try Repository.open(folder)
      for name in ["HEAD", "main", "v1", "refs/tags/v1", commit, String(commit.prefix(10))] {
        #expect(try await repository.resolve(name).description == commit)
      }
      for name in ["", "none", "-x", "HEAD:a.c", "../x", String(repeating: "a", count: 5000), "HEAD^^^^"] {
        await #expect(throws: Failure.self) { try await repository.resolve(name) }
      }
    }
  }

  @Test func exportsAndStoresFoldersByteForByte() async throws {
    try await withTemporaryFolder { folder in
      try git(["init", "-q", "-b", "main", "source"], in: folder)
      for file in FileCase.all { if let bytes = file.before { try write(bytes, "\(folder)/source/\(file.path)") } }
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/source/run.sh")
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/source/link.c", withDestinationPath: "sub/folder/deep.c")
      try write("* text=auto eol=crlf\n", "\(folder)/source/sub/.gitattributes.txt")
      try FileManager.default.createDirectory(atPath: "\(folder)/source/empty", withIntermediateDirectories: true)
      try git(["add", "-A"], in: "\(folder)/source")
      try git(["commit", "-qm", "x"], in: "\(folder)/source")
      let tree = try git(["rev-parse", "HEAD^{tree}"], in: "\(folder)/source").trimmingCharacters(in: .newlines)

      let repository = try Repository.open("\(folder)/source")
      let exported = try await repository.export(repository.resolve("HEAD"), into: "\(folder)/out")
      #expect(exported.linksOut.isEmpty && exported.submodules.isEmpty)
      let (scratch, commit) = try await Repository.initScratch(
        at: "\(folder)/scratch.git", from: "\(folder)/out", message: "packaged\n", author: author)
      #expect(try await scratch.tree(of: commit).description == tree)
      // The working tree itself gives the same tree: its `.git` is left out.
      #expect(try await scratch.tree(ofFolder: "\(folder)/source").description == tree)
      #expect(try git(["fsck", "--strict"], in: "\(folder)/scratch.git") == "")
      let again = try await Repository.initScratch(
        at: "\(folder)/again.git", from: "\(folder)/out", message: "packaged\n", author: author)
      #expect(again.commit == commit)
      await #expect(throws: Failure.self) { try await repository.export(commit, into: "\(folder)/out") }
    }
  }

  @Test func commitsToABranchAndTouchesNothingElse() async throws {
    try await withTemporaryFolder { folder in
      _ = try committed(["a.c": "a\n", "sub/b.c": "b\n", "c.c": "c\n"], in: folder)
      try write("not committed\n", "\(folder)/a.c")
      try write("staged\n", "\(folder)/new.c")
      try git(["add", "new.c"], in: folder)
      func state() throws -> [String] {
        try [
          git(["status", "--porcelain"], in: folder), git(["ls-files", "--stage"], in: folder),
          git(["symbolic-ref", "HEAD"], in: folder), git(["rev-parse", "HEAD"], in: folder),
          String(contentsOfFile: "\(folder)/.git/config", encoding: .utf8),
        ]
      }
      let before = try state()
      let repository = try Repository.open(folder)
      let base = try await repository.resolve("HEAD")
      let drafts = [
        CommitDraft(
          changes: [FileChange(path: "a.c", before: Array("a\n".utf8), after: Array("A\r\n".utf8))],
          message: "foo: one\n\nText.\n", author: author),
        CommitDraft(
          changes: [
            FileChange(path: "sub/b.c", before: Array("b\n".utf8), after: nil),
            FileChange(path: "sub/new/d.sh", before: nil, after: Array("d\n".utf8), mode: .executable),
          ], message: "foo: two\n", author: author),
      ]
      let commits = try await repository.commit(drafts, onto: base, branch: "kmend/6.12")
      #expect(try state() == before)
      #expect(try git(["rev-parse", "kmend/6.12"], in: folder) == "\(commits[1])\n")
      #expect(
        try git(["log", "--reverse", "--format=%an <%ae> %at %s", "HEAD..kmend/6.12"], in: folder)
          == "kmend <kmend@example.org> 1795168800 foo: one\nkmend <kmend@example.org> 1795168800 foo: two\n")
      #expect(
        try git(["diff", "--name-status", "--no-renames", "HEAD", "kmend/6.12"], in: folder)
          == "M\ta.c\nD\tsub/b.c\nA\tsub/new/d.sh\n")
      #expect(try git(["ls-tree", "kmend/6.12", "sub/new/"], in: folder).hasPrefix("100755 "))
      #expect(try git(["show", "kmend/6.12:a.c"], in: folder) == "A\r\n")
      #expect(try git(["fsck", "--strict"], in: folder) == "")
      let script = try await repository.change("sub/new/d.sh", to: Array("e\n".utf8), in: commits[1])
      #expect(script.before == Array("d\n".utf8) && script.mode == .executable)
      #expect(try await repository.change("sub/b.c", to: nil, in: commits[1]).before == nil)
      // A file keeps its mode although the change does not know it.
      let edit = FileChange(path: script.path, before: script.before, after: script.after)
      let tree = try await repository.tree(with: [edit], on: commits[1])
      #expect(try git(["ls-tree", tree.description, "sub/new/"], in: folder).hasPrefix("100755 "))
    }
  }

  @Test(arguments: ["taken", "", "-x", "a..b", "a b", "a.lock", "HEAD", "@{x}", "a\nb", "/a", "taken/below"])
  func refusesBranches(name: String) async throws {
    try await withTemporaryFolder { folder in
      let commit = try committed(["a.c": "a\n"], in: folder)
      try git(["branch", "taken"], in: folder)
      let repository = try Repository.open(folder)
      let base = try await repository.resolve(commit)
      let refs = try git(["for-each-ref"], in: folder)
      await #expect(throws: Failure.self) { try await repository.commit([], onto: base, branch: name) }
      #expect(try git(["for-each-ref"], in: folder) == refs)
    }
  }

  @Test(
    arguments: [
      ("a.c", "other\n"), ("none.c", "a\n"), ("a.c", nil), ("../a.c", nil), ("/a.c", nil), (".git/config", nil),
      ("x/../../a.c", nil), ("x//y", nil), ("", nil), (".GIT/x", nil), ("x/./y", nil), ("sub", "a\n"),
    ] as [(String, String?)])
  func refusesChanges(path: String, before: String?) async throws {
    try await withTemporaryFolder { folder in
      let commit = try committed(["a.c": "a\n", "sub/b.c": "b\n"], in: folder)
      let repository = try Repository.open(folder)
      let base = try await repository.resolve(commit)
      let change = FileChange(path: path, before: before.map { Array($0.utf8) }, after: Array("x\n".utf8))
      let draft = CommitDraft(changes: [change], message: "x\n", author: author)
      await #expect(throws: Failure.self) { try await repository.commit([draft], onto: base, branch: "new") }
      #expect(try git(["branch", "--list", "new"], in: folder) == "")
    }
  }

  @Test(arguments: [
    "http://example.org/a.git", "ssh://example.org/a", "git://x/y", "file:///etc", "ext::sh -c id", "-u x",
    "https://kmend.invalid/a.git",
  ])
  func refusesToClone(name: String) async throws {
    try await withTemporaryFolder { folder in
      await #expect(throws: Failure.self) { try await Repository.open(name, cloningInto: "\(folder)/clone") }
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/clone"))
    }
  }
}

/// Makes a repository with one commit of these files and returns the commit's id.
func committed(_ files: [String: String], in folder: String) throws -> String {
  try git(["init", "-q", "-b", "main"], in: folder)
  for (path, text) in files { try write(text, "\(folder)/\(path)") }
  try git(["add", "-A"], in: folder)
  try git(["commit", "-qm", "x"], in: folder)
  return try git(["rev-parse", "HEAD"], in: folder).trimmingCharacters(in: .newlines)
}
