// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GitStore
import KernelModel
import TestSupport
import Testing

@Suite struct HistoryTests {
  /// A first commit, a side branch that is merged, and two commits after it.
  private func withHistory(_ body: (String, Repository) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      try git(["init", "-q", "-b", "main", "."], in: folder)
      try write("one\n", "\(folder)/drivers/a.c")
      try write("two\n", "\(folder)/drivers/b.c")
      try write("same\n", "\(folder)/lib/same.c")
      try write([0, 1, 2], "\(folder)/drivers/firmware.c")
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/drivers/link.c", withDestinationPath: "a.c")
      func commit(_ message: String, _ tag: String) throws {
        try git(["add", "-A"], in: folder)
        try git(["commit", "-q", "-m", message], in: folder)
        try git(["tag", tag], in: folder)
      }
      try commit("first", "first")
      try git(["checkout", "-q", "-b", "side"], in: folder)
      try write("two on the side\n", "\(folder)/drivers/b.c")
      try commit("side: change b\n\nWhy.\n", "side-commit")
      try git(["checkout", "-q", "main"], in: folder)
      try write("one more\n", "\(folder)/drivers/a.c")
      try write("new\n", "\(folder)/drivers/new.c")
      try git(["rm", "-q", "drivers/link.c"], in: folder)
      try commit("main: change a", "main-commit")
      try git(["merge", "-q", "--no-ff", "-m", "merge", "side"], in: folder)
      try git(["tag", "merge"], in: folder)
      try write([0, 1, 3], "\(folder)/drivers/firmware.c")
      try git(["mv", "lib/same.c", "lib/moved.c"], in: folder)
      try commit("main: binary", "last")
      try await body(folder, try Repository.open(folder))
    }
  }

  @Test func rangeLeavesMergesOut() async throws {
    try await withHistory { folder, repository in
      let first = try await repository.resolve("first")
      let last = try await repository.resolve("last")
      let commits = try await repository.commits(from: first, to: last)
      let wanted = try git(["rev-list", "--no-merges", "--topo-order", "--reverse", "first..last"], in: folder)
      #expect(Set(commits.map(\.description)) == Set(wanted.split(separator: "\n").map(String.init)))
      #expect(commits.last == last)
      #expect(try await repository.commits(from: nil, to: last).count == 4)
      #expect(try await repository.commits(from: last, to: last).isEmpty)
      let failure = await #expect(throws: Failure.self) {
        try await repository.commits(from: first, to: last, limit: 2)
      }
      #expect(failure?.code == .badInput)
    }
  }

  @Test func changesAreFilesOfBothSides() async throws {
    try await withHistory { folder, repository in
      func change(_ tag: String) async throws -> CommitChange {
        try await repository.change(by: try await repository.resolve(tag)) { _ in true }
      }
      #expect(try await change("first").files.isEmpty)
      let main = try await change("main-commit")
      #expect(main.files.map(\.path) == ["drivers/a.c"])
      #expect(main.subject == "main: change a")
      let side = try await change("side-commit")
      #expect(side.files.map(\.path) == ["drivers/b.c"])
      #expect(side.message == "side: change b\n\nWhy.\n")
      let texts = await repository.texts(of: side.files, limit: 100)
      #expect(texts.first??.old == Array("two\n".utf8))
      #expect(texts.first??.new == Array("two on the side\n".utf8))
      #expect(await repository.texts(of: side.files, limit: 5).first.flatMap { $0 } == nil)
      #expect(try await change("last").files.map(\.path) == ["drivers/firmware.c"])
      let unwanted = try await repository.change(by: side.id) { $0.hasSuffix(".h") }
      #expect(unwanted.files.isEmpty)
    }
  }

  @Test func filesThatComeOrGoAreToldWhereTheyAreAskedFor() async throws {
    try await withHistory { folder, repository in
      func paths(_ tag: String) async throws -> [String] {
        let commit = try await repository.resolve(tag)
        let change = try await repository.change(by: commit, in: .all, where: { _ in true })
        return change.files.map { ($0.old == .zero ? "+" : $0.new == .zero ? "-" : "") + $0.path }
      }
      let (early, late) = (try await paths("main-commit"), try await paths("last"))
      #expect(early == ["drivers/a.c", "+drivers/new.c"])
      #expect(late == ["drivers/firmware.c", "+lib/moved.c", "-lib/same.c"])
    }
  }

  /// A dozen trees that name each other ten times hold 10^12 paths.
  @Test func fewTreesOfManyPathsEnd() async throws {
    try await withHistory { folder, repository in
      var tree = try git(["rev-parse", "first:lib"], in: folder).prefix(40)
      for _ in 0..<12 {
        let entries = (0..<10).map { "040000 tree \(tree)\te\($0)\n" }.joined()
        tree = try git(["mktree"], in: folder, input: Array(entries.utf8)).prefix(40)
      }
      let commit = try git(["commit-tree", String(tree), "-p", "first", "-m", "bomb"], in: folder).prefix(40)
      let change = try await repository.change(
        by: try await repository.resolve(String(commit)), in: .all, where: { _ in true })
      #expect((100_000...500_000).contains(change.files.count))
      #expect(change.unreadable == 1)
    }
  }

  @Test func missingObjectsAreCounted() async throws {
    try await withHistory { folder, repository in
      let side = try await repository.change(by: try await repository.resolve("side-commit")) { _ in true }
      let blob = try #require(side.files.first).new.description
      let tree = try git(["rev-parse", "main-commit:drivers"], in: folder).prefix(40)
      for object in [blob, String(tree)] {
        try FileManager.default.removeItem(atPath: "\(folder)/.git/objects/\(object.prefix(2))/\(object.dropFirst(2))")
      }
      let fresh = try Repository.open(folder)
      #expect(await fresh.texts(of: side.files, limit: 100).first.flatMap { $0 } == nil)
      let main = try await fresh.change(by: try await fresh.resolve("main-commit")) { _ in true }
      #expect(main.files.isEmpty)
      #expect(main.unreadable == 1)
    }
  }

  @Test func treesAreReadWithoutACheckout() async throws {
    try await withHistory { folder, _ in
      let old = try await GitTree.open("first", in: folder)
      let new = try await GitTree.open("last", in: folder)
      #expect(old.entries("").folders == ["drivers", "lib"])
      #expect(old.entries("drivers").files == ["a.c", "b.c", "firmware.c"])
      #expect(old.entries("none").files.isEmpty)
      #expect(old.bytes("drivers/a.c", limit: 100) == Array("one\n".utf8))
      #expect(old.bytes("drivers/a.c", limit: 2) == nil)
      #expect(old.bytes("drivers/link.c", limit: 100) == nil)
      #expect(old.bytes("drivers", limit: 100) == nil)
      #expect(old.bytes("../drivers/a.c", limit: 100) == nil)
      #expect(old.blob("lib/same.c") == new.blob("lib/moved.c"))
      #expect(
        new.paths(differingFrom: old) { _ in true } == ["drivers/a.c", "drivers/b.c", "drivers/firmware.c"])
      await #expect(throws: Failure.self) { try await GitTree.open("nowhere", in: folder) }
    }
  }

  @Test(arguments: [
    ("a\nb\nc\n", "a\nx\nc\n", [ChangedLines(old: 1..<2, new: 1..<2)]),
    ("a\nb\n", "b\n", [ChangedLines(old: 0..<1, new: 0..<0)]),
    ("a\nb\n", "a\nx\ny\nb\nz", [ChangedLines(old: 1..<1, new: 1..<3), ChangedLines(old: 2..<2, new: 4..<5)]),
    ("", "a\n", [ChangedLines(old: 0..<0, new: 0..<1)]),
    ("a\n", "a\n", []),
  ])
  func changedLines(old: String, new: String, lines: [ChangedLines]) throws {
    #expect(try Diffing.changedLines(Array(old.utf8), Array(new.utf8)) == lines)
  }

  @Test func binaryTextsHaveNoLines() {
    #expect(throws: Failure.self) { try Diffing.changedLines([0, 1], [0, 2]) }
  }
}
