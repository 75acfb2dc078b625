// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel
import Sandbox
import TestSupport
import Testing

@Suite struct RunTests {
  @Test(arguments: [true, false]) func exitAndOutput(isContained: Bool) async throws {
    let script = "echo out; echo err >&2; exit 7"
    var command = isContained ? contained(script) : onHost(script)
    let execution = try await containment.run(command)
    #expect(execution.exit == .exited(7))
    #expect(execution.text == "out\n")
    #expect(execution.errorText == "err\n")
    command.mergesErrors = true
    let merged = try await containment.run(command)
    #expect(merged.text == "out\nerr\n")
    #expect(merged.errors.isEmpty)
  }

  @Test func signals() async throws {
    #expect(try await containment.run(contained("kill -SEGV $$")).exit == .signalled(SIGSEGV))
    #expect(try await containment.run(onHost("kill -SEGV $$")).exit == .signalled(SIGSEGV))
  }

  @Test func inputReachesTheProgram() async throws {
    var command = Command("cat", place: .contained(View()))
    for input in [[], Array("hello".utf8), [UInt8](repeating: 7, count: 1 << 20)] {
      command.input = input
      #expect(try await containment.run(command).output == input)
    }
    command.input = nil
    #expect(try await containment.run(command).output == [])
    // A program that doesn't read is no error.
    command.program = "true"
    command.input = [UInt8](repeating: 7, count: 1 << 20)
    #expect(try await containment.run(command).succeeded)
  }

  @Test func logGetsEverything() async throws {
    try await withTemporaryFolder { folder in
      var command = contained("seq 1 1000; seq 1 10 >&2")
      command.log = "\(folder)/log"
      let execution = try await containment.run(command)
      #expect(text(of: "\(folder)/log")?.utf8.count == execution.output.count + execution.errors.count)
      command.log = "\(folder)/absent/log"
      await #expect(throws: Failure.self) { try await containment.run(command) }
      command.log = "/dev/full"
      await #expect(throws: Failure.self) { try await containment.run(command) }
    }
  }

  @Test func environmentIsWhatTheCommandSays() async throws {
    setenv("KMEND_TEST_SECRET", "secret", 1)
    var command = contained("env | cut -d= -f1 | grep -v -e ^_ -e SHLVL | sort | tr '\\n' ' '")
    command.environment = ["ARCH": "x86"]
    #expect(try await containment.run(command).text == "ARCH HOME PATH PWD ")
    command.place = .host
    let names = try await containment.run(command).text.split(separator: " ")
    let allowed = [
      "ARCH", "HOME", "PATH", "PWD", "TMPDIR", "http_proxy", "https_proxy", "ftp_proxy", "no_proxy",
    ]
    #expect(Set(names).isSubset(of: Set(allowed.map { Substring($0) })), "\(names)")
  }

  @Test func twentyAtOnce() async throws {
    let uids = try await withThrowingTaskGroup(of: String.self) { group in
      for number in 0..<20 {
        group.addTask {
          try await withTemporaryFolder { folder in
            let view = View(mounts: [.writable(host: folder, inside: "/work")])
            let execution = try await containment.run(
              contained("echo $1 >/work/number; id -u; sleep 86422 & exit 0", ["\(number)"], view: view))
            #expect(execution.succeeded, "\(execution.errorText)")
            #expect(text(of: "\(folder)/number") == "\(number)\n")
            return execution.text
          }
        }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(uids.count == (isRoot ? 20 : 1))
    #expect(!uids.contains("0\n"))
    #expect(living(with: "86422").isEmpty)
  }

  @Test func aKilledKmendLeavesNothing() async throws {
    // Of a kmend killed in another control group nothing can be swept from here.
    let before = staleLeftovers()
    await #expect(processExitsWith: .signal(SIGKILL)) {
      _ = try await containment.session(contained("setsid sleep 86433 & echo ready; sleep 86433")) { session in
        for try await _ in session.lines { kill(getpid(), SIGKILL) }
      }
    }
    for _ in 0..<200 where !living(with: "86433").isEmpty { usleep(10_000) }
    #expect(living(with: "86433").isEmpty)
    // The next kmend sweeps what is left of its folders and control groups.
    await #expect(processExitsWith: .success) { [before = before as [String]] in
      guard !Set(staleLeftovers()).subtracting(before).isEmpty else { exit(2) }
      _ = try await containment.run(contained("true"))
      guard Set(staleLeftovers()).subtracting(before).isEmpty else { exit(3) }
    }
  }
}
