// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import KernelModel
import Testing

/// Fields that got another name, and with it the functions that in-tree initialisers assign to them.
@Suite struct RenamedValueTests {
  private func conversion(_ number: Int, _ old: String, _ new: String) -> Conversion {
    let head = "const struct k_ops ops\(number) = {\n"
    return Conversion(
      path: "fs/a\(number)/file.c", oldText: head + old + "\t.other\t= a\(number)_other,\n};\n",
      newText: head + new + "\t.other\t= a\(number)_other,\n};\n", oldStart: 20, newStart: 20)
  }

  @Test func aDriverKeepsItsOwnNames() {
    let conversions = (0..<4).map { number in
      conversion(
        number, "\t.readpage\t= a\(number)_readpage,\n",
        "\t.dirty\t\t= k_dirty,\n\t.read_folio\t= a\(number)_read_folio,\n")
    }
    let symbol = SoughtSymbol(name: "readpage", kind: .fieldGone, container: "struct k_ops")
    let rules = Learner.rules(for: symbol, from: conversions)
    #expect(rules.first?.left == ".readpage")
    #expect(rules.first?.right == ".read_folio")
    #expect(rules.first?.rule.support == 4)
  }

  /// A field that most initialisers gained with it: a driver's lacks it.
  @Test func whatInitialisersGainedIsTold() {
    let conversions = (0..<5).map { number in
      conversion(
        number, "\t.readpage\t= a\(number)_readpage,\n",
        (number < 3 ? "\t.dirty\t\t= k_dirty,\n" : "") + "\t.read_folio\t= a\(number)_read_folio,\n")
    }
    let symbol = SoughtSymbol(name: "readpage", kind: .fieldGone, container: "struct k_ops")
    let known = TreeKnowledge(newcomers: [.init(name: "unrelated", share: 0.2, baseRate: 0.1)])
    let rules = Learner.rules(for: symbol, from: conversions, knowing: known)
    #expect(
      rules.first?.rule.flags.map(\.detail) == [
        "`dirty` appears in most files converted this way, and not in this edit"
      ])
  }

  /// Another function, not the same one under a new name.
  @Test func anotherFunctionIsAnotherValue() {
    let conversions = (0..<4).map { number in
      conversion(
        number, "\t.old\t= a\(number)_do_this,\n\t.b\t= 1,\n\t.c\t= 2,\n",
        "\t.b\t= 1,\n\t.c\t= 3,\n\t.new\t= a\(number)_do_that,\n")
    }
    let symbol = SoughtSymbol(name: "old", kind: .fieldGone, container: "struct k_ops")
    #expect(Learner.rules(for: symbol, from: conversions).allSatisfy { !$0.right.contains("new") })
  }
}
