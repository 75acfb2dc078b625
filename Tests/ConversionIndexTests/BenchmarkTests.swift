// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import Foundation
import TestSupport
import Testing

private let trees: (old: Tree, new: Tree)? = {
  let environment = ProcessInfo.processInfo.environment
  let caches = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache"
  let kernels = (environment["KMEND_CACHE"] ?? caches + "/kmend") + "/kernels"
  let names = ((try? FileManager.default.contentsOfDirectory(atPath: kernels)) ?? []).sorted()
  func tree(_ kernel: String) -> Tree? {
    names.first { $0.hasPrefix(kernel + "@") }.map { Tree(root: "\(kernels)/\($0)/source", version: kernel) }
  }
  guard let old = tree("6.1"), let new = tree("6.12") else { return nil }
  return FileManager.default.fileExists(atPath: old.root) && FileManager.default.fileExists(atPath: new.root)
    ? (old, new) : nil
}()

/// Figures for the index of two whole kernels, printed: time is nothing that a test can judge.
@Suite(
  .enabled(if: trees != nil, "no sources of 6.1 and 6.12 in the cache: kmend kernel add debian:6.1"))
struct BenchmarkTests {
  @Test func figures() async throws {
    let (old, new) = try #require(trees)
    try await withTemporaryFolder { folder in
      let path = "\(folder)/bench.index"
      print(try await ConversionStore.build(old: old, new: new, at: path))
      let opening = ContinuousClock.now
      let store = try await ConversionStore.open(old: old, new: new, at: path)
      print("open:", ContinuousClock.now - opening)
      var names: Set<String> = []
      for symbol in ["asm/unaligned.h", "no_llseek", "i_mtime", "platform_driver"] {
        names.formUnion(try await store.newNames(inFilesLosing: symbol, .changed).newcomers.map(\.name))
      }
      let queries = try await seconds(of: names.sorted().prefix(500) + ["dev", "ret", "NULL", "platform_device"]) {
        _ = try await store.conversions(losing: $0)
      }
      print("conversions:", queries.count, "queries, seconds:", summary(queries))
      let lookups = try await seconds(of: names.sorted().prefix(500) + ["kfree", "probe", "THIS_MODULE", "current"]) {
        _ = try await store.declarations(of: $0, in: .new)
      }
      print("declarations:", lookups.count, "queries, seconds:", summary(lookups))
      #expect(queries.count > 100)
    }
  }

  private func seconds(of names: [String], _ query: (String) async throws -> Void) async rethrows -> [Double] {
    var seconds: [Double] = []
    for name in names {
      let start = ContinuousClock.now
      try await query(name)
      seconds.append((ContinuousClock.now - start) / .seconds(1))
    }
    return seconds.sorted()
  }

  private func summary(_ sorted: [Double]) -> String {
    "p50 \(sorted[sorted.count / 2]), p95 \(sorted[sorted.count * 95 / 100]), worst \(sorted.last ?? 0)"
  }
}
