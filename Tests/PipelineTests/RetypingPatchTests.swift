// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import DriverAdaptation
import KernelBuild
import KernelModel
import Testing

@Suite struct RetypingPatchTests {
  /// What SmPL says of a retyping Coccinelle does.
  @Test func coccinelleDoesIt() async throws {
    let conversions = (0..<3).map { number in
      Conversion(
        path: "drivers/a\(number).c",
        oldText: "void f\(number)(struct addr *a)\n{\n\tk_use(a->data);\n\tset_addr(a);\n}\n",
        newText: "void f\(number)(struct storage *a)\n{\n\tk_use(a->__data);\n\tset_addr(a);\n}\n",
        oldStart: 1, newStart: 1)
    }
    let learner = RetypingLearner("struct addr", "struct storage", for: "set_addr", from: conversions, near: Nearness())
    {
      $0.hasPrefix("k_")
    }
    let rule = try #require(learner.rule())
    let driver =
      "int own(struct dev *d, struct addr *p)\n{\n\tstruct addr a;\n\n\tk_copy(d->x, a.data, 6);\n"
      + "\tk_copy(d->x, p->data, 6);\n\treturn d->data;\n}\n"
    let result = try await Spatch().apply(rule.rule.smpl, to: ["own.c": SourceText(driver.utf8)])
    #expect(result.reason == nil)
    #expect(
      String(decoding: result.files["own.c"] ?? [], as: UTF8.self)
        == driver.replacing("struct addr", with: "struct storage").replacing("a.data", with: "a.__data")
        .replacing("p->data", with: "p->__data"))
  }
}
