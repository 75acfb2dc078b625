// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import Foundation
import TestSupport
import Testing

/// Windows of trees that are made up for the purpose.
@Suite struct WindowTests {
  /// Writes two trees that hold these files and hands over their index.
  private func withTrees<Value>(
    _ files: [String: (old: String, new: String)], _ body: (ConversionStore) async throws -> Value
  ) async throws -> Value {
    try await withTemporaryFolder { folder in
      for side in ["old", "new"] {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(side)/include", withIntermediateDirectories: true)
        for (name, texts) in files {
          let text = side == "old" ? texts.old : texts.new
          try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(side)/\(name)"))
        }
      }
      return try await body(
        try await ConversionStore.prepare(
          old: Tree(root: "\(folder)/old", version: "1"), new: Tree(root: "\(folder)/new", version: "2"),
          at: "\(folder)/index"
        ).store)
    }
  }

  /// A function with `count` lines of body, of which some are replaced.
  private func function(_ name: String, _ count: Int, _ lines: [Int: String] = [:]) -> String {
    let body = (0..<count).map { lines[$0] ?? "\tstep(\($0));" }
    return (["static int \(name)(void)", "{"] + body + ["}", ""]).joined(separator: "\n") + "\n"
  }

  @Test func shortFunctionIsShownWhole() async throws {
    let around = function("before", 5)
    let (old, new) = (function("short", 150, [100: "\told();"]), function("short", 150, [100: "\tnew();"]))
    let conversions = try await withTrees(["a.c": (around + old + around, around + new + around)]) {
      try await $0.conversions(losing: "old")
    }
    #expect(conversions.map(\.oldText) == [String(old.dropLast())])
    #expect(conversions.map(\.newText) == [String(new.dropLast())])
    #expect(conversions.map(\.oldStart) == [10])
  }

  @Test func longFunctionIsShownAroundTheChange() async throws {
    let (old, new) = (function("long", 500, [250: "\told();"]), function("long", 500, [250: "\tnew();"]))
    let conversions = try await withTrees(["a.c": (old, new)]) { try await $0.conversions(losing: "old") }
    let lines = conversions.map { $0.oldText.split(separator: "\n").map(String.init) }
    #expect(lines.map(\.count) == [61])
    #expect(lines.first?.first == "\tstep(220);")
    #expect(lines.first?.last == "\tstep(280);")
  }

  /// Changes of other names near by belong to the window, those far away do not.
  @Test(arguments: [(near: 10, lines: 71), (near: 40, lines: 61)])
  func neighboursWithinReach(near: Int, lines: Int) async throws {
    let old = function("long", 500, [250: "\told();", 250 + near: "\tother(1);"])
    let new = function("long", 500, [250: "\tnew();", 250 + near: "\tother(2);"])
    let conversions = try await withTrees(["a.c": (old, new)]) { try await $0.conversions(losing: "old") }
    #expect(conversions.map { $0.oldText.split(separator: "\n").count } == [lines])
  }

  @Test(arguments: [("old();", "new();"), ("old();", ""), ("x\nold();", "x\nnew();\n"), ("old();\nx", "x")])
  func filesWithoutBlocksOrLastLineEnd(old: String, new: String) async throws {
    let conversions = try await withTrees(["a.c": (old, new)]) { try await $0.conversions(losing: "old") }
    #expect(conversions.map(\.oldText) == [old])
    #expect(conversions.map(\.newText) == [new])
  }

  /// Whatever the hunks are: the windows put into the old file give the new file.
  @Test(arguments: 0..<12)
  func windowsCarryTheWholeChange(seed: Int) async throws {
    var state = UInt64(seed + 1)
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var old: [String] = []
    var new: [String] = []
    for number in 0..<random(900) + 20 {
      switch random(40) {
      case 0:
        old.append("\told(\(number));")
        new += (0..<random(4)).map { "\tnew(\(number), \($0));" }
      case 1:
        let boundary = ["}", "", "int f\(number)(void)", "{"]
        old += boundary
        new += boundary
      default:
        old.append("\tstep(\(number));")
        new.append("\tstep(\(number));")
      }
    }
    let texts = (old: old.map { $0 + "\n" }.joined(), new: new.map { $0 + "\n" }.joined())
    let conversions = try await withTrees(["a.c": texts]) { try await $0.conversions(losing: "old") }
    var lines = old
    for conversion in conversions.reversed() {
      let window = conversion.oldText.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(
        String.init)
      let range = conversion.oldStart - 1..<conversion.oldStart - 1 + window.count
      #expect(Array(lines[range]) == window)
      lines.replaceSubrange(
        range,
        with: conversion.newText.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init))
    }
    #expect(lines == new)
  }
}
