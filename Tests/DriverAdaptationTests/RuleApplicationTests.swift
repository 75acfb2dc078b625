// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import DriverAdaptation
import Foundation
import KernelModel
import Testing

/// Rules without a compiler: what shows in the text is changed, what needs a type is left and named.
@Suite struct RuleApplicationTests {
  private static func rules(
    _ symbol: SoughtSymbol, _ pairs: [(old: String, new: String)], knowing knowledge: TreeKnowledge = TreeKnowledge()
  ) -> [LearnedRule] {
    func text(_ number: Int, _ statement: String) -> String {
      "int f\(number)(struct unit *unit, int how)\n{\n\tint ret = how;\n\n\t\(statement)\n\treturn ret;\n}\n"
    }
    return Learner.rules(
      for: symbol,
      from: (0..<4).flatMap { number in
        pairs.map {
          Conversion(
            path: "d\(number).c", oldText: text(number, $0.old), newText: text(number, $0.new), oldStart: 1, newStart: 1
          )
        }
      }, knowing: knowledge)
  }

  /// What becomes of a macro's value only its users know; of a function that returns nothing there is none.
  @Test(arguments: [("void", false), ("int", true), ("void *", true)])
  func aMacroMayUseTheValue(type: String, isFlagged: Bool) {
    let declared = Declaration(
      name: "call", kind: .function, text: "\(type) call(struct unit *unit, int how)",
      site: Site(file: "include/linux/unit.h", line: 1))
    let rules = Self.rules(
      SoughtSymbol(name: "call", kind: .arguments), [("call(unit, 3);", "call(unit);")],
      knowing: TreeKnowledge(definitions: [declared]))
    let result = RuleApplication(
      of: SoughtSymbol(name: "call", kind: .arguments), rules, to: ["a.h": Array("#define CALL(u) call(u, 3)\n".utf8)])
    #expect(result.files["a.h"].map { String(decoding: $0, as: UTF8.self) } == "#define CALL(u) call(u)\n")
    #expect(result.flags.contains { $0.reason == .valueUsed } == isFlagged)
  }

  @Test func fieldsNeedTheirStructure() {
    let symbol = SoughtSymbol(name: "mode", kind: .fieldGone, container: "struct unit")
    let rules = Self.rules(symbol, [("ret = unit->mode;", "ret = unit->state;")])
    let source = """
      static int show(struct unit *unit, struct other *other, struct deep *deep)
      {
      \tif (other->mode)
      \t\treturn unit->mode;
      \treturn deep->unit->mode;
      }

      """
    let result = RuleApplication(of: symbol, rules, to: ["a.c": Array(source.utf8)])
    #expect(
      result.files["a.c"].map { String(decoding: $0, as: UTF8.self) }
        == source.replacing("return unit->mode", with: "return unit->state"))
    #expect(result.uses.map(\.places) == [1])
    #expect(result.left == [.init(site: Site(file: "a.c", line: 5), reason: .typeNeeded)])
  }

  @Test func placesThatNoRuleFitsAreNamed() {
    let symbol = SoughtSymbol(name: "old_call", kind: .functionGone)
    let rules = Self.rules(symbol, [("old_call(unit, how);", "new_call(unit);")])
    let source = """
      #include "x.h"

      void g(struct unit *unit)
      {
      \told_call(unit, 1); /* old_call */
      \told_call = 3;
      }

      """
    let texts = ["a.c": Array(source.replacing("\n", with: "\r\n").utf8), "b.c": Array("int x;\n".utf8)]
    let result = RuleApplication(of: symbol, rules.filter { $0.span != .identifier }, to: texts)
    #expect(result.files.keys.sorted() == ["a.c"])
    #expect(
      result.files["a.c"].map { String(decoding: $0, as: UTF8.self) }
        == source.replacing("\told_call(unit, 1)", with: "\tnew_call(unit)").replacing("\n", with: "\r\n"))
    #expect(result.left == [.init(site: Site(file: "a.c", line: 6), reason: .noRule)])
  }

  @Test func nothingToDoIsNothing() {
    let symbol = SoughtSymbol(name: "old_call", kind: .functionGone)
    let result = RuleApplication(of: symbol, [], to: ["a.c": Array("old_call;\n".utf8), "b.c": []])
    #expect(result.files.isEmpty && result.uses.isEmpty && result.flags.isEmpty)
  }
}
