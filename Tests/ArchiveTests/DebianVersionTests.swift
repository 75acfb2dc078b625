// SPDX-License-Identifier: GPL-2.0-or-later

import Archive
import Sandbox
import Testing

/// Every pair is put to dpkg too: it is the judge of its own versions.
@Suite struct DebianVersionTests {
  private static let versions = [
    "5.10.262-1", "6.1.180-1~deb11u1", "6.1.192-2", "6.12.95-1~bpo12+1", "6.12.107-1", "6.12.107-1~deb12u1",
    "7.3~rc7-1~exp1", "7.3.4-1~bpo13+1", "7.3-1", "1:0.5", "0", "1.0", "1.0-1", "1.0-0", "1.0+b1", "1.0a", "1.0~~",
    "1.0~",
    "1.0.0", "1.00", "01.0", "0.0.20130228-6.3", "0.0.20130228-10", "2-1-1", "123456789012345678901234567890",
  ]

  @Test func ordersAsDpkgDoes() async throws {
    let script = """
      for left in "$@"; do for right in "$@"; do
        if dpkg --compare-versions "$left" lt "$right"; then echo 1; else echo 0; fi
      done; done 2>/dev/null
      """
    let execution = try await Containment().run(
      Command("sh", ["-c", script, "sh"] + Self.versions, place: .contained(View())))
    let judged = execution.text.split(separator: "\n").map { $0 == "1" }
    try #require(judged.count == Self.versions.count * Self.versions.count)
    for (row, left) in Self.versions.enumerated() {
      for (column, right) in Self.versions.enumerated() {
        let isLess = DebianVersion(left) < DebianVersion(right)
        #expect(isLess == judged[row * Self.versions.count + column], "\(left) < \(right)")
      }
    }
  }
}
