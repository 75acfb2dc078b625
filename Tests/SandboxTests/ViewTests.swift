// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel
import Sandbox
import TestSupport
import Testing

@Suite struct ViewTests {
  @Test func mountsOfEachKind() async throws {
    try await withTemporaryFolder { folder in
      mkdir("\(folder)/closed", 0o700)
      mkdir("\(folder)/closed/shown", 0o755)
      mkdir("\(folder)/closed/work", 0o700)
      let view = View(mounts: [
        .readOnly(host: "\(folder)/closed/shown", inside: "/usr/src/kernel"),
        .link(inside: "/lib/modules/1.2.3/build", target: "/usr/src/kernel"),
        .writable(host: "\(folder)/closed/work", inside: "/var/lib/dkms/driver/1.0"),
        .scratch(inside: "/scratch", bytes: 1 << 20),
        .file(inside: "/kmend/bin/uname", bytes: Array("#!/bin/sh\necho 1.2.3\n".utf8), executable: true),
      ])
      var command = contained(
        """
        uname -r; readlink -f /lib/modules/1.2.3/build; echo s >/scratch/s && cat /scratch/s
        echo w >/var/lib/dkms/driver/1.0/w; umask 077; mkdir /var/lib/dkms/driver/1.0/inner
        """, view: view)
      command.environment = ["PATH": "/kmend/bin:/usr/bin:/bin"]
      let execution = try await containment.run(command)
      #expect(execution.text == "1.2.3\n/usr/src/kernel\ns\n", "\(execution.errorText)")
      for path in ["", "/w", "/inner"] {
        var status = stat()
        #expect(lstat("\(folder)/closed/work\(path)", &status) == 0)
        #expect(status.st_uid == geteuid())
      }
    }
  }

  @Test(arguments: [
    "gcc --version", "make --version", "perl -e 'use Getopt::Long; use POSIX;'", "bash --version", "awk 1 /dev/null",
    "getent passwd $(id -u)", "spatch --version", "sparse --version", "qemu-system-x86_64 --version",
    "cd /tmp && echo 'int main(void) { return 0; }' >a.c && gcc -O2 -o a a.c && ./a", "qemu-system-x86_64 -L help",
  ])
  func toolchainWorks(_ script: String) async throws {
    let execution = try await containment.run(contained(script))
    #expect(execution.succeeded, "\(execution.text)\(execution.errorText)")
  }

  @Test func rootOfAnotherSystem() async throws {
    let execution = try await containment.run(contained("gcc --version", view: View(root: "/./")))
    #expect(execution.succeeded, "\(execution.errorText)")
  }

  @Test func plantedThingsReachNothing() async throws {
    try await withTemporaryFolder { folder in
      for name in ["outside", "work"] { mkdir("\(folder)/\(name)", 0o755) }
      let script = """
        cd /work; ln -s \(folder)/outside folder; ln -s \(folder)/outside/file file; ln -s /etc etc; echo good >good
        mkfifo pipe; mkdir -p closed/inner sub; ln -s ../good sub/link; cp /bin/true setuid; chmod 4755 setuid
        chmod 000 closed/inner closed
        perl -e 'for (1..600) { mkdir "d"; chdir "d" }'
        """
      let file = try #require(fopen("\(folder)/outside/file", "w"))
      fputs("secret", file)
      fclose(file)
      if isRoot { #expect(chown("\(folder)/outside/file", 12345, 12345) == 0) }
      chmod("\(folder)/outside/file", 0o640)
      let view = View(mounts: [.writable(host: "\(folder)/work", inside: "/work")])
      let execution = try await containment.run(contained(script, view: view))
      #expect(execution.succeeded, "\(execution.errorText)")
      var status = stat()
      #expect(stat("\(folder)/outside/file", &status) == 0)
      #expect(status.st_uid == (isRoot ? 12345 : geteuid()) && status.st_mode & 0o777 == 0o640)
      for name in ["file", "folder", "etc", "good", "closed", "closed/inner", "d/d/d", "setuid"] {
        #expect(lstat("\(folder)/work/\(name)", &status) == 0 && status.st_uid == geteuid())
        if isRoot { #expect(status.st_mode & 0o6000 == 0, "\(name)") }
      }
      #expect(lstat("\(folder)/work/pipe", &status) != 0)

      let harvest = Harvest("\(folder)/work")
      #expect(try harvest.bytes("good") == Array("good\n".utf8))
      for name in ["file", "folder/file", "etc/passwd", "sub/link", "sub/../good", "closed", "absent", ""] {
        #expect(try harvest.bytes(name) == nil, "\(name)")
      }
      #expect(throws: Failure.self) { try harvest.bytes("good", limit: 4) }
    }
  }

  @Test func whatCanNotBeContainedIsNotRun() async throws {
    try await withTemporaryFolder { folder in
      let mark = "\(folder)/mark"
      let absent = View(mounts: [.readOnly(host: "\(folder)/absent", inside: "/absent")])
      let impossible = View(mounts: [.file(inside: "/usr/bin/new-name", bytes: [], executable: false)])
      for view in [absent, impossible] {
        let failure = await #expect(throws: Failure.self) {
          try await containment.run(contained("touch \(mark)", view: view))
        }
        #expect(failure?.code == .unavailable)
      }
      mkdir("\(folder)/closed", 0o700)
      let closed = View(mounts: [.readOnly(host: "\(folder)/closed", inside: "/closed")])
      if isRoot {
        let failure = await #expect(throws: Failure.self) {
          try await containment.run(contained("true", view: closed))
        }
        #expect(failure?.remedy != "")
      }
      let missing = try await containment.run(Command("kmend-no-such-program", place: .contained(View())))
      #expect(missing.exit == .exited(127))
    }
  }
}
