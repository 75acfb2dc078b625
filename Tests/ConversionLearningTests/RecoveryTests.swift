// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import KernelModel
import Testing

/// Where functions that lost a parameter take its value from.
@Suite struct RecoveryTests {
  private func conversion(_ number: Int, _ value: String?) -> Conversion {
    let line = value.map { "\tconst struct id *id = \($0);\n" } ?? ""
    return Conversion(
      path: "drivers/a\(number).c",
      oldText: "static int a\(number)_probe(struct client *c\(number), const struct id *id)\n{\n\treturn id->n;\n}\n",
      newText: "static int a\(number)_probe(struct client *c\(number))\n{\n\(line)\treturn id->n;\n}\n", oldStart: 10,
      newStart: 10)
  }

  private func rule(_ values: [String?]) -> LearnedRule? {
    ParameterRecovery.rule(
      .init(type: ["const", "struct", "id", "*"]), from: values.enumerated().map { conversion($0, $1) },
      near: Nearness()
    ) { $0.hasPrefix("client_") }
  }

  @Test func theMajorityTells() throws {
    let found = try #require(rule(["client_id(c0)", "client_id(c1)", "client_id(c2)", "client_other(c3)", nil]))
    #expect(found.right == "client_id(¤0)")
    #expect(found.rule.support == 3)
    #expect(found.rule.confidence == 0.75)
    #expect(found.rule.examples.first?.after == "const struct id * id = client_id(c0)")
  }

  @Test func tooFewTellNothing() {
    #expect(rule(["client_id(c0)", "client_id(c1)"]) == nil)
    // A variable of that function alone is no answer for another one.
    #expect(rule((0..<4).map { _ in "client_id(local)" }) == nil)
  }

  /// Of several that went together each is told by its name.
  @Test(arguments: [(0, "¤1->table"), (1, "¤1->data")])
  func ofSeveralOfOneTypeTheNameTells(ordinal: Int, value: String) throws {
    let conversions = (0..<3).map { number in
      Conversion(
        path: "drivers/a\(number).c",
        oldText:
          "static int a\(number)_link(struct dev *d, struct id *t\(number)[], struct id *data[])\n{\n\treturn 0;\n}\n",
        newText:
          "static int a\(number)_link(struct dev *d, struct params *p)\n{\n\tstruct id **t\(number) = p->table;\n"
          + "\tstruct id **data = p->data;\n\treturn 0;\n}\n", oldStart: 10, newStart: 10)
    }
    let lost = ParameterRecovery.Lost(type: ["struct", "id", "*", "*"], ordinal: ordinal, count: 2)
    let found = try #require(ParameterRecovery.rule(lost, from: conversions, near: Nearness()) { _ in false })
    #expect(found.right == value)
    let alone = ParameterRecovery.Lost(type: ["struct", "id", "*", "*"])
    #expect(ParameterRecovery.rule(alone, from: conversions, near: Nearness()) { _ in false } == nil)
  }

  /// What stands in the parameter's place says the same as a variable; another parameter alone does not.
  @Test func whatStandsInItsPlaceTells() throws {
    let conversions = (0..<4).map { number in
      Conversion(
        path: "drivers/a\(number).c",
        oldText: "static int a\(number)_get(struct wiphy *w, struct net *n)\n{\n"
          + "\tstruct priv *p = net_priv(n);\n\n\treturn a\(number)_put(w, n, p);\n}\n",
        newText: "static int a\(number)_get(struct wiphy *w, struct wdev *d)\n{\n"
          + "\tstruct priv *p = net_priv(d->net);\n\n\treturn a\(number)_put(w, d, p);\n}\n",
        oldStart: 10, newStart: 10)
    }
    let lost = ParameterRecovery.Lost(type: ["struct", "net", "*"])
    let found = try #require(ParameterRecovery.rule(lost, from: conversions, near: Nearness()) { _ in false })
    #expect(found.right == "¤1->net")
    #expect(found.rule.support == 4)
    #expect(found.rule.confidence == 1)
    #expect(found.rule.examples.first?.before == "struct priv * p = net_priv(n)")
    #expect(found.rule.examples.first?.after == "struct priv * p = net_priv(d->net)")
  }
}
