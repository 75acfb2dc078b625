// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Pipeline
import TestSupport
import Testing

@Suite struct RuleRunTests {
  private static let driver = """
    #include <linux/words.h>

    int show(char *to, char *from, int size)
    {
    \tif (size)
    \t\twords_copy(to + 1, from, size - 1); /* Andr\u{e9} */
    \twords_copy(to, from,
    \t\t   size);
    \treturn 0;
    }

    """
  private static let adapted = driver.replacing("words_copy", with: "words_scopy")
    .replacing("size - 1);", with: "size - 1, 0);").replacing("\t\t   size);", with: "\t\t    size, 0);")

  /// A history that teaches, and a folder with a driver, a link to a file outside, and a link to a folder outside.
  private func withDriver(_ body: (RuleOriginTests.History, String) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let history = try RuleOriginTests.History(folder)
      let place = "\(folder)/driver"
      for path in ["driver/sub/show.c", "driver/.hidden/show.c", "outside/show.c"] {
        let url = URL(fileURLWithPath: "\(folder)/\(path)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(Self.driver.utf8).write(to: url)
      }
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: "\(place)/sub/show.c")
      let manager = FileManager.default
      try manager.createSymbolicLink(atPath: "\(place)/link.c", withDestinationPath: "../outside/show.c")
      try manager.createSymbolicLink(atPath: "\(place)/folder", withDestinationPath: "../outside")
      try manager.createSymbolicLink(atPath: "\(place)/loop", withDestinationPath: ".")
      try await body(history, place)
    }
  }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  private func run(_ history: RuleOriginTests.History) throws -> RuleRun {
    RuleRun(workspace: try history.workspace(), steps: Steps { _ in })
  }

  @Test func rulesOfAFileAndOfASymbolDoTheSame() async throws {
    try await withDriver { history, place in
      let origin = RuleOrigin.range(repository: history.tree, "v1..v3")
      let listed = try await history.rules("words_copy", origin)
      let json = [UInt8](try JSONEncoder().encode(listed))
      let fromFile = try await run(history).apply(.report(json, name: "rules.json"), to: place)
      let fromSymbol = try await run(history).apply(.symbol("words_copy", origin), to: place)
      #expect(fromFile.diff == fromSymbol.diff)
      #expect(fromFile.files.map(\.path) == ["sub/show.c"])
      #expect(fromFile.rules.map(\.places).reduce(0, +) == 2)
      #expect(!fromFile.written)
      #expect(try text("\(place)/sub/show.c") == Self.driver)
      // git is the judge of the diff.
      try Data(fromFile.bytes).write(to: URL(fileURLWithPath: "\(history.folder)/x.diff"))
      try history.git(["init", "-q", "."], in: place)
      try history.git(["apply", "\(history.folder)/x.diff"], in: place)
      #expect(try text("\(place)/sub/show.c") == Self.adapted)
      let again = try await run(history).apply(.report(json, name: "rules.json"), to: place)
      #expect(again.files.isEmpty && again.diff.isEmpty && again.rules.isEmpty)
    }
  }

  @Test func inPlaceStaysInTheFolder() async throws {
    try await withDriver { history, place in
      let origin = RuleOrigin.range(repository: history.tree, "v1..v3")
      let report = try await run(history).apply(.symbol("words_copy", origin), to: place, inPlace: true)
      #expect(report.written)
      #expect(try text("\(place)/sub/show.c") == Self.adapted)
      let mode = try FileManager.default.attributesOfItem(atPath: "\(place)/sub/show.c")[.posixPermissions]
      #expect(mode as? Int == 0o640)
      #expect(try text("\(history.folder)/outside/show.c") == Self.driver)
      #expect(try text("\(place)/.hidden/show.c") == Self.driver)
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(place)/sub") == ["show.c"])
    }
  }

  @Test func rulesAreChosenById() async throws {
    try await withDriver { history, place in
      let origin = RuleOrigin.range(repository: history.tree, "v1..v3")
      let listed = try await history.rules("words_copy", origin)
      let last = try #require(listed.rules.last).rule.id
      let report = try await run(history).apply(.symbol("words_copy", origin), only: [last], to: place)
      #expect(Set(report.rules.map(\.rule)).isSubset(of: [last]))
      let failure = await #expect(throws: Failure.self) {
        try await run(history).apply(.symbol("words_copy", origin), only: ["words_copy-99"], to: place)
      }
      #expect(failure?.code == .badInput)
      #expect(failure?.remedy.contains("words_copy-1") == true)
    }
  }

  @Test(arguments: ["", "{}", "[1]", "{\"schema\":\"kmend-rules-1\"}", "\u{0}"])
  func whatIsNoRulesIsRefused(json: String) async throws {
    try await withDriver { history, place in
      let failure = await #expect(throws: Failure.self) {
        try await run(history).apply(.report(Array(json.utf8), name: "rules.json"), to: place)
      }
      #expect(failure?.code == .badInput)
      #expect(failure?.subject == "rules.json")
    }
  }

  @Test func noFolderIsBadInput() async throws {
    try await withDriver { history, place in
      for folder in ["\(place)/none", "\(place)/sub/show.c"] {
        let failure = await #expect(throws: Failure.self) {
          try await run(history).apply(.semanticPatch("@@ @@\n-a\n+b\n"), to: folder)
        }
        #expect(failure?.code == .badInput)
      }
    }
  }

  /// Coccinelle itself takes the file, without anything of kmend's.
  @Test func semanticPatchStandsOnItsOwn() async throws {
    try await withDriver { history, place in
      let listed = try await history.rules("words_copy", .range(repository: history.tree, "v1..v3"))
      let text = try await CocciFile(workspace: try history.workspace()).text(of: listed)
      let file = "\(history.folder)/rules.cocci"
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/spatch")
      process.arguments = ["--very-quiet", "--in-place", "--sp-file", file, "--dir", "\(place)/sub"]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      let contained = try await run(history).apply(.semanticPatch(text), to: place)
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      let result = try self.text("\(place)/sub/show.c")
      func folded(_ text: String) -> [Substring] { text.split(whereSeparator: \.isWhitespace) }
      #expect(folded(result) == folded(Self.adapted))
      #expect(contained.files.map(\.path) == ["sub/show.c"])
    }
  }

  /// From patches alone nobody knows that `chip` is a variable: the rule holds only where there is one.
  @Test func namesOfTheConvertedFunctionMustBeThere() async throws {
    try await withDriver { history, place in
      let patches = "\(history.folder)/patches"
      try FileManager.default.createDirectory(atPath: patches, withIntermediateDirectories: true)
      for name in ["a", "b", "c"] {
        let patch = """
          --- a/drivers/\(name).c
          +++ b/drivers/\(name).c
          @@ -10,5 +10,5 @@ static int \(name)_probe(struct device *dev, struct chip *chip,
          \tint ret;

          -\tret = chip_add(&\(name)->chip_of_\(name));
          +\tret = chip_add(chip);
          \treturn ret;
           }

          """
        try Data(patch.replacing("\n\t", with: "\n \t").utf8).write(
          to: URL(fileURLWithPath: "\(patches)/\(name).patch"))
      }
      let listed = try await history.rules("chip_add", .patches(patches))
      let rule = try #require(listed.rules.first { $0.rule.summary == "`chip_add(E0)` → `chip_add(chip)`" })
      #expect(rule.rule.support == 3)
      #expect(rule.rule.commits.map(\.subject) == ["a.patch", "b.patch", "c.patch"])
      let source = """
        int one(struct chip *chip)
        {
        \treturn chip_add(&x->y);
        }

        int two(void)
        {
        \treturn chip_add(&x->y);
        }

        """
      try Data(source.utf8).write(to: URL(fileURLWithPath: "\(place)/sub/show.c"))
      let report = try await run(history).apply(.symbol("chip_add", .patches(patches)), to: place, inPlace: true)
      #expect(report.left.map(\.site) == [Site(file: "sub/show.c", line: 8)])
      let changed = try text("\(place)/sub/show.c")
      #expect(changed.contains("int one(struct chip *chip)\n{\n\treturn chip_add(chip);"))
      #expect(changed.contains("int two(void)\n{\n\treturn chip_add(&x->y);"))
    }
  }

  @Test func scriptsAreRefused() async throws {
    try await withDriver { history, place in
      let failure = await #expect(throws: Failure.self) {
        try await run(history).apply(.semanticPatch("@script:python@\n@@\nprint(1)\n"), to: place)
      }
      #expect(failure?.code == .badInput)
    }
  }
}
