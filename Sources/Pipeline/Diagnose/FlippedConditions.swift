// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionIndex
import KernelModel

/// Conditions of the driver that ask whether the kernel has a macro, and that turned because it went away.
enum FlippedConditions {
  /// The breaks, and the conditions that lead to those of them that no kernel of the two declares: code that is compiled
  /// only because a macro is gone. Such a condition is their cause.
  static func with(
    _ breaks: [Break], in texts: [String: SourceText], _ trees: TreeDeclarations
  ) async throws -> [Break] {
    guard let store = trees.store, breaks.contains(where: isUnknown) else { return breaks }
    let tests = TestedMacros(texts)
    var result = breaks
    var places: [TestedMacros.Test: Int] = [:]
    for index in breaks.indices where isUnknown(breaks[index]) {
      for test in tests.deciding(breaks[index].site) {
        if places[test] == nil {
          let old = try await store.declarations(of: test.name, in: .old).first { $0.kind == .macro }
          guard let old, try await store.declarations(of: test.name, in: .new).isEmpty else { continue }
          places[test] = result.count
          result.append(
            Break(
              site: Site(file: test.file, line: test.line), kind: .condition, symbol: test.name,
              message: "the condition asks for '\(test.name)', which the kernel no longer defines", before: old))
        }
        result[index].cause = places[test]
        break
      }
    }
    return result
  }

  /// Those of the known conditions whose consequences are still there: the compiler speaks of nothing else.
  static func standing(_ known: [Break], after breaks: [Break]) -> [Break] {
    known.indices.filter { known[$0].kind == .condition }.compactMap { condition in
      let consequences = known.filter { $0.cause == condition }
      let stands = consequences.contains { one in
        breaks.contains { ($0.symbol, $0.site.file) == (one.symbol, one.site.file) }
      }
      return stands ? known[condition] : nil
    }
  }

  private static func isUnknown(_ found: Break) -> Bool {
    found.cause == nil && found.before == nil && found.after == nil && found.site.line > 0
  }
}
