// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel
import Sandbox
import TestSupport
import Testing

@Suite struct SessionTests {
  struct Stop: Error {}

  @Test func talksLineByLine() async throws {
    let (answers, execution) = try await containment.session(
      contained("while read -r line; do echo \"<$line>\"; done; printf rest")
    ) { session in
      var answers: [String] = []
      var lines = session.lines.makeAsyncIterator()
      for word in ["a", "", "b c"] {
        try await session.send(word)
        if let line = try await lines.next() { answers.append(line) }
      }
      try await session.finishInput()
      while let line = try await lines.next() { answers.append(line) }
      return answers
    }
    #expect(answers == ["<a>", "<>", "<b c>", "rest"])
    #expect(execution.exit == .exited(0))
  }

  @Test func longLines() async throws {
    let line = String(repeating: "x", count: 10 << 20)
    let (echoed, _) = try await containment.session(Command("cat", place: .contained(View()))) { session in
      try await session.send(line)
      return try await session.lines.first { _ in true }
    }
    #expect(echoed == line)
  }

  @Test func endsWithItsBody() async throws {
    let script = "sleep 86411.1 & setsid sleep 86411.1 & echo ready; sleep 86411.1"
    let (_, execution) = try await containment.session(contained(script)) { session in
      _ = try await session.lines.first { _ in true }
      for _ in 0..<1000 where living(with: "86411.1").isEmpty { try await Task.sleep(for: .milliseconds(10)) }
      #expect(!living(with: "86411.1").isEmpty)
    }
    #expect(execution.exit == .signalled(9))
    #expect(living(with: "86411.1").isEmpty)
  }

  @Test func endsWhenItsBodyThrows() async throws {
    await #expect(throws: Stop.self) {
      try await containment.session(contained("echo ready; sleep 86411.2 & sleep 86411.2")) { session in
        _ = try await session.lines.first { _ in true }
        throw Stop()
      }
    }
    #expect(living(with: "86411.2").isEmpty)
  }

  @Test(arguments: [true, false]) func endsWhenCancelled(isContained: Bool) async throws {
    let (signal, continuation) = AsyncStream<Void>.makeStream()
    let word = isContained ? "86411.3" : "86411.4"
    let script = "echo ready; sleep \(word) & sleep \(word)"
    let command = isContained ? contained(script) : onHost(script)
    await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        _ = try await containment.session(command) { session in
          for try await _ in session.lines { continuation.yield() }
        }
      }
      for await _ in signal { break }
      group.cancelAll()
      await #expect(throws: CancellationError.self) { try await group.waitForAll() }
    }
    #expect(living(with: word).isEmpty)
  }

  @Test func foldersComeBackFromACancelledRun() async throws {
    try await withTemporaryFolder { folder in
      let view = View(mounts: [.writable(host: folder, inside: "/work")])
      let script = "cd /work; seq 5000 | xargs touch; echo ready; sleep 60"
      let (signal, continuation) = AsyncStream<Void>.makeStream()
      await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          _ = try await containment.session(contained(script, view: view)) {
            for try await _ in $0.lines { continuation.yield() }
          }
        }
        for await _ in signal { break }
        group.cancelAll()
      }
      let kept = ([folder] + (1...5000).map { "\(folder)/\($0)" }).filter { path in
        var status = stat()
        return lstat(path, &status) != 0 || status.st_uid != geteuid()
      }
      #expect(kept == [])
    }
  }

  @Test func timeLimitEndsTheLines() async throws {
    let command = contained("echo one; sleep 60", limits: Limits(seconds: 4))
    let (lines, execution) = try await containment.session(command) { session in
      var lines: [String] = []
      for try await line in session.lines { lines.append(line) }
      return lines
    }
    #expect(lines == ["one"])
    #expect(execution.exit == .timedOut(seconds: 4))
  }

  @Test func aDeadProgramIsNoTrap() async throws {
    let (_, execution) = try await containment.session(contained("exit 3")) { session in
      for try await _ in session.lines {}
      for _ in 0..<100 { try await session.send(String(repeating: "x", count: 10000)) }
    }
    #expect(execution.exit == .exited(3))
  }

  @Test func aSandboxThatCanNotBeSetUpIsReported() async throws {
    let view = View(mounts: [.file(inside: "/usr/bin/new-name", bytes: [], executable: false)])
    await #expect(throws: Failure.self) {
      try await containment.session(contained("true", view: view)) { session in
        for try await _ in session.lines {}
        throw Stop()
      }
    }
  }
}
