// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel

/// One property of the sandbox, tried out on this machine.
package struct Probe: Sendable, Hashable {
  package var name: String
  /// Whether it holds.
  package var ok: Bool
  package var detail: String
  /// What the user can do; also for a limit that holds, but only in a weaker form. Empty where there is nothing.
  package var remedy: String
}

extension Containment {
  /// Proves each promise of the sandbox by trying to break it; takes about a second.
  package func probe() async -> [Probe] {
    await withTaskGroup(of: (Int, Probe).self) { group in
      for (index, trial) in Trial.all.enumerated() {
        group.addTask { (index, await trial.probe(self)) }
      }
      return await group.reduce(into: [(Int, Probe)]()) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }
}

/// A script that tries something, and how it must end.
private struct Trial: Sendable {
  var name: String
  var script: String
  var limits = Limits(seconds: 20)
  /// Says what held it, nil if it got through.
  var held: @Sendable (Execution) -> String?

  func probe(_ containment: Containment) async -> Probe {
    let home = getenv("HOME").map { String(cString: $0) } ?? "/root"
    let arguments = ["-c", script, "sh", home, "\(getpid())"]
    do {
      let execution = try await containment.run(
        Command("sh", arguments, place: .contained(View()), limits: limits))
      guard let detail = held(execution) else {
        let said = (execution.text + execution.errorText).prefix(200)
        return Probe(
          name: name, ok: false, detail: "not held: \(execution.exit.description) \(said)",
          remedy: "report this; kmend must not run here")
      }
      guard let weaker = execution.unenforced.first(where: { $0.hasPrefix(name) }) else {
        return Probe(name: name, ok: true, detail: detail, remedy: "")
      }
      return Probe(
        name: name, ok: true, detail: "\(detail) (\(weaker))",
        remedy: "start kmend as root or under systemd-run --user --scope")
    } catch let failure as Failure {
      return Probe(name: name, ok: false, detail: "\(failure.subject): \(failure.problem)", remedy: failure.remedy)
    } catch {
      return Probe(name: name, ok: false, detail: "\(error)", remedy: "")
    }
  }

  /// Holds if the script ran to its end and never printed `OPEN`.
  private static func closed(_ name: String, _ script: String, _ detail: String) -> Trial {
    Trial(name: name, script: script + "\necho end") { execution in
      execution.succeeded && execution.text.hasSuffix("end\n") && !execution.text.contains("OPEN") ? detail : nil
    }
  }

  static let all: [Trial] = [
    Trial(name: "start", script: "exit 0") { $0.succeeded ? "bubblewrap, \(Int($0.seconds * 1000)) ms" : nil },
    Trial(name: "uid", script: "id -u; grep NoNewPrivs: /proc/self/status") { execution in
      let words = execution.text.split { $0 == "\n" || $0 == "\t" }
      guard words.count == 3, words[0] != "0", words[2] == "1" else { return nil }
      return geteuid() == 0 ? "runs as uid \(words[0])" : "runs as uid \(words[0]) in a namespace of its own"
    },
    closed(
      "files", "[ -e \"$1\" ] && echo OPEN; grep -q ^root: /etc/passwd && echo OPEN; [ -e /sys/kernel ] && echo OPEN",
      "home folder, accounts and /sys are not there"),
    closed(
      "writing", "for d in / /etc /usr /usr/bin /dev /proc/sys/kernel; do touch $d/kmend-probe && echo OPEN; done 2>&1",
      "nothing outside the writable folders can be written"),
    closed(
      "network", "tail -n +3 /proc/net/dev | grep -v '^ *lo:' && echo OPEN",
      "there is no interface but its own loopback"),
    closed("host processes", "kill -0 \"$2\" 2>&1 && echo OPEN", "no process of the host can be seen"),
    closed("namespaces", "unshare --user true 2>&1 && echo OPEN", "no new ones can be made"),
    Trial(
      name: "processes", script: "for i in $(seq 40); do sleep 9 & done; echo OPEN",
      limits: Limits(seconds: 20, processes: 16)
    ) { $0.text.contains("OPEN") ? nil : "forking past 16 fails" },
    Trial(
      name: "memory", script: "head -c 300M /dev/zero | tail -n 1 | wc -c",
      limits: Limits(seconds: 20, memory: 64 << 20)
    ) { $0.text.hasPrefix("\(300 << 20)") ? nil : "more than 64 MiB fails" },
    Trial(name: "time", script: "sleep 60 & sleep 60", limits: Limits(seconds: 0.2)) {
      $0.exit == .timedOut(seconds: 0.2) ? "ended after 0.2 s" : nil
    },
    Trial(name: "output", script: "yes", limits: Limits(seconds: 20, output: 10000)) {
      $0.exit == .outputLimit(bytes: 10000) && $0.output.count == 10000 ? "ended after 10000 bytes" : nil
    },
    Trial(name: "file size", script: "yes >/tmp/file", limits: Limits(seconds: 20, fileSize: 10000)) {
      $0.exit == .signalled(SIGXFSZ) ? "ended after 10000 bytes" : nil
    },
    Trial(
      name: "descendants", script: "setsid sleep \(descendant) & exit 0"
    ) { $0.succeeded && !isAlive(descendant) ? "a daemon left behind is gone" : nil },
  ]

  private static let descendant = "86400.\(getpid())"

  private static func isAlive(_ word: String) -> Bool {
    names(in: "/proc").contains { name in
      pid_t(name) != nil && contents(of: "/proc/\(name)/cmdline")?.contains(word) == true
    }
  }
}
