// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import DriverAdaptation
import KernelModel
import Testing

/// Kernel code in drivers under other licences.
@Suite struct VerbatimTests {
  private static func rules(_ old: String, _ new: String) -> [LearnedRule] {
    func text(_ number: Int, _ statement: String) -> String {
      "int f\(number)(struct unit *unit, int how)\n{\n\tint ret = how;\n\n\t\(statement)\n\treturn ret;\n}\n"
    }
    let conversions = (0..<4).map {
      Conversion(
        path: "drivers/d\($0).c", oldText: text($0, old), newText: text($0, new), oldStart: 1, newStart: 1)
    }
    return Learner.rules(for: SoughtSymbol(name: "old_call", kind: .functionGone), from: conversions)
  }

  /// What counts: neither the driver's own, nor names of the interface, nor brackets.
  @Test(arguments: [
    ("old_call(unit, how);", "new_call(unit, how);", [String]()),
    ("old_call(unit, how);", "new_call(unit, how, 0);", ["0"]),
    ("ret = old_call(unit, how);", "ret = -new_call(&unit->dev, how ? NEW_ON : NEW_OFF);", ["-", "&", "?", ":"]),
    ("old_call(unit, how);", "new_call(unit, how, \"a b\", sizeof(struct how));", ["\"a b\"", "sizeof", "struct"]),
  ])
  func words(old: String, new: String, expected: [String]) throws {
    let rule = try #require(Self.rules(old, new).first)
    let text = VerbatimText(rule) { $0.hasPrefix("new_") || $0.hasPrefix("NEW_") }
    #expect(text.tokens == expected, "\(rule.left) -> \(rule.right)")
    #expect(!text.isMoreThanAFew)
  }

  private static let long = "new_call(unit, how & 3 ? how << 2 | 1 : -how, (how ^ 5) % 7 > 2, \"unit\");"

  @Test(
    arguments: [
      // Modules speak for all files.
      ("MODULE_LICENSE(\"Proprietary\");", "Proprietary"), ("MODULE_LICENSE(\"MIT\");", "MIT"),
      ("MODULE_LICENSE(\"GPL\");", nil), ("MODULE_LICENSE(\"GPL v2\");", nil),
      ("MODULE_LICENSE(\"Dual BSD/GPL\");", nil),
      ("#define LICENCE \"Pro\" \"prietary\"\nMODULE_LICENSE(LICENCE);", "Proprietary"),
      ("#define LICENCE \"GPL\"\nMODULE_LICENSE (LICENCE);", nil), ("MODULE_LICENSE(UNKNOWN);", "UNKNOWN"),
      // A file speaks for itself.
      ("// SPDX-License-Identifier: GPL-2.0-only\nMODULE_LICENSE(\"Proprietary\");", nil),
      ("/* SPDX-License-Identifier: (GPL-2.0+ OR MIT) */", nil),
      ("// SPDX-License-Identifier: BSD-3-Clause\r\nMODULE_LICENSE(\"GPL\");", "BSD-3-Clause"),
      ("/* SPDX-License-Identifier: LGPL-2.1 */\nMODULE_LICENSE(\"GPL\");", "LGPL-2.1"),
      ("", "no licence that it names"), ("// MODULE_LICENSE(\"GPL\");", "no licence that it names"),
    ] as [(String, String?)])
  func licences(source: String, foreign: String?) {
    #expect(Licences(driver: ["a.c": SourceText(source.utf8)]).foreign("a.c") == foreign)
  }

  @Test func aModuleSpeaksForFilesThatSayNothing() {
    let texts = [
      "a.c": "MODULE_LICENSE(\"GPL\");", "b.c": "MODULE_LICENSE(\"Proprietary\");", "c.c": "",
      "d.h": "/* SPDX-License-Identifier: GPL-2.0 */",
    ]
    let licences = Licences(driver: texts.mapValues { SourceText($0.utf8) })
    #expect(["a.c", "b.c", "c.c", "d.h"].map { licences.foreign($0) } == [nil, "Proprietary", "Proprietary", nil])
  }

  @Test func flagsLongTextInForeignFiles() throws {
    let rules = Self.rules("old_call(unit, how);", Self.long)
    let rule = try #require(rules.first)
    let licences = Licences(driver: [
      "a.c": SourceText("MODULE_LICENSE(\"Proprietary\");".utf8),
      "b.c": SourceText("// SPDX-License-Identifier: GPL-2.0".utf8),
    ])
    func flags(_ rule: LearnedRule, _ files: Set<String>) -> [Flag] {
      VerbatimFlags.flags([(rule, files)], licences: licences) { $1 == "new_call" }
    }
    let found = flags(rule, ["a.c", "b.c"])
    #expect(found.map(\.reason) == [.verbatim])
    let detail = found.first?.detail ?? ""
    #expect(detail.hasPrefix("a.c, under Proprietary, takes over "), "\(detail)")
    #expect(detail.contains("drivers/d0.c, drivers/d1.c, drivers/d2.c and 1 more of the kernel"), "\(detail)")
    #expect(flags(rule, ["b.c"]).isEmpty)
    let short = try #require(Self.rules("old_call(unit, how);", "new_call(unit, how, 0);").first)
    #expect(flags(short, ["a.c"]).isEmpty)
    // What follows from declarations was copied from nobody.
    var declared = rule
    declared.rule.support = 0
    #expect(flags(declared, ["a.c"]).isEmpty)
  }
}
