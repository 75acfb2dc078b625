// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import Foundation
import KernelModel
import TestSupport
import Testing

/// A function of some lines, one of which calls something.
private func function(_ name: String, _ call: String) -> String {
  "static int \(name)(struct device *dev)\n{\n\tint ret;\n\n\tret = \(call);\n\treturn ret;\n}\n\n"
}

private func text(_ path: String, _ old: String, _ new: String, _ lines: [Range<Int>]) -> ChangedText {
  ChangedText(path: path, old: Array(old.utf8), new: Array(new.utf8), changes: lines.map { ($0, $0) })
}

/// Adds a commit that turns `old_call` into `new_call` in one file.
private func add(_ number: Int, to writer: HistoryWriter, unreadable: Int = 0) async throws {
  let (old, new) = (function("f\(number)", "old_call(dev)"), function("f\(number)", "new_call(dev, \(number))"))
  #expect(await writer.add([text("drivers/d\(number).c", old, new, [4..<5])]) == 0)
  try await writer.finish(
    CommitName(id: "commit\(number)", subject: "subject \(number)"), message: "message", unreadable: unreadable)
}

@Suite struct HistoryTests {
  @Test func growsAndKnowsItsCommits() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/history.index"
      #expect(try await HistoryStore.open(path, selection: "first") == nil)
      do {
        let writer = try await HistoryWriter.open(path)
        #expect(try await writer.missing(["commit1", "commit2"]) == ["commit1", "commit2"])
        try await add(1, to: writer)
        try await add(2, to: writer, unreadable: 3)
        #expect(try await writer.missing(["commit1", "commit3"]) == ["commit3"])
        try await writer.select(["commit1", "commit2", "never"], as: "first")
      }
      do {
        let writer = try await HistoryWriter.open(path)
        #expect(try await writer.missing(["commit1", "commit2", "commit3"]) == ["commit3"])
        try await add(3, to: writer)
        try await writer.select(["commit2", "commit3"], as: "second")
      }
      let first = try #require(try await HistoryStore.open(path, selection: "first"))
      let second = try #require(try await HistoryStore.open(path, selection: "second"))
      #expect(try await HistoryStore.open(path, selection: "third") == nil)
      #expect(first.count == 2)
      #expect(try await first.unreadable() == 3)
      let conversions = try await first.conversions(losing: "old_call")
      #expect(conversions.map(\.commit?.id) == ["commit1", "commit2"])
      #expect(conversions.map(\.commit?.subject) == ["subject 1", "subject 2"])
      #expect(conversions.first?.oldText == String(function("f1", "old_call(dev)").dropLast()))
      #expect(conversions.first?.newText == String(function("f1", "new_call(dev, 1)").dropLast()))
      #expect(try await second.conversions(losing: "old_call").map(\.path) == ["drivers/d2.c", "drivers/d3.c"])
      #expect(try await second.filesLosing("old_call") == 2)
      #expect(try await second.filesLosing("new_call") == 0)
      #expect(try await first.share(keeping: "old_call") == 0)
      #expect(try await first.share(keeping: "ret") == 1)
      let coming = try await first.newNames(inPlacesLosing: "old_call")
      #expect(coming.files == 2)
      #expect(coming.newcomers.map(\.name) == ["new_call"])
      #expect(coming.newcomers.map(\.files) == [2])
    }
  }

  @Test func windowsOfOneFileAreApart() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/history.index"
      let filler = String(repeating: "int x;\n", count: 60)
      let old = function("first", "old_call(a)") + filler + function("second", "old_call(b)") + "#define LAST old_call"
      let new =
        function("first", "new_call(a)") + filler + function("second", "other(b)\n\t\t+ more()") + "#define LAST 1"
      let writer = try await HistoryWriter.open(path)
      let changed = ChangedText(
        path: "lib/x.c", old: Array(old.utf8), new: Array(new.utf8),
        changes: [(4..<5, 4..<5), (72..<73, 72..<74), (76..<77, 77..<78)])
      #expect(await writer.add([changed]) == 0)
      try await writer.finish(CommitName(id: "c", subject: "s"), message: "", unreadable: 0)
      try await writer.select(["c"], as: "all")
      let store = try #require(try await HistoryStore.open(path, selection: "all"))
      let found = try await store.conversions(losing: "old_call")
      #expect(found.count == 2)
      #expect(found.map(\.oldStart) == [1, 69])
      #expect(
        found.last?.newText.hasSuffix("\tret = other(b)\n\t\t+ more();\n\treturn ret;\n}\n\n#define LAST 1") == true)
      #expect(found.last?.oldText.hasSuffix("#define LAST old_call") == true)
    }
  }

  @Test func kindsOfFilesAreApart() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/history.index"
      let writer = try await HistoryWriter.open(path)
      let texts = [
        text("drivers/Makefile", "EXTRA_FLAGS += -DX\n", "ccflags-y += -DX\n", [0..<1]),
        text("include/linux/x.h", "int EXTRA_FLAGS;\n", "int flags;\n", [0..<1]),
        text("Documentation/x.c", "int EXTRA_FLAGS;\n", "int flags;\n", [0..<1]),
      ]
      #expect(await writer.add(texts) == 0)
      try await writer.finish(CommitName(id: "c", subject: "s"), message: "", unreadable: 0)
      try await writer.select(["c"], as: "all")
      let store = try #require(try await HistoryStore.open(path, selection: "all"))
      #expect(try await store.conversions(losing: "EXTRA_FLAGS").map(\.path) == ["include/linux/x.h"])
      #expect(try await store.conversions(losing: "EXTRA_FLAGS", build: true).map(\.path) == ["drivers/Makefile"])
    }
  }

  /// Two versions of a patch say the same; what is generated is left out.
  @Test func copiesAndMonstersDoNotCount() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/history.index"
      let writer = try await HistoryWriter.open(path)
      for version in ["v1", "v2"] {
        let change = text("lib/x.c", function("f", "old_call(1)"), function("f", "new_call(1)"), [4..<5])
        #expect(await writer.add([change]) == 0)
        try await writer.finish(CommitName(id: version, subject: "s"), message: "", unreadable: 0)
      }
      let long = String(repeating: "\tX(old_call),\n", count: 30_000)
      let monster = text("lib/big.c", long, long.replacing("old", with: "new"), [0..<30_000])
      #expect(await writer.add([monster]) == 1)
      let many = text("lib/many.c", long, long, (0..<5000).map { $0 * 2..<$0 * 2 + 1 })
      #expect(await writer.add([many]) == 1)
      try await writer.finish(CommitName(id: "big", subject: "s"), message: "", unreadable: 2)
      try await writer.select(["v1", "v2", "big"], as: "all")
      let store = try #require(try await HistoryStore.open(path, selection: "all"))
      #expect(try await store.conversions(losing: "old_call").map(\.commit?.id) == ["v1"])
      #expect(try await store.unreadable() == 2)
    }
  }

  @Test(arguments: ["", "no database", "SQLite format 3\0"])
  func damagedIndexIsBegunAnew(contents: String) async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/history.index"
      try Data(contents.utf8).write(to: URL(fileURLWithPath: path))
      #expect(try await HistoryStore.open(path, selection: "all") == nil)
      let writer = try await HistoryWriter.open(path)
      try await add(1, to: writer)
      try await writer.select(["commit1"], as: "all")
      #expect(try await HistoryStore.open(path, selection: "all")?.count == 1)
    }
  }

  @Test func damagedPagesAreAFailure() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/history.index"
      do {
        let writer = try await HistoryWriter.open(path)
        for number in 0..<300 { try await add(number, to: writer) }
        try await writer.select((0..<300).map { "commit\($0)" }, as: "all")
      }
      let store = try #require(try await HistoryStore.open(path, selection: "all"))
      var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      for page in stride(from: 4096, to: bytes.count, by: 4096) { bytes[page..<page + 16] = bytes[0..<16] }
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let failure = await #expect(throws: Failure.self) { try await store.conversions(losing: "old_call") }
      #expect(failure?.code == .tryAgain)
    }
  }

  /// A process that dies leaves what it had selected, and the next one goes on.
  @Test func oneWriterAtATime() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/history.index"
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<4 {
          group.addTask {
            let writer = try await HistoryWriter.open(path)
            try await add(number, to: writer)
            try await writer.select(["commit\(number)"], as: "selection\(number)")
          }
        }
        try await group.waitForAll()
      }
      for number in 0..<4 {
        let store = try #require(try await HistoryStore.open(path, selection: "selection\(number)"))
        #expect(try await store.conversions(losing: "old_call").map(\.path) == ["drivers/d\(number).c"])
      }
    }
  }
}
