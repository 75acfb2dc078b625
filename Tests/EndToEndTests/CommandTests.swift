// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import TestSupport
import Testing

/// What people and scripts rely on, whatever the command.
extension EndToEnd {
  @Suite struct CommandTests {
    @Test func helpFitsATerminal() async throws {
      let commands = try await commands(below: [])
      #expect(commands.count >= 11, "they are found at all: \(commands)")
      for command in commands {
        let run = try await Shipped.kmend(command + ["--help"], environment: ["COLUMNS": "80"])
        #expect(run.code == 0)
        let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.filter { $0.count > 80 && !$0.hasPrefix("USAGE:") } == [], "\(command)")
        // A paragraph that was wrapped twice has short lines in its middle.
        let ragged = zip(lines, lines.dropFirst()).filter { line, next in
          (1..<40).contains(line.count) && line.last != "." && line.last != ":" && (next.first?.isLowercase ?? false)
        }
        #expect(ragged.isEmpty, "\(command): \(ragged)")
      }
    }

    /// A command and all below it, as its own help lists them.
    private func commands(below command: [String]) async throws -> [[String]] {
      let help = try await Shipped.kmend(command + ["--help"], environment: ["COLUMNS": "80"]).output
      var found = [command]
      let list = help.split(separator: "\n", omittingEmptySubsequences: false)
        .drop { $0 != "SUBCOMMANDS:" }.dropFirst().prefix { !$0.isEmpty }
      for line in list where line.hasPrefix("  ") && line.dropFirst(2).first != " " {
        guard let name = line.split(separator: " ").first else { continue }
        found += try await commands(below: command + [String(name)])
      }
      return found
    }

    @Test(arguments: [
      (["frobnicate"], "frobnicate"), (["kernel", "list", "--wrong"], "--wrong"), (["adapt"], "--from"),
      (["diagnose", "x", "--from", "6.1", "--to", "6.12", "--timeout", "0"], "--timeout"),
      (["adapt", "x", "--from", "6.1", "--to", "6.12", "--compat", "magic"], "magic"),
    ])
    func usageErrors(arguments: [String], says: String) async throws {
      let run = try await Shipped.kmend(arguments)
      #expect(run.code == 64)
      #expect(run.output.isEmpty)
      #expect(run.errors.contains(says), "\(run.errors)")
    }

    /// Only the list of kernels is of interest here: the records without the files.
    @Test func kernelsAreListedAndRemoved() async throws {
      try await withTemporaryFolder { folder in
        let cache = ["KMEND_CACHE": folder]
        #expect(try await Shipped.kmend(["kernel", "list"], environment: cache).output.contains("kmend kernel add"))
        #expect(try await list(folder).isEmpty)
        let stored = Shipped.cache + "/kernels"
        for name in try FileManager.default.contentsOfDirectory(atPath: stored)
        where name.hasPrefix("6.1@") || name.hasPrefix("6.12@") {
          try FileManager.default.createDirectory(
            atPath: "\(folder)/kernels/\(name)", withIntermediateDirectories: true)
          try FileManager.default.copyItem(
            atPath: "\(stored)/\(name)/kernel.json", toPath: "\(folder)/kernels/\(name)/kernel.json")
        }
        #expect(try await list(folder) == ["6.1", "6.12"])
        let table = try await Shipped.kmend(["kernel", "list"], environment: cache).output.split(separator: "\n")
        #expect(table.count == 3)
        let columns = table.map {
          $0.distance(from: $0.startIndex, to: $0.range(of: "  ")?.lowerBound ?? $0.startIndex)
        }
        #expect(columns.allSatisfy { $0 <= 4 }, "\(table)")
        let unknown = try await Shipped.kmend(["kernel", "remove", "5.99"], environment: cache)
        #expect(unknown.code == 69)
        #expect(unknown.errors.contains("5.99") && unknown.errors.contains("kmend kernel list"), "\(unknown.errors)")
        let removed = try await Shipped.kmend(["kernel", "remove", "6.1"], environment: cache)
        #expect(removed.code == 0, "\(removed.errors)")
        #expect(removed.output == "removed 6.1\n")
        #expect(try await list(folder) == ["6.12"])
        let pruned = try await Shipped.kmend(["kernel", "prune"], environment: cache)
        #expect(pruned.code == 0, "\(pruned.errors)")
        #expect(pruned.output.hasPrefix("freed "))
      }
    }

    private func list(_ cache: String) async throws -> [String] {
      struct Entry: Decodable {
        struct Identity: Decodable { var name: String }
        var identity: Identity
        var bytes: Int
        var present: [String]
      }
      let run = try await Shipped.kmend(["kernel", "list", "--json"], environment: ["KMEND_CACHE": cache])
      #expect(run.code == 0, "\(run.errors)")
      return try JSONDecoder().decode([Entry].self, from: Data(run.output.utf8)).map(\.identity.name)
    }

    /// On a terminal, and nowhere else, and not where the environment asks for none.
    @Test(arguments: [(true, "", true), (true, "1", false), (false, "", false)])
    func colour(terminal: Bool, noColour: String, isThere: Bool) async throws {
      let command = ["diagnose", golden("EndToEnd/three-breaks"), "--from", "6.1", "--to", "6.12", "--quiet"]
      let line = ([Shipped.kmend] + command).map { "'\($0)'" }.joined(separator: " ")
      let set = noColour.isEmpty ? "unset NO_COLOR; " : "export NO_COLOR=\(noColour); "
      let run = try await Shipped.run(
        terminal ? "script" : "sh", terminal ? ["-qec", set + line, "/dev/null"] : ["-c", set + line],
        environment: ["TERM": "xterm"])
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.output.contains("strlcpy"))
      #expect(run.output.contains("\u{1B}[") == isThere, "\(run.output)")
    }

    @Test func doctorTellsScripts() async throws {
      struct Entry: Decodable {
        var name: String
        var state: String
        var detail: String
        var remedy: String
      }
      let run = try await Shipped.kmend(["doctor", "--json", "--quiet"])
      let checks = try JSONDecoder().decode([Entry].self, from: Data(run.output.utf8))
      #expect(run.code == (checks.contains { $0.state == "failed" } ? 69 : 0))
      #expect(run.errors.isEmpty)
      #expect(checks.allSatisfy { ["ok", "warning", "failed"].contains($0.state) && !$0.detail.isEmpty })
      #expect(checks.allSatisfy { $0.state == "ok" || !$0.remedy.isEmpty }, "what is wrong comes with a remedy")
      #expect(Set(checks.map(\.name)).isSuperset(of: ["gcc", "C front end", "kernels", "mirror", "test machine"]))
    }
  }
}
