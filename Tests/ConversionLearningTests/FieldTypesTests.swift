// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import KernelModel
import Testing

/// Whose field is it that went?
@Suite struct FieldTypesTests {
  struct Case: CustomTestStringConvertible, Sendable {
    /// A statement of a function of `struct port *p` and `struct cmd *c`, with the field in it.
    var use: String
    /// Whether it counts where many structures have a field of that name, and where few have.
    var isCommonOne: Bool
    var isRareOne: Bool
    var testDescription: String { use }
  }

  @Test(arguments: [
    Case(use: "x = p->time;", isCommonOne: true, isRareOne: true),
    Case(use: "x = c->time;", isCommonOne: false, isRareOne: false),
    Case(use: "x = q->time;", isCommonOne: false, isRareOne: true),
    Case(use: "x = q->port.time;", isCommonOne: true, isRareOne: true),
    Case(use: "x = q->ports[2].time;", isCommonOne: true, isRareOne: true),
    Case(use: "x = q->request->time;", isCommonOne: false, isRareOne: true),
    Case(use: "x = get(q)->time;", isCommonOne: false, isRareOne: true),
    Case(use: "struct port y = { .time = 1 };", isCommonOne: true, isRareOne: true),
    Case(use: "struct cmd y = { .time = 1 };", isCommonOne: false, isRareOne: false),
    Case(use: "g((struct port) { .time = 1 });", isCommonOne: true, isRareOne: true),
    Case(use: "struct cmd y[] = { { .a = 1 }, { .time = 1 } };", isCommonOne: false, isRareOne: false),
    Case(use: "struct own y = { .port = { .time = 1 } };", isCommonOne: true, isRareOne: true),
    Case(use: "struct own y = { .request = { .time = 1 } };", isCommonOne: false, isRareOne: true),
  ])
  func baseDecides(_ tried: Case) {
    func text(_ use: String) -> String {
      "int f(struct port *p, struct cmd *c)\n{\n\tint x;\n\n\tbegin();\n\t\(use)\n\tend();\n\treturn x;\n}\n"
    }
    let conversions = (0..<3).map {
      Conversion(
        path: "d\($0).c", oldText: text(tried.use), newText: text(tried.use.replacing("time", with: "late")),
        oldStart: 1, newStart: 1)
    }
    let symbol = SoughtSymbol(name: "time", kind: .fieldGone, container: "struct port")
    for isCommon in [true, false] {
      let types = FieldTypes(isCommon: isCommon, holders: isCommon ? ["port", "ports"] : [])
      let found = Learner.rules(for: symbol, from: conversions, knowing: TreeKnowledge(fields: types))
      #expect(found.isEmpty == !(isCommon ? tried.isCommonOne : tried.isRareOne), "\(found.map(\.rule.summary))")
    }
    let sought = FieldTypes.sought("time", in: conversions)
    #expect(sought.isSubset(of: ["port", "ports", "request"]))
    #expect(
      sought.isEmpty
        == !(tried.use.contains("port.") || tried.use.contains("port =") || tried.use.contains("ports")
        || tried.use.contains("request")))
  }

  @Test func declarationsDecide() {
    func field(_ text: String, _ container: String) -> Declaration {
      Declaration(
        name: "time", kind: .field, text: text, site: Site(file: "include/linux/a.h", line: 1), container: container)
    }
    #expect(FieldTypes.holds("struct port", field("struct port ports[4]", "struct own")))
    #expect(FieldTypes.holds("struct port", field("const struct port *port", "struct own")))
    #expect(!FieldTypes.holds("struct port", field("struct portal *port", "struct own")))
    let few = (0..<7).map { field("int time", "struct s\($0)") }
    #expect(!FieldTypes.isCommon(few + few))
    #expect(FieldTypes.isCommon(few + [field("int time", "struct s7")]))
  }

  /// What the rule gives may be put into a variable first: it is the same conversion.
  @Test(arguments: [("late = timeout_of(p);", 3), ("late = other_of(p);", 1)])
  func valueInAVariableOfItsOwn(_ feeder: String, support: Int) {
    func text(_ body: String) -> String {
      "int f(struct port *p)\n{\n\tint x, late;\n\n\tbegin();\n\(body)\tend();\n\treturn x;\n}\n"
    }
    let conversions =
      [
        Conversion(
          path: "a.c", oldText: text("\tx = p->time;\n"), newText: text("\tx = timeout_of(p);\n"), oldStart: 1,
          newStart: 1)
      ]
      + (0..<2).map {
        Conversion(
          path: "d\($0).c", oldText: text("\tif (x > 2 * p->time)\n\t\tgo();\n"),
          newText: text("\t\(feeder)\n\tif (x > 2 * late)\n\t\tgo();\n"), oldStart: 1, newStart: 1)
      }
    let found = Learner.rules(
      for: SoughtSymbol(name: "time", kind: .fieldGone, container: "struct port"), from: conversions)
    #expect(found.first { $0.right == "timeout_of(¤0)" }?.rule.support == support)
  }
}
