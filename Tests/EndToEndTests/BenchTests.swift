// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import TestSupport
import Testing

/// `kmend bench` and `kmend rules` as they are shipped.
extension EndToEnd {
  @Suite struct BenchTests {
    private static let control = "#include <linux/module.h>\nMODULE_LICENSE(\"GPL\");\n"

    /// One driver that breaks, with its maintainer's later version, and one control.
    @Test func adaptsATableAndHoldsItAgainstTheMaintainer() async throws {
      try await withTemporaryFolder { folder in
        let source = golden("EndToEnd/three-breaks")
        for name in ["breaking", "later"] {
          try FileManager.default.copyItem(atPath: source, toPath: "\(folder)/\(name)")
        }
        // The maintainer changed one place as kmend does, one in other words and not the third.
        let text = try String(contentsOfFile: "\(source)/three_breaks.c", encoding: .utf8)
          .replacing("strlcpy(name, \"three breaks\", sizeof(name))", with: "copy_name(\"three breaks\")")
          .replacing(
            "static char name[16];", with: "static char name[16];\n#define copy_name(x) strscpy(name, x, sizeof(name))"
          )
          .replacing("\t.llseek = no_llseek,\n", with: "#ifdef no_llseek\n\t.llseek = no_llseek,\n#endif\n")
          .replacing(
            "#include <asm/unaligned.h>", with: "#define get_unaligned_be32(x) be32_to_cpup((const __be32 *)(x))")
        try text.write(toFile: "\(folder)/later/three_breaks.c", atomically: true, encoding: .utf8)
        try FileManager.default.createDirectory(atPath: "\(folder)/still", withIntermediateDirectories: true)
        try Self.control.write(toFile: "\(folder)/still/still.c", atomically: true, encoding: .utf8)
        try "obj-m := still.o\n".write(toFile: "\(folder)/still/Makefile", atomically: true, encoding: .utf8)
        let breaking = "\(folder)/breaking.csv"
        try "path,builds_on,fails_on,fixed_in\nbreaking,6.1,6.12,later\nnowhere,6.1,6.12,\n"
          .write(toFile: breaking, atomically: true, encoding: .utf8)
        let controls = "\(folder)/controls.csv"
        try "path,builds_on\nstill,6.1 6.12\n".write(toFile: controls, atomically: true, encoding: .utf8)
        let out = "\(folder)/out"
        let arguments = ["bench", breaking, controls, "--out", out, "--no-boot"]
        let run = try await Shipped.kmend(arguments)
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output.contains("## Against the maintainers' own later versions"))
        #expect(try String(contentsOfFile: "\(out)/summary.md", encoding: .utf8) + "\n" == run.output)
        let rows = try Self.rows("\(out)/results.csv")
        #expect(
          rows[0].prefix(11) == [
            "package", "version", "builds_on", "fails_on", "outcome", "compile_new", "compile_kept", "boot", "equal",
            "flags", "seconds",
          ])
        let byName = Dictionary(uniqueKeysWithValues: rows.dropFirst().map { ($0[0], $0) })
        #expect(byName["breaking"]?[4...8] == ["needs-review", "yes", "yes", "not-run", "different 2/3"], "\(rows)")
        #expect(byName["nowhere"]?[4] == "error")
        #expect(byName["still"]?[4] == "nothing-to-do")
        struct Equality: Decodable {
          struct Site: Decodable {
            var verdict: String
            var within: String
          }
          var schema: String
          var problem: String
          var sites: [Site]
        }
        let equality = try JSONDecoder().decode(
          Equality.self, from: Data(contentsOf: URL(fileURLWithPath: "\(out)/cases/breaking_6.1_6.12/equality.json")))
        #expect(equality.schema == "kmend-equality-1" && equality.problem.isEmpty)
        #expect(equality.sites.map(\.verdict) == ["different", "same", "equivalent"])
        #expect(equality.sites.map(\.within) == ["", "three_breaks_fops", "three_breaks_init"])
        // What is there is not done again.
        try FileManager.default.removeItem(atPath: "\(out)/cases")
        let again = try await Shipped.kmend(arguments + ["--resume", "--json", "--quiet"])
        #expect(again.code == 0, "\(again.errors)")
        let cells = try JSONDecoder().decode([[String: String]].self, from: Data(again.output.utf8))
        #expect(cells.map { $0["package"] } == ["breaking", "nowhere", "still"])
        #expect(!FileManager.default.fileExists(atPath: "\(out)/cases"))
      }
      #expect(Shipped.leftovers().isEmpty)
    }

    /// Fields between commas; none of these holds a quoted one.
    private static func rows(_ file: String) throws -> [[String]] {
      try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
    }

    @Test func rulesOfASymbol() async throws {
      struct Report: Decodable {
        struct Rule: Decodable {
          var summary: String
          var support: Int
        }
        var symbol: String
        var rules: [Rule]
      }
      let pair = ["--from", "6.1", "--to", "6.12", "--quiet"]
      let run = try await Shipped.kmend(["rules", "no_llseek", "--json"] + pair)
      #expect(run.code == 0, "\(run.errors)")
      let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
      #expect(report.symbol == "no_llseek")
      #expect((report.rules.first?.support ?? 0) > 100)
      let text = try await Shipped.kmend(["rules", "strlcpy"] + pair)
      #expect(text.output.contains("strscpy(") && text.output.contains("in-tree"))
      try await withTemporaryFolder { folder in
        let patch = try await Shipped.kmend(["rules", "strlcpy", "--cocci"] + pair)
        try patch.output.write(toFile: "\(folder)/rule.cocci", atomically: true, encoding: .utf8)
        let parsed = try await Shipped.run("spatch", ["--parse-cocci", "\(folder)/rule.cocci"])
        #expect(parsed.code == 0, "\(parsed.errors)")
      }
      let unknown = try await Shipped.kmend(["rules", "no_such_symbol_anywhere"] + pair)
      #expect(unknown.code == 65 && unknown.output.isEmpty)
      #expect(unknown.errors.contains("is not declared"), "\(unknown.errors)")
    }
  }
}
