// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontend
import Foundation
import KernelModel
import Sandbox
import TestSupport
import Testing

extension FrontendTests {
  @Test func aKilledProcessComesBack() async throws {
    let messages = try await withFiles(["a.c": "int x = y;\n"]) { frontend, folder in
      let before = try await frontend.open("a.c")
      #expect(killFrontends(showing: folder) > 0)
      // The one that notices the death may fail; the next one must not.
      _ = try? await frontend.reparse(unit: "a.c", overlays: [:])
      let after = try await frontend.reparse(unit: "a.c", overlays: [:])
      let declarations = try await frontend.lookup(unit: "a.c", names: ["x"])
      return (before == after, declarations.map(\.text))
    }
    #expect(messages.0)
    #expect(messages.1 == ["int x"])
  }

  @Test func aProgramThatDoesNotStartIsSaid() async throws {
    await #expect {
      try await withFrontend(containment: Containment(), executable: "/usr/bin/false", mounts: []) {
        try await $0.open("a.c")
      }
    } throws: { error in
      (error as? Failure)?.code == .unavailable
    }
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

/// Kills the `kmend-cindex` processes that see a folder of the host; how many there were.
private func killFrontends(showing folder: String) -> Int {
  let name = "/" + (folder.split(separator: "/").last ?? "")
  let processes = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
  let victims = processes.filter { process in
    func read(_ file: String) -> Data { FileManager.default.contents(atPath: "/proc/\(process)/\(file)") ?? Data() }
    return read("cmdline").starts(with: Array("/opt/kmend-cindex".utf8))
      && String(decoding: read("mountinfo"), as: UTF8.self).contains(name)
  }
  for victim in victims { kill(victim, SIGKILL) }
  return victims.count
}
