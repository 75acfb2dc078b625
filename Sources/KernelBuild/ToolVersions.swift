// SPDX-License-Identifier: GPL-2.0-or-later

import Sandbox

/// The programs that kmend runs, with what they say their version is.
package enum ToolVersions {
  /// Name and version of each program; nil for one that is not installed.
  ///
  /// - Throws: `Failure` (`unavailable`) if no program can be started.
  package static func read(by containment: Containment = Containment()) async throws -> [(
    name: String, version: String?
  )] {
    let execution = try await containment.run(
      Command(
        "/bin/sh", ["-c", script, "sh"] + tools, environment: ["LC_ALL": "C.UTF-8"], place: .host,
        limits: Limits(seconds: 20, output: 1 << 16), mergesErrors: true))
    var versions: [String: String] = [:]
    for line in execution.text.split(separator: "\n") {
      let parts = line.split(separator: "\t", maxSplits: 1)
      if parts.count == 2 { versions[String(parts[0])] = version(String(parts[1])) }
    }
    return tools.map { ($0, versions[$0]) }
  }

  private static let tools = [
    "gcc", "make", "ld", "patch", "perl", "sparse", "spatch", "git", "apt-get", "mmdebstrap", "bwrap", "busybox",
    "qemu-system-x86_64",
  ]

  private static let script = """
    for tool do
      command -v "$tool" >/dev/null || continue
      printf '%s\\t%s\\n' "$tool" "$({ "$tool" --version || "$tool" --help; } 2>&1 | grep -m 1 '[0-9]\\.[0-9]')"
    done
    """

  /// The first dotted number of a line, or the whole line.
  private static func version(_ line: String) -> String {
    for word in line.split(whereSeparator: { $0 == " " || $0 == "(" || $0 == ")" || $0 == "," }) {
      let number = word.drop { $0 == "v" }
      if number.first?.isNumber == true, number.contains(".") { return String(number) }
    }
    return line
  }
}
