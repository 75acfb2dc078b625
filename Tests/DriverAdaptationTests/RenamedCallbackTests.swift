// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import ConversionLearning
import DriverAdaptation
import KernelModel
import Testing

/// A callback that has another name now, and takes other parameters under it.
@Suite struct RenamedCallbackTests {
  private static let driver =
    "static int own(struct file *file, struct page *page)\n{\n\treturn use(page);\n}\n"
    + "const struct k_ops ops = {\n\t.read\t= own,\n};\n"

  private static func rules() -> [LearnedRule] {
    let conversions = (0..<4).map { number in
      Conversion(
        path: "fs/a\(number).c", oldText: "const struct k_ops o\(number) = {\n\t.read\t= a\(number)_read,\n};\n",
        newText: "const struct k_ops o\(number) = {\n\t.fetch\t= a\(number)_fetch,\n};\n", oldStart: 1, newStart: 1)
    }
    return Learner.rules(
      for: SoughtSymbol(name: "read", kind: .fieldGone, container: "struct k_ops"), from: conversions)
  }

  /// What the compiler says of the field under its new name is worked on next; of any other it speaks against the edit.
  @Test(arguments: [("fetch", true), ("other", false)]) func itsPrototypeComesNext(field: String, isNext: Bool) throws {
    let gone = Break(
      site: Site(file: "a.c", line: 6), kind: .fieldGone, symbol: "read", container: "struct k_ops", message: "gone")
    let next = Break(
      site: Site(file: "a.c", line: 6), kind: .callbackPrototype, symbol: field,
      message: "incompatible function pointer types initializing 'int (*)(struct file *, struct folio *)' with an"
        + " expression of type 'int (struct file *, struct page *)'")
    let text = SourceText(Self.driver.utf8)
    var search = Search(files: ["a.c": text], breaks: [gone])
    let edits = try search.firstAttempt(with: Self.rules())
    #expect(
      String(decoding: try applying(edits, to: text).get(), as: UTF8.self)
        == Self.driver.replacing(".read\t", with: ".fetch\t"))
    search.told(breaks: [next])
    if case .learn(let symbols) = search.next() {
      #expect(isNext)
      #expect(symbols.map(\.name) == [field])
    } else {
      #expect(!isNext)
    }
  }
}
