// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import Foundation
import KernelModel
import TestSupport
import Testing

let goldenOld = Tree(root: golden("ConversionIndex/old"), version: "1.0-1")
let goldenNew = Tree(root: golden("ConversionIndex/new"), version: "2.0~rc1-1")

/// Builds the index of the golden trees and hands it over.
func withGoldenStore<Value>(_ body: (ConversionStore) async throws -> Value) async throws -> Value {
  try await withTemporaryFolder { folder in
    let path = ConversionStore.path(in: folder, old: goldenOld, new: goldenNew)
    return try await body(try await ConversionStore.prepare(old: goldenOld, new: goldenNew, at: path).store)
  }
}

@Suite struct StoreTests {
  @Test func countsWhatWasIndexed() async throws {
    try await withTemporaryFolder { folder in
      let figures = try await ConversionStore.build(old: goldenOld, new: goldenNew, at: "\(folder)/index")
      #expect(figures.files == 6)
      #expect(figures.hunks == 19)
      #expect(figures.symbols > 10)
      #expect(figures.bytes > 4096)
      #expect(figures.peakMemory > 1 << 20)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      #expect(left == ["index", "index.lock"])
    }
  }

  @Test(arguments: [
    ("lost", "words_copy"), ("lost", "asm/spread.h"), ("lost", "words_no_seek"), ("lost", "high"),
    ("lost", "WORDS_MAX"), ("lost", "EXTRA_CFLAGS"), ("lost", "nobody"), ("gained", "words_scopy"),
    ("gained", "linux/spread.h"), ("gained", "gfp_t"),
  ])
  func conversions(side: String, symbol: String) async throws {
    let conversions = try await withGoldenStore { store in
      side == "lost"
        ? try await store.conversions(losing: symbol) : try await store.conversions(gaining: symbol)
    }
    let text = conversions.map {
      "== \($0.path) \($0.oldStart)\n\($0.oldText)-- \($0.newStart)\n\($0.newText)"
    }
    try expectGolden(
      text.joined(separator: "\n"),
      "ConversionIndex/expected/\(side)-\(symbol.replacing("/", with: "-")).txt")
  }

  @Test func limitSpreadsOverTheTree() async throws {
    let paths = try await withGoldenStore { store in
      try await store.conversions(losing: "words_copy", limit: 2).map(\.path)
    }
    #expect(paths == ["drivers/a/one.c", "drivers/b/latin.c"])
  }

  @Test func filesAreAskedForByPath() async throws {
    let conversions = try await withGoldenStore { store in
      try await store.conversions(losing: "words_copy", in: ["drivers/b/latin.c", "drivers/none.c"])
    }
    #expect(conversions.map(\.path) == ["drivers/b/latin.c"])
  }

  @Test(arguments: [
    ("words_copy", LossCount(changed: 5, lost: 5)), ("asm/spread.h", LossCount(changed: 2, lost: 2)),
    ("WORDS_MAX", LossCount(changed: 1, lost: 0)), ("EXTRA_CFLAGS", LossCount(changed: 0, lost: 0)),
    ("", LossCount(changed: 0, lost: 0)), ("nobody", LossCount(changed: 0, lost: 0)),
  ])
  func filesLosing(symbol: String, count: LossCount) async throws {
    #expect(try await withGoldenStore { try await $0.filesLosing(symbol) } == count)
  }

  @Test func newNamesOfConvertedFiles() async throws {
    try await withGoldenStore { store in
      let change = try await store.newNames(inFilesLosing: "asm/spread.h")
      #expect(change.files == 2)
      #expect(change.newcomers.map(\.name) == ["linux/spread.h", "words_scopy"])
      #expect(change.newcomers.map(\.files) == [2, 2])
      #expect(change.newcomers.map(\.baseRate) == [0.4, 1])
      #expect(try await store.newNames(inFilesLosing: "WORDS_MAX").files == 0)
      #expect(try await store.newNames(inFilesLosing: "WORDS_MAX", .changed).files == 1)
    }
  }

  @Test func changedTreeIsRefused() async throws {
    try await withTemporaryFolder { folder in
      try FileManager.default.copyItem(atPath: goldenOld.root, toPath: "\(folder)/old")
      let old = Tree(root: "\(folder)/old", version: goldenOld.version)
      let store = try await ConversionStore.prepare(old: old, new: goldenNew, at: "\(folder)/index").store
      try Data("short".utf8).write(to: URL(fileURLWithPath: "\(old.root)/drivers/a/one.c"))
      let failure = await #expect(throws: Failure.self) { try await store.conversions(losing: "words_copy") }
      #expect(failure?.code == .badInput)
      #expect(failure?.subject == "\(old.root)/drivers/a/one.c")
    }
  }
}
