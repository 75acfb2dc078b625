// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel
import Sandbox
import TestSupport
import Testing

@Suite struct LimitTests {
  @Test func time() async throws {
    let execution = try await containment.run(contained("sleep 60 & sleep 60", limits: Limits(seconds: 0.3)))
    #expect(execution.exit == .timedOut(seconds: 0.3))
    let closed = try await containment.run(contained("exec >&- 2>&-; sleep 60", limits: Limits(seconds: 0.3)))
    #expect(closed.exit == .timedOut(seconds: 0.3))
    let host = try await containment.run(onHost("sleep 60 & sleep 60", limits: Limits(seconds: 0.3)))
    #expect(host.exit == .timedOut(seconds: 0.3))
  }

  @Test func output() async throws {
    try await withTemporaryFolder { folder in
      var command = contained("yes & yes >&2", limits: Limits(seconds: 20, output: 100_000))
      command.log = "\(folder)/log"
      let execution = try await containment.run(command)
      #expect(execution.exit == .outputLimit(bytes: 100_000))
      #expect(execution.output.count + execution.errors.count == 100_000)
      #expect(text(of: "\(folder)/log")?.utf8.count == 65536)
    }
  }

  @Test func memory() async throws {
    let script = "perl -e '$x = \"x\" x (400 << 20); print \"OPEN\\n\"'"
    let free = try await containment.run(contained(script, limits: Limits(seconds: 30, memory: 2 << 30)))
    #expect(free.text == "OPEN\n", "\(free.errorText)")
    let held = try await containment.run(contained(script, limits: Limits(seconds: 30, memory: 100 << 20)))
    #expect(held.text == "")
    if held.unenforced.isEmpty {
      #expect(held.exit == .memoryLimit(bytes: 100 << 20))
      // Files in memory count, too.
      let files = try await containment.run(
        contained("head -c 300M /dev/zero >/tmp/file && echo OPEN", limits: Limits(seconds: 30, memory: 100 << 20)))
      #expect(files.exit == .memoryLimit(bytes: 100 << 20))
    } else {
      #expect(!held.succeeded)
      #expect(held.unenforced.contains { $0.hasPrefix("memory") })
    }
  }

  @Test func processes() async throws {
    let script = """
      perl -e 'for (1..100) { $p = fork; if (!defined $p) { print "$_\\n"; exit } if (!$p) { sleep 60; exit } }
        print "OPEN\\n"'
      """
    let free = try await containment.run(contained(script, limits: Limits(seconds: 30, processes: 200)))
    #expect(free.text == "OPEN\n")
    let held = try await containment.run(contained(script, limits: Limits(seconds: 30, processes: 20)))
    let reached = try #require(Int(held.text.dropLast()))
    #expect((10...20).contains(reached))
  }

  @Test func forksWithoutEnd() async throws {
    let bomb = "f() { f | f & }; f; sleep 60"
    let execution = try await containment.run(
      contained(bomb, ["kmend-fork-bomb"], limits: Limits(seconds: 2, processes: 64)))
    #expect(execution.exit == .timedOut(seconds: 2))
    #expect(living(with: "kmend-fork-bomb").isEmpty)
  }

  @Test func fileSizeAndDisk() async throws {
    try await withTemporaryFolder { folder in
      let view = View(mounts: [.writable(host: folder, inside: "/work")])
      let large = "head -c 2M /dev/zero >/work/file; wc -c </work/file"
      let held = try await containment.run(
        contained(large, view: view, limits: Limits(seconds: 30, fileSize: 1 << 20)))
      #expect(held.text == "\(1 << 20)\n")

      var status = statvfs()
      #expect(statvfs(folder, &status) == 0)
      let free = Int(status.f_bavail) * Int(status.f_frsize)
      let fill = "n=0; while head -c 20M /dev/urandom >/work/$n; do n=$((n + 1)); done"
      let limits = Limits(seconds: 60, freeDisk: free - 100 << 20)
      let filled = try await containment.run(contained(fill, view: view, limits: limits))
      #expect(filled.exit == .diskLimit(bytes: free - 100 << 20))

      let failure = await #expect(throws: Failure.self) {
        try await containment.run(contained("true", view: view, limits: Limits(freeDisk: .max)))
      }
      #expect(failure?.code == .unavailable && failure?.remedy != "")
    }
  }

  @Test func scratchIsBounded() async throws {
    let view = View(mounts: [.scratch(inside: "/scratch", bytes: 1 << 20)])
    let execution = try await containment.run(
      contained("head -c 2M /dev/zero >/scratch/file; wc -c </scratch/file", view: view))
    #expect(execution.text == "\(1 << 20)\n")
  }

  /// Deeper than a path may be long, with names that are no text and a link that leads out.
  @Test func whatARunLeavesCanBeRemoved() async throws {
    try await withTemporaryFolder { outside in
      let kept = "\(outside)/kept"
      #expect(close(creat(kept, 0o600)) == 0)
      let folder = try RunFolder()
      let dig = """
        cd /work; ln -s "$1" out; touch $'\\xff'; mkdir closed; touch closed/file; chmod 0 closed
        perl -e 'for (1..3000) { mkdir "dddddddddddd"; mkdir "e"; symlink $ARGV[0], "e/out"; chdir "dddddddddddd"; }' "$1"
        """
      let view = View(mounts: [.writable(host: folder.path, inside: "/work")])
      let execution = try await containment.run(contained(dig, [outside], view: view))
      #expect(execution.succeeded, "\(execution.errorText)")
      folder.remove()
      #expect(access(folder.path, F_OK) != 0)
      #expect(access(kept, F_OK) == 0)
    }
  }
}
