// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import DriverAdaptation
import KernelModel
import Testing

/// Symbols in namespaces that a module does not import.
@Suite struct NamespaceTests {
  @Test(arguments: [
    ("MODULE_INFO(import_ns, __stringify(ns))", "MODULE_IMPORT_NS(INNER);\n"),
    ("MODULE_INFO(import_ns, ns)", "MODULE_IMPORT_NS(\"INNER\");\n"),
  ])
  func isImportedAsTheKernelDefines(body: String, line: String) throws {
    let driver = "int a;\nMODULE_LICENSE(\"GPL\");\nMODULE_AUTHOR(\"x\");\n"
    var found = Break(
      site: Site(file: "a.c", line: 0), kind: .namespace, symbol: "inner_call", container: "INNER", message: "m")
    found.after = Declaration(
      name: "MODULE_IMPORT_NS", kind: .macro, text: "MODULE_IMPORT_NS(ns)", site: Site(file: "module.h", line: 1),
      body: body)
    var search = Search(files: ["a.c": SourceText(driver.utf8)], breaks: [found])
    guard case .learn = search.next() else { return #expect(Bool(false)) }
    search.told(rules: [:])
    guard case .attempt(let edits) = search.next() else { return #expect(Bool(false)) }
    let text = String(decoding: try applying(edits, to: SourceText(driver.utf8)).get(), as: UTF8.self)
    #expect(text == "int a;\nMODULE_LICENSE(\"GPL\");\n\(line)MODULE_AUTHOR(\"x\");\n")
  }
}
