// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Settings
import TestSupport
import Testing

@Suite struct ConfigurationTests {
  private func read(_ text: String) async throws -> Configuration {
    try await withTemporaryFolder { folder in
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/kmend.toml"))
      return try Configuration(file: folder + "/kmend.toml")
    }
  }
  private static let tree = "[[tree]]\nname = \"mainline\"\nrepository = \"/srv/linux.git\"\n"

  @Test func whatIsNotSaidIsUsual() async throws {
    let read = try await read("state = \"/var/lib/kmend\"\n\(Self.tree)")
    let tree = Configuration.Tree(name: "mainline", repository: "/srv/linux.git", line: "mainline")
    #expect(read == Configuration(state: "/var/lib/kmend", limits: .init(), tree: [tree]))
    #expect(read.tree[0].refs == ["refs/heads/*"])
  }

  /// The example of the page is one that is taken, and the page names every key.
  @Test func thePageIsTrue() async throws {
    let page = try String(contentsOfFile: "\(repositoryRoot)/Documentation/configuration.md", encoding: .utf8)
    let example = try #require(page.firstMatch(of: /```toml\n(?<text>[^`]+)```/)).output.text
    let read = try await read(String(example))
    #expect(read.tree.map(\.line) == ["mainline", "6.12"])
    #expect((read.limits.jobs, read.tree[0].seconds) == (2, 30))
    let keys = [
      Configuration.keys, Configuration.Limits.keys.map { "limits.\($0)" },
      Configuration.Hook.keys.map { "hook.\($0)" },
      Configuration.List.keys.map { "list.\($0)" },
      Configuration.Tree.keys.map { "tree.\($0)" },
    ]
    for key in keys.joined() where !["limits", "hook", "tree", "list"].contains(key) {
      #expect(page.contains("| `\(key)` |"), "\(key)")
    }
  }

  struct Row: CustomTestStringConvertible {
    var text: String
    var problem: String
    var testDescription: String { "\(text.suffix(30)): \(problem)" }
  }
  static let rows: [Row] = [
    Row(text: "", problem: "state is missing, or of another type"),
    Row(text: "state = 1\n", problem: "state is missing, or of another type"),
    Row(text: "state = \"here\"\n", problem: "state is no absolute path"),
    Row(text: "state = \"/x\"\nstat = 1\n", problem: "has unknown keys: stat"),
    Row(text: "state = \"/x\"\n[limits]\njob = 1\n", problem: "has unknown keys: limits.job"),
    Row(text: "state = \"/x\"\n[limits]\njobs = 0\n", problem: "limits.jobs is not between 1 and 64"),
    Row(text: "state = \"/x\"\n[limits]\ndays = -1\n", problem: "limits must be positive"),
    Row(
      text: "state = \"/x\"\n\(tree)\(tree)",
      problem: "name 'mainline' is taken, or not of letters, digits, '-', '_' and '.'"),
    Row(
      text: "state = \"/x\"\n" + tree.replacing("mainline", with: "../up"),
      problem: "name '../up' is taken, or not of letters, digits, '-', '_' and '.'"),
    Row(
      text: "state = \"/x\"\n" + tree.replacing("/srv", with: "file:///srv"),
      problem: "tree.repository 'file:///srv/linux.git' is neither an absolute path nor an https:// URL "
        + "without credentials (http:// only from this machine)"),
    Row(text: "state = \"/x\"\n\(tree)refs = [\"master\"]\n", problem: "tree.refs of mainline must begin with refs/"),
    Row(text: "state = \"/x\"\n\(tree)refs = []\n", problem: "tree.refs of mainline must begin with refs/"),
    Row(text: "state = \"/x\"\n\(tree)seconds = 0\n", problem: "tree.seconds of mainline must be positive"),
  ]

  @Test(arguments: rows) func whatItMayNotSayIsNamed(_ row: Row) async throws {
    let failure = await #expect(throws: Failure.self) { _ = try await read(row.text) }
    #expect(failure?.problem == row.problem)
    #expect(failure?.code == .badInput)
  }

  @Test func whatIsNoTOMLIsToldByItsLine() async throws {
    let failure = await #expect(throws: Failure.self) { _ = try await read("state = \"/x\"\nlimits = [\n") }
    #expect(failure?.subject.hasSuffix("kmend.toml:2") ?? false, "\(failure?.subject ?? "")")
    #expect(throws: Failure.self) { _ = try Configuration(file: "/nowhere/kmend.toml") }
  }
}
