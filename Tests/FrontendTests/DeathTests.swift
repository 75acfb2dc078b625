// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontend
import Foundation
import KernelModel
import TestSupport
import Testing

extension FrontendTests {
  @Test func aKilledProcessComesBack() async throws {
    let messages = try await withFiles(["a.c": "int x = y;\n"]) { frontend, _ in
      let before = try await frontend.open("a.c")
      #expect(killFrontends() > 0)
      // The one that notices the death may fail; the next one must not.
      _ = try? await frontend.reparse(unit: "a.c", overlays: [:])
      let after = try await frontend.reparse(unit: "a.c", overlays: [:])
      let declarations = try await frontend.lookup(unit: "a.c", names: ["x"])
      return (before == after, declarations.map(\.text))
    }
    #expect(messages.0)
    #expect(messages.1 == ["int x"])
  }

  @Test func aHangCostsOneAnswer() async throws {
    let found = try await withFiles(
      ["a.c": "#include \"pipe.h\"\n", "b.c": "int x = y;\n"], patience: Patience(open: 2, others: 2)
    ) { frontend, folder in
      // Nobody ever writes into it: opening it blocks.
      #expect(mkfifo("\(folder)/pipe.h", 0o644) == 0)
      await #expect(throws: Failure.self) { try await frontend.open("a.c") }
      return try await frontend.open("b.c")
    }
    #expect(found.count == 1)
  }

  @Test(arguments: [
    ("-", 300_000), ("(", 300_000), ("*&", 200_000), ("{", 300_000), ("sizeof ", 100_000),
  ])
  func deepInputCostsAtMostOneAnswer(_ opener: String, _ depth: Int) async throws {
    let deep = "int f(int x) { return " + String(repeating: opener, count: depth) + "x; }\n"
    let found = try await withFiles(["deep.c": deep, "b.c": "int x = y;\n"]) { frontend, _ in
      _ = try? await frontend.open("deep.c")
      return try await frontend.open("b.c")
    }
    #expect(found.count == 1)
  }
}

/// Kills the `kmend-cindex` processes that descend from this one; how many there were.
private func killFrontends() -> Int {
  let processes = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
  var parents: [Int32: Int32] = [:]
  for process in processes {
    let stat = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
    let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
    if fields.count > 1, let parent = Int32(fields[1]) { parents[process] = parent }
  }
  func isOurs(_ process: Int32) -> Bool {
    var ancestor = process
    for _ in 0..<32 {
      guard let parent = parents[ancestor] else { return false }
      if parent == getpid() { return true }
      ancestor = parent
    }
    return false
  }
  let victims = processes.filter { process in
    let line = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/cmdline"))) ?? Data()
    return line.starts(with: Array("/opt/kmend-cindex".utf8)) && isOurs(process)
  }
  for victim in victims { kill(victim, SIGKILL) }
  return victims.count
}
