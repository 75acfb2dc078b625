// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import KernelModel
import Testing

/// What in-tree functions show of variables that became variables of another structure.
@Suite struct RetypingTests {
  private func conversion(_ number: Int, _ old: String, _ new: String) -> Conversion {
    Conversion(path: "drivers/a\(number).c", oldText: old, newText: new, oldStart: 10, newStart: 10)
  }

  private func rule(_ conversions: [Conversion]) -> LearnedRule? {
    RetypingLearner("struct addr", "struct storage", for: "set_addr", from: conversions, near: Nearness()) {
      $0.hasPrefix("k_")
    }.rule { _, _ in nil }
  }

  /// A local variable under another name: its fields, and a call that takes one.
  private func local(_ number: Int) -> Conversion {
    conversion(
      number,
      "static int f\(number)(struct dev *d)\n{\n\tstruct addr sa;\n\n\tk_copy(d->addr, sa.data, 6);\n"
        + "\tsa.family = d->type;\n\td->mode = k_mode(sa.mode);\n\treturn set_addr(d, &sa);\n}\n",
      "static int f\(number)(struct dev *d)\n{\n\tstruct storage ss;\n\n\tk_copy(d->addr, ss.__data, 6);\n"
        + "\tss.family = d->type;\n\td->mode = k_new_mode(ss.mode);\n\treturn set_addr(d, &ss);\n}\n")
  }

  /// A parameter under its own name, and a statement that became a call.
  private func parameter(_ number: Int) -> Conversion {
    conversion(
      number, "static void g\(number)(struct addr *a, u32 caps)\n{\n\ta->caps = caps;\n\tk_use(a->data);\n}\n",
      "static void g\(number)(struct storage *a, u32 caps)\n{\n\tk_set_caps(a->caps, caps);\n\tk_use(a->__data);\n}\n")
  }

  @Test func usesAreToldOfWhateverTheVariableIsCalled() throws {
    let found = try #require(rule((0..<3).map(local) + (3..<5).map(parameter)))
    let uses = try #require(found.retyping?.uses)
    #expect(
      uses.map { "\($0.left) → \($0.right)  \($0.support)/\($0.opportunities)" } == [
        "¤0->data → ¤0->__data  5/5", "k_mode(¤0->mode) → k_new_mode(¤0->mode)  3/3",
        "¤0->caps = ¤1 → k_set_caps(¤0->caps, ¤1)  2/2",
      ])
    #expect((found.left, found.right) == ("struct addr", "struct storage"))
    // Of those that name the function.
    #expect(found.rule.support == 3)
    #expect(found.rule.examples.first?.before == "struct addr sa")
    #expect(found.rule.examples.first?.after == "struct storage ss")
    #expect(found.rule.flags.isEmpty)
  }

  @Test func whatOneFileDoesIsNoRule() {
    #expect(rule([local(0)]) == nil)
    // What one file does to a use neither: the types are told, the use is not.
    #expect(rule([local(0), parameter(1)])?.retyping?.uses.map(\.left) == ["¤0->data"])
    #expect(rule([local(0), parameter(1)])?.rule.flags.map(\.reason) == [.fewExamples])
  }

  /// The old type stays in the function, or two variables may each be the one: nothing is told.
  @Test func whatIsNotSureIsNotTold() {
    let both = (0..<3).map { number in
      conversion(
        number, "void f\(number)(struct addr *a, struct addr *b)\n{\n\tk_use(a->data, b->data);\n}\n",
        "void f\(number)(struct storage *c, struct storage *d)\n{\n\tk_use(c->__data, d->__data);\n}\n")
    }
    #expect(rule(both) == nil)
    // A name that a driver need not have.
    let own = (0..<3).map { number in
      conversion(
        number, "void f\(number)(struct addr *a)\n{\n\tk_use(a->data);\n}\n",
        "void f\(number)(struct storage *a)\n{\n\tk_use(own_\(number)(a));\n}\n")
    }
    #expect(rule(own)?.retyping?.uses == [])
  }

  /// The function has another name now, the variable is set where it is declared, and one is told of a test.
  @Test func whereAVariableComesFromIsToldAsWell() throws {
    let conversions = (0..<3).map { number in
      conversion(
        number,
        "static int f\(number)_addr(struct ev *e)\n{\n\tstruct addr *addr = e->addr;\n\n\tif (!addr)\n\t\treturn 1;\n"
          + "\tk_wait(addr);\n\treturn 0;\n}\n",
        "static int f\(number)_storage(struct ev *e)\n{\n\tstruct storage *s = k_storage(e->addr);\n\n"
          + "\tif (k_bad(s))\n\t\treturn 1;\n\tk_storage_wait(s);\n\treturn 0;\n}\n")
    }
    let found = try #require(rule(conversions)?.retyping)
    #expect(
      found.uses.map { "\($0.left) → \($0.right)" } == [
        "k_wait(¤0) → k_storage_wait(¤0)", "¤0 = ¤1->addr → ¤0 = k_storage(¤1->addr)",
      ])
    #expect(found.checks.map { "\($0.left) → \($0.right)" } == ["!¤0 → k_bad(¤0)"])
    #expect(Retyping.successor(of: "struct addr", beside: "k_wait", from: conversions) == "struct storage")
  }
}
