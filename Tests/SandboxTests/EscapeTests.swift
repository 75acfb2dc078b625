// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import Sandbox
import TestSupport
import Testing

/// Something that a hostile driver's Makefile tries; prints `OPEN` where it gets through.
struct Escape: Sendable, CustomTestStringConvertible {
  enum Control: Sendable {
    /// Gets through on the host for anybody, which shows that the attempt is a real one.
    case anybody
    /// Gets through on the host for root.
    case root
    /// Would do harm there, or depends on the host's kernel.
    case none
  }
  var name: String
  var control: Control
  var script: String
  var testDescription: String { name }

  /// `$SECRET`: a file of the host; `$HIDDEN`: its folder; `$PORT`, `$SOCKET`: a TCP port and an abstract socket that
  /// the host listens on; `$PROCESS`: a process of the host; `$SHOWN`, `$WRITABLE`: folders on one disk, the first
  /// shown read only.
  static let all: [Escape] = [
    Escape(name: "sees the home folder", control: .anybody, script: "[ -e \"$HOST_HOME\" ] && echo OPEN"),
    Escape(name: "reads accounts", control: .anybody, script: "grep -q ^root: /etc/passwd && echo OPEN"),
    Escape(
      name: "includes accounts", control: .anybody,
      script: "echo '#include \"/etc/passwd\"' | gcc -E - 2>&1 | grep -q ^root: && echo OPEN"),
    Escape(name: "reads a file by path", control: .anybody, script: "cat \"$SECRET\" && echo OPEN"),
    Escape(name: "reads through /proc/1/root", control: .none, script: "cat \"/proc/1/root$SECRET\" && echo OPEN"),
    Escape(
      name: "reads through a link", control: .anybody,
      script: "ln -s \"$SECRET\" \"$WRITABLE/link\" && cat \"$WRITABLE/link\" && echo OPEN"),
    Escape(
      name: "climbs out of the writable folder", control: .anybody,
      script: "cat \"$WRITABLE/../hidden/secret\" && echo OPEN"),
    Escape(name: "writes beside", control: .anybody, script: "echo x >\"$HIDDEN/new\" && echo OPEN"),
    Escape(name: "writes what is read only", control: .anybody, script: "echo x >\"$SHOWN/new\" && echo OPEN"),
    Escape(
      name: "makes read-only files writable", control: .anybody, script: "chmod 666 \"$SHOWN/file\" && echo OPEN"),
    Escape(
      name: "links a read-only file into the writable folder", control: .anybody,
      script: "ln \"$SHOWN/file\" \"$WRITABLE/hard\" && echo OPEN"),
    Escape(
      name: "writes the system", control: .root,
      script: """
        for folder in / /etc /usr /usr/bin /lib /dev /opt; do
          f=$folder/kmend-escape; if : >$f; then echo OPEN; rm -f $f; fi
        done
        """),
    Escape(
      name: "writes kernel settings", control: .root,
      script: """
        for f in /proc/sys/kernel/core_pattern /proc/sys/kernel/hostname /proc/sysrq-trigger; do
          : >>$f && echo OPEN
        done
        """),
    Escape(name: "sees /sys", control: .anybody, script: "[ -e /sys/kernel ] && echo OPEN"),
    Escape(
      name: "sees devices", control: .anybody,
      script: "for f in /dev/kmsg /dev/mem /dev/vda /dev/sda /dev/net; do [ -e $f ] && echo OPEN; done"),
    Escape(name: "makes a device", control: .root, script: "mknod \"$WRITABLE/node\" c 1 3 && echo OPEN"),
    Escape(
      name: "connects to the host", control: .anybody, script: "exec 9<>\"/dev/tcp/127.0.0.1/$PORT\" && echo OPEN"),
    Escape(
      name: "connects to an abstract socket", control: .anybody,
      script: """
        perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) or die $!;
          connect(S, pack_sockaddr_un("\\0$ENV{SOCKET}")) or die $!; print "OPEN\\n"'
        """),
    Escape(
      name: "opens sockets that ignore namespaces", control: .none,
      script: """
        for socket in '38 5 0' '40 1 0' '44 3 0' '2 1 132' '2 5 132' '16 3 21'; do
          perl -e 'socket(S, $ARGV[0], $ARGV[1], $ARGV[2]) and print "OPEN\\n"' $socket
        done
        """),
    Escape(
      name: "has a network interface", control: .none,
      script: "tail -n +3 /proc/net/dev | grep -v '^ *lo:' && echo OPEN"),
    Escape(name: "signals a process of the host", control: .anybody, script: "kill -0 \"$PROCESS\" && echo OPEN"),
    Escape(
      name: "reads a process of the host", control: .anybody,
      script: "tr -d '\\0' <\"/proc/$PROCESS/environ\" >/dev/null && echo OPEN"),
    Escape(name: "traces", control: .anybody, script: "perl -e 'print \"OPEN\\n\" if syscall(101, 0, 0, 0, 0) == 0'"),
    Escape(name: "makes namespaces", control: .anybody, script: "unshare --user --map-root-user true && echo OPEN"),
    Escape(
      name: "mounts", control: .root, script: "unshare --mount mount -t tmpfs none /mnt && echo OPEN"),
    Escape(name: "mounts in place", control: .none, script: "mount -t tmpfs none /tmp && echo OPEN"),
    Escape(name: "is root", control: .root, script: "[ \"$(id -u)\" = 0 ] && echo OPEN"),
    Escape(name: "becomes root", control: .root, script: "setpriv --reuid 0 true && echo OPEN"),
    Escape(
      name: "has capabilities", control: .root, script: "grep -q 'CapEff:.*[1-9a-f]' /proc/self/status && echo OPEN"),
    Escape(
      name: "gains by set-uid programs", control: .none,
      script: "grep -q 'NoNewPrivs:.*0' /proc/self/status && echo OPEN"),
    Escape(name: "reads the kernel's log", control: .root, script: "dmesg >/dev/null && echo OPEN"),
    Escape(
      name: "uses the keyring", control: .anybody,
      script: "perl -e 'print \"OPEN\\n\" if syscall(250, 0, -3, 1) >= 0'"),
    Escape(
      name: "inherits open files", control: .none,
      script: "for n in 3 4 5 6 7 8 9; do { : <&$n; } 2>/dev/null && echo OPEN; done"),
    Escape(
      name: "inherits the environment", control: .none,
      script: "{ env; cat /proc/1/environ; } | tr '\\0' '\\n' | grep KMEND_TEST_SECRET && echo OPEN"),
    Escape(
      name: "goes round the filter by 32-bit calls", control: .none,
      script: """
        echo 'int main(void) { long r = 20; __asm__("int $0x80" : "+a"(r)); return r > 0 ? 42 : 0; }' >/tmp/a.c
        gcc -o /tmp/a /tmp/a.c || echo OPEN; /tmp/a; [ $? = 42 ] && echo OPEN
        """),
    Escape(name: "raises its limits", control: .none, script: "ulimit -Hn 9999 && echo OPEN"),
  ]
}

