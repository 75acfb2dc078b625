// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// Real drivers of Debian's: their series as they were read and found right.
  @Suite struct SeriesTests {
    static let drivers = [
      // An initialiser that is no longer wanted.
      "langford-dkms=0.0.20130228-6.3",
      // A function whose value nobody takes, in the newest branch of the driver's own ladder.
      "nat-rtsp-dkms=0.7+5.3-0.2",
      // The same at four places.
      "v4l2loopback-dkms=0.12.7-2",
      // A macro that became a function of fewer arguments, and a callback of a structure that became const: both kernels
      // by a condition and by a probe.
      "vpoll-dkms=0.1-3",
      // A header that moved, for five sources by one of the driver's own, and one that others no longer bring in.
      "gost-crypto-dkms=0.3.4-4",
    ]

    /// What a maintainer applies: titles and diffs. The evidence around them names kernels that the archive replaces.
    @Test(arguments: drivers)
    func aSeriesStays(_ driver: String) async throws {
      try await withTemporaryFolder { folder in
        let run = try await Shipped.kmend([
          "adapt", "debian:\(driver)", "--from", "6.1", "--to", "6.12", "--no-boot", "--quiet", "--out", folder,
        ])
        #expect([0, 1].contains(run.code), "\(run.errors)")
        let mbox = try String(contentsOfFile: "\(folder)/series.mbox", encoding: .utf8)
        let name = driver.prefix { $0 != "=" }
        try expectGolden(Self.patches(mbox), "series/\(name).diff")
      }
    }

    private static func patches(_ mbox: String) -> String {
      var lines: [Substring] = []
      var isDiff = false
      for line in mbox.split(separator: "\n", omittingEmptySubsequences: false) {
        if line.hasPrefix("diff --git ") { isDiff = true }
        if line == "-- " || line.hasPrefix("Applies to ") || line.hasPrefix("From mboxrd@z ") { isDiff = false }
        if line.hasPrefix("Subject: ") || (isDiff && !line.hasPrefix("index ")) { lines.append(line) }
      }
      return lines.joined(separator: "\n") + "\n"
    }
  }
}
