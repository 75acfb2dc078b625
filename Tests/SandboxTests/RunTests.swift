// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Sandbox
import TestSupport
import Testing

@Suite struct RunTests {
  let containment = Containment()

  func shell(_ script: String, view: View = View(), limits: Limits = Limits(seconds: 20)) -> Command {
    Command("sh", ["-c", script], place: .contained(view), limits: limits)
  }

  @Test func exitCodesAndOutput() async throws {
    let execution = try await containment.run(shell("echo out; echo err >&2; exit 7"))
    #expect(execution.exit == .exited(7))
    #expect(execution.text == "out\n")
    #expect(execution.errorText == "err\n")
  }

  @Test func inputReachesTheProgram() async throws {
    var command = Command("cat", place: .contained(View()))
    command.input = Array("hello".utf8)
    #expect(try await containment.run(command).text == "hello")
    command.input = nil
    #expect(try await containment.run(command).text == "")
  }

  @Test func writableFolderComesBack() async throws {
    try await withTemporaryFolder { folder in
      let view = View(mounts: [
        .writable(host: folder, inside: "/work"), .file(inside: "/etc/note", bytes: Array("n".utf8), executable: false),
      ])
      let execution = try await containment.run(shell("cp /etc/note /work/copy && id -u", view: view))
      #expect(execution.succeeded, "\(execution.errorText)")
      let listing = try await containment.run(Command("stat", ["-c%u", folder + "/copy", folder], place: .host))
      let owner = try await containment.run(Command("id", ["-u"], place: .host))
      #expect(listing.text == owner.text + owner.text)
    }
  }

  @Test func timeAndOutputLimits() async throws {
    #expect(
      try await containment.run(shell("sleep 100 & sleep 100", limits: Limits(seconds: 0.5))).exit
        == .timedOut(seconds: 0.5))
    let flood = try await containment.run(shell("yes", limits: Limits(output: 1000)))
    #expect(flood.exit == .outputLimit(bytes: 1000))
    #expect(flood.output.count == 1000)
  }

  @Test func sessionTalksLineByLine() async throws {
    let command = Command("sh", ["-c", "while read -r l; do echo \"<$l>\"; done"], place: .contained(View()))
    let (answers, _) = try await containment.session(command) { session in
      var answers: [String] = []
      var lines = session.lines.makeAsyncIterator()
      for word in ["a", "b"] {
        try await session.send(word)
        if let line = try await lines.next() { answers.append(line) }
      }
      return answers
    }
    #expect(answers == ["<a>", "<b>"])
  }
}
