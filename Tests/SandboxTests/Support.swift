// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import Sandbox

let containment = Containment()
let isRoot = geteuid() == 0

/// A shell script in a sandbox with this view; `$1` and so on are `arguments`.
func contained(
  _ script: String, _ arguments: [String] = [], view: View = View(), limits: Limits = Limits(seconds: 30)
) -> Command {
  Command("bash", ["-c", script, "bash"] + arguments, place: .contained(view), limits: limits)
}

/// The same on the host.
func onHost(_ script: String, _ arguments: [String] = [], limits: Limits = Limits(seconds: 30)) -> Command {
  Command("bash", ["-c", script, "bash"] + arguments, place: .host, limits: limits)
}

/// Ids of living processes that have this word in their command line.
func living(with word: String) -> [pid_t] {
  var found: [pid_t] = []
  guard let entries = opendir("/proc") else { return [] }
  defer { closedir(entries) }
  while let entry = readdir(entries) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    guard let process = pid_t(name), let line = text(of: "/proc/\(name)/cmdline") else { continue }
    if line.split(separator: "\0").contains(Substring(word)) { found.append(process) }
  }
  return found
}

func text(of path: String) -> String? {
  guard let file = fopen(path, "re") else { return nil }
  defer { fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 65536)
  let count = fread(&bytes, 1, bytes.count, file)
  return String(decoding: bytes[..<count], as: UTF8.self)
}

/// Folders and control groups of runs that nobody holds any more.
func staleLeftovers() -> [String] {
  let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  return ["\(temporary)/", "/sys/fs/cgroup/", "/sys/fs/cgroup/*/", "/sys/fs/cgroup/*/*/*/"].flatMap {
    paths(matching: "\($0)kmend-run-*")
  }.filter { path in
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { close(folder) }
    return folder >= 0 && flock(folder, LOCK_EX | LOCK_NB) == 0
  }
}

private func paths(matching pattern: String) -> [String] {
  var result = glob_t()
  defer { globfree(&result) }
  guard glob(pattern, 0, nil, &result) == 0 else { return [] }
  return (0..<Int(result.gl_pathc)).compactMap { result.gl_pathv[$0].map { String(cString: $0) } }
}