@Suite struct EscapeTests {
  @Test(arguments: Escape.all) func attempt(_ escape: Escape) async throws {
    try await withTemporaryFolder { folder in
      for name in ["hidden", "shown", "writable"] { mkdir("\(folder)/\(name)", 0o755) }
      for path in ["hidden/secret", "shown/file"] {
        let file = try #require(fopen("\(folder)/\(path)", "w"))
        fputs("secret\n", file)
        fclose(file)
      }
      setenv("KMEND_TEST_SECRET", "secret", 1)
      let listener = try Listener(name: "kmend-test-\(folder.hashValue)")
      var environment = [
        "SECRET": "\(folder)/hidden/secret", "HIDDEN": "\(folder)/hidden", "PORT": "\(listener.port)",
        "SOCKET": listener.name, "PROCESS": "\(getpid())", "HOST_HOME": String(cString: getenv("HOME")),
        "SHOWN": "/shown", "WRITABLE": "/writable",
      ]
      var command = contained(
        escape.script,
        view: View(mounts: [
          .readOnly(host: "\(folder)/shown", inside: "/shown"),
          .writable(host: "\(folder)/writable", inside: "/writable"),
        ]))
      command.environment = environment
      let inside = try await containment.run(command)
      #expect(!inside.text.contains("OPEN"), "\(inside.text)\(inside.errorText)")

      guard escape.control == .anybody || escape.control == .root && isRoot else { return }
      environment["SHOWN"] = "\(folder)/shown"
      environment["WRITABLE"] = "\(folder)/writable"
      unlink("\(folder)/writable/link")
      command.environment = environment
      command.place = .host
      let outside = try await containment.run(command)
      #expect(outside.text.contains("OPEN"), "the attempt itself is wrong: \(outside.text)\(outside.errorText)")
    }
  }
}

/// Listens on a TCP port of the host and on an abstract socket until it goes away.
private final class Listener: Sendable {
  let port: UInt16
  let name: String
  private let sockets: [Int32]

  init(name: String) throws {
    self.name = name
    let stream = Int32(SOCK_STREAM.rawValue)
    let tcp = socket(AF_INET, stream, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutableBytes(of: &address) { bytes in
      let pointer = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress!
      return bind(tcp, pointer, size) == 0 && listen(tcp, 5) == 0 && getsockname(tcp, pointer, &size) == 0
    }
    port = UInt16(bigEndian: address.sin_port)

    let local = socket(AF_UNIX, stream, 0)
    var path = sockaddr_un()
    path.sun_family = sa_family_t(AF_UNIX)
    let offset = MemoryLayout<sa_family_t>.size
    let isNamed = withUnsafeMutableBytes(of: &path) { bytes in
      bytes[(offset + 1)...].copyBytes(from: name.utf8)
      let pointer = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress!
      return bind(local, pointer, socklen_t(offset + 1 + name.utf8.count)) == 0 && listen(local, 5) == 0
    }
    sockets = [tcp, local]
    try #require(isBound && isNamed)
  }

  deinit { for socket in sockets { close(socket) } }
}
