// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Reads `checkpatch.pl --terse --showfile --show-types`.
package enum CheckpatchLog {
  /// One finding per line `FILE:LINE: LEVEL:TYPE: MESSAGE`; the tool is `checkpatch:TYPE`.
  ///
  /// A finding about the mail rather than a file has no site.
  package static func findings(in output: [UInt8]) -> [Finding] {
    var findings: [Finding] = []
    for raw in output.split(separator: UInt8(ascii: "\n")).prefix(BuildLog.limit) {
      let line = String(decoding: raw.prefix(BuildLines.width), as: UTF8.self)
      for (level, severity) in [("ERROR", Finding.Severity.error), ("WARNING", .warning), ("CHECK", .note)] {
        guard let mark = line.range(of: "\(level):"),
          mark.lowerBound == line.startIndex || line[..<mark.lowerBound].hasSuffix(": ")
        else { continue }
        let rest = line[mark.upperBound...]
        guard let colon = rest.firstIndex(of: ":"),
          rest[..<colon].allSatisfy({ $0.isUppercase || $0 == "_" || $0.isNumber })
        else { continue }
        findings.append(
          Finding(
            tool: "checkpatch:\(rest[..<colon])", severity: severity, site: site(line[..<mark.lowerBound]),
            message: String(rest[rest.index(after: colon)...].drop { $0 == " " })))
        break
      }
    }
    return findings
  }

  private static func site(_ head: Substring) -> Site? {
    let parts = head.split(separator: ":")
    guard parts.count >= 2, let line = Int(parts[1]), parts[0] != "-" else { return nil }
    return Site(file: parts[0].without(prefix: "./") ?? String(parts[0]), line: line)
  }
}
