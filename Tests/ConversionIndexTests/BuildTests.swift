// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import Foundation
import Glibc
import KernelModel
import TestSupport
import Testing

/// What can happen to an index file between two commands.
enum Damage: String, CaseIterable, Sendable {
  case flippedByte, cutOff, empty, olderFormat, otherTrees, text

  func apply(to path: String) async throws {
    let url = URL(fileURLWithPath: path)
    var bytes = [UInt8](try Data(contentsOf: url))
    switch self {
    case .flippedByte: bytes[bytes.count / 2] ^= 1
    case .cutOff: bytes.removeLast(4096)
    case .empty: bytes = []
    case .olderFormat: bytes[71] -= 1
    case .text: bytes = Array("no database\n".utf8)
    case .otherTrees:
      var other = goldenOld
      other.version = "0.9-1"
      _ = try await ConversionStore.build(old: other, new: goldenNew, at: path)
      return
    }
    try Data(bytes).write(to: url)
  }
}

@Suite struct BuildTests {
  @Test(arguments: Damage.allCases)
  func damagedIndexIsRebuilt(damage: Damage) async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/index"
      #expect(try await ConversionStore.prepare(old: goldenOld, new: goldenNew, at: path).figures != nil)
      #expect(try await ConversionStore.prepare(old: goldenOld, new: goldenNew, at: path).figures == nil)
      try await damage.apply(to: path)
      let failure = await #expect(throws: Failure.self) {
        try await ConversionStore.open(old: goldenOld, new: goldenNew, at: path)
      }
      #expect(failure?.code == .tryAgain)
      let (store, figures) = try await ConversionStore.prepare(old: goldenOld, new: goldenNew, at: path)
      #expect(figures != nil)
      #expect(try await store.filesLosing("words_copy").lost == 5)
    }
  }

  @Test func sameTreesGiveTheSameBytes() async throws {
    try await withTemporaryFolder { folder in
      for name in ["a", "b"] {
        _ = try await ConversionStore.build(old: goldenOld, new: goldenNew, at: "\(folder)/\(name)")
      }
      #expect(FileManager.default.contentsEqual(atPath: "\(folder)/a", andPath: "\(folder)/b"))
    }
  }

  @Test func onlyOneOfManyBuilds() async throws {
    try await withTemporaryFolder { folder in
      let built = try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<4 {
          group.addTask {
            let (store, figures) = try await ConversionStore.prepare(
              old: goldenOld, new: goldenNew, at: "\(folder)/index")
            #expect(try await store.filesLosing("words_copy").lost == 5)
            return figures != nil
          }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(built == 1)
    }
  }

  @Test func waitsForAnotherProcess() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/index"
      let other = open("\(path).lock", O_RDWR | O_CREAT, 0o600)
      try #require(flock(other, LOCK_EX | LOCK_NB) == 0)
      try await confirmation { waited in
        _ = try await ConversionStore.prepare(old: goldenOld, new: goldenNew, at: path) { stage in
          guard stage == .waiting else { return }
          waited()
          close(other)
        }
      }
    }
  }

  @Test func leftoversOfAKilledBuildAreCleared() async throws {
    try await withTemporaryFolder { folder in
      let leftover = "\(folder)/index.building/diff"
      try FileManager.default.createDirectory(atPath: leftover, withIntermediateDirectories: true)
      try Data("half".utf8).write(to: URL(fileURLWithPath: "\(folder)/index.building/index"))
      _ = try await ConversionStore.build(old: goldenOld, new: goldenNew, at: "\(folder)/index")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      #expect(left == ["index", "index.lock"])
    }
  }

  @Test(arguments: [BuildStage.comparing, .collecting(files: 0, of: 6), .writing])
  func cancelledBuildLeavesNothing(stage: BuildStage) async throws {
    try await withTemporaryFolder { folder in
      let task = Task {
        try await ConversionStore.build(old: goldenOld, new: goldenNew, at: "\(folder)/index") {
          if $0 == stage { withUnsafeCurrentTask { $0?.cancel() } }
        }
      }
      _ = await task.result
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(!left.contains { $0.hasSuffix(".building") })
    }
  }

  @Test(arguments: ["", "/nowhere"])
  func notATree(root: String) async throws {
    try await withTemporaryFolder { folder in
      let failure = await #expect(throws: Failure.self) {
        try await ConversionStore.build(
          old: goldenOld, new: Tree(root: folder + root, version: "3"), at: "\(folder)/index")
      }
      #expect(failure?.code == .badInput)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(left == ["index.lock"])
    }
  }

  @Test func folderIsMade() async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/cache/index/a"
      let figures = try await ConversionStore.prepare(old: goldenOld, new: goldenNew, at: path).figures
      #expect(figures != nil)
    }
  }

  @Test func folderThatCannotBe() async throws {
    try await withTemporaryFolder { folder in
      try Data().write(to: URL(fileURLWithPath: "\(folder)/file"))
      let failure = await #expect(throws: Failure.self) {
        try await ConversionStore.build(old: goldenOld, new: goldenNew, at: "\(folder)/file/index")
      }
      #expect(failure?.code == .unavailable)
    }
  }

  @Test func namesTellPairsApart() {
    var backport = goldenNew
    backport.version = "2:2.0/x y~bpo12"
    let path = ConversionStore.path(in: "/c", old: goldenOld, new: backport)
    #expect(path == "/c/1.0-1..2_2.0_x_y~bpo12.x86.index")
    #expect(path != ConversionStore.path(in: "/c", old: backport, new: goldenOld))
  }
}
