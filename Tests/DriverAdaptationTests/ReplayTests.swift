// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import DriverAdaptation
import Foundation
import KernelModel
import Testing

/// What function-level rules do to in-tree functions that they were not learned from.
@Suite struct ReplayTests {
  /// A function of one file, before and after. What `k_copy` takes changes, what `k_use` takes does not.
  private static func conversion(_ number: Int, name: String = "sa", field: String = "__data", more: String = "")
    -> Conversion
  {
    func text(_ type: String, _ name: String, _ field: String, _ more: String) -> String {
      "static int f\(number)(struct dev *d)\n{\n\tstruct \(type) \(name);\n\n\tk_copy(d->addr, \(name).\(field), 6);\n"
        + "\(more)\tk_use(&\(name));\n\treturn set_addr(d, &\(name));\n}\n"
    }
    return Conversion(
      path: "drivers/a\(number).c", oldText: text("addr", "sa", "data", ""),
      newText: text("storage", name, field, more),
      oldStart: 10, newStart: 10)
  }

  private static func learner(_ conversions: [Conversion]) -> RetypingLearner {
    RetypingLearner("struct addr", "struct storage", for: "set_addr", from: conversions, near: Nearness()) {
      $0.hasPrefix("k_")
    }
  }

  struct Row: CustomTestStringConvertible {
    var testDescription: String
    var conversions: [Conversion]
    var replay: Rule.Replay
    var isFlagged = false
  }
  static let rows: [Row] = [
    // Three statements use the variable in each.
    Row(
      testDescription: "all alike, whatever the variable is called",
      conversions: (0..<6).map { conversion($0, name: $0 < 3 ? "sa" : "ss") },
      replay: .init(reproduced: 18, tried: 18)),
    Row(
      testDescription: "one that took another field",
      conversions: (0..<6).map { conversion($0, field: $0 == 2 ? "other" : "__data") },
      replay: .init(reproduced: 17, tried: 18)),
    // Without either of them the other is one file alone: nothing is learned.
    Row(
      testDescription: "what two files show is told, but was tried at none",
      conversions: (0..<2).map { conversion($0) }, replay: .init(reproduced: 0, tried: 0)),
    // Held out, each of two leaves one that shows the field: the use stays as it is, which is wrong there.
    Row(
      testDescription: "a use that two files show",
      conversions: (0..<6).map { conversion($0, field: $0 < 2 ? "__data" : "own\($0)") },
      replay: .init(reproduced: 12, tried: 18), isFlagged: true),
    // The developers added what the rule does not know of: it is none of its statements.
    Row(
      testDescription: "what was added beside",
      conversions: (0..<6).map { conversion($0, more: "\tk_log(d);\n") }, replay: .init(reproduced: 18, tried: 18)),
  ]

  @Test(arguments: rows) func aRetypingIsTriedOnOtherFiles(_ row: Row) throws {
    let rule = try #require(Self.learner(row.conversions).rule())
    #expect(rule.rule.replay == row.replay)
    #expect(rule.rule.flags.contains { $0.reason == .lowConfidence } == row.isFlagged)
  }

  /// Inserted declarations and calls, statements that went: each counts.
  @Test func aFetchIsTriedOnOtherFiles() throws {
    let replay = try #require(FetchTests.rule((0..<9).map(FetchTests.conversion))?.rule.replay)
    #expect(replay.reproduced == replay.tried)
    // At least the declaration, the value, the call, and two statements that went, of each.
    #expect(replay.tried >= 9 * 5)
    let other = (0..<9).map { number in
      var other = FetchTests.conversion(number)
      // The statement beside stays.
      if number == 0 {
        other.newText.replace("\t\tput0(p, c);\n", with: "\t\tput0(p, c), p->port.count.tx++;\n")
      }
      return other
    }
    let less = try #require(FetchTests.rule(other)?.rule.replay)
    #expect(less.reproduced < less.tried)
  }

  @Test func aWholeFunctionIsTriedOnItsNamesakes() throws {
    func function(_ path: String, _ call: String, own: String) -> Conversion {
      func text(_ call: String) -> String { "int show(struct x *x)\n{\n\t\(own);\n\n\t\(call);\n\treturn 0;\n}\n" }
      return Conversion(path: path, oldText: text("old_call(x)"), newText: text(call), oldStart: 1, newStart: 1)
    }
    let conversions = [
      function("a/show.c", "new_call(x, 0)", own: "k_one(x)"), function("b/show.c", "new_call(x, 0)", own: "k_two(x)"),
      function("c/show.c", "new_call(x, 1)", own: "k_three(x)"),
    ]
    let all = FunctionConversion.all(of: "old_call", in: conversions)
    let rule = try #require(FunctionConversion.rule([all[0]], for: "old_call", replayedOn: all))
    #expect(rule.rule.replay == .init(reproduced: 1, tried: 2))
  }

  /// Without a compiler: variables that the symbol is given, and no others.
  @Test func aRetypingIsApplied() throws {
    let rule = try #require(Self.learner((0..<6).map { Self.conversion($0) }).rule())
    let driver =
      "int f(struct dev *d)\n{\n\tstruct addr sa;\n\n\tk_copy(d->x, sa.data, 6);\n\treturn set_addr(d, &sa);\n}\n"
      + "int g(struct dev *d)\n{\n\tstruct addr sa;\n\n\treturn k_use(sa.data);\n}\n"
    let symbol = SoughtSymbol(name: "set_addr", kind: .arguments, container: nil)
    let application = RuleApplication(of: symbol, [rule], to: ["own.c": SourceText(driver.utf8)])
    let parts = driver.components(separatedBy: "int g")
    let expected = parts[0].replacing("struct addr", with: "struct storage").replacing("sa.data", with: "sa.__data")
    #expect(application.files["own.c"].map { String(decoding: $0, as: UTF8.self) } == "\(expected)int g\(parts[1])")
  }
}
