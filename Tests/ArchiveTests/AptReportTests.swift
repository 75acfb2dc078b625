// SPDX-License-Identifier: GPL-2.0-or-later

import Archive
import Testing

/// What apt 2.6 printed on such occasions.
@Suite struct AptReportTests {
  @Test func suitesThatCameAndSuitesThatAreGone() {
    let report = UpdateReport(
      """
      Get:1 http://mirror.example.org/debian bookworm InRelease [151 kB]
      Hit:2 http://mirror.example.org/debian sid InRelease
      Ign:3 http://mirror.example.org/debian bullseye-backports InRelease
      Err:4 http://mirror.example.org/debian bullseye-backports Release
        404  Not Found [IP: 203.0.113.80 80]
      Get:5 http://mirror.example.org/debian bookworm/main amd64 Packages [8790 kB]
      Reading package lists...
      E: The repository 'http://mirror.example.org/debian bullseye-backports Release' does not have a Release file.
      """)
    #expect(report.served == ["bookworm", "sid"])
    #expect(report.gone == ["bullseye-backports"])
    #expect(report.refused.isEmpty)
    #expect(report.unreachable.isEmpty)
    #expect(report.note == nil)
  }

  /// An address is no answer.
  @Test func numbersInAddresses() {
    let report = UpdateReport(
      """
      Get:1 file:/srv/404/archive bookworm InRelease [545 B]
      Reading package lists...
      W: Skipping acquire of configured file 'contrib/binary-amd64/Packages' as repository 'file:/srv/404/archive bookworm InRelease' doesn't have the component 'contrib'
      """)
    #expect(report.served == ["bookworm"])
    #expect(DownloadProblem("E: Failed to fetch http://m/404/x.deb  Connection timed out") == .unreachable)
  }

  @Test func signatures() {
    let report = UpdateReport(
      """
      Get:1 file:/archive bookworm InRelease [1042 B]
      Err:1 file:/archive bookworm InRelease
        The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 0123456789ABCDEF
      Get:2 file:/archive trixie InRelease [1042 B]
      Reading package lists...
      W: GPG error: file:/archive bookworm InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 0123456789ABCDEF
      E: The repository 'file:/archive bookworm InRelease' is not signed.
      """)
    #expect(report.served == ["trixie"])
    #expect(report.refused == ["bookworm"])
    #expect(report.note == "passing over suites; signature refused: bookworm")
    #expect(report.failure(mirror: "m", detail: "").code == .unavailable)
  }

  @Test func noNetwork() {
    let report = UpdateReport(
      """
      Ign:1 http://mirror.example.org/debian bookworm InRelease
      Err:1 http://mirror.example.org/debian bookworm InRelease
        Temporary failure resolving 'mirror.example.org'
      Reading package lists...
      W: Failed to fetch http://mirror.example.org/debian/dists/bookworm/InRelease  Temporary failure resolving 'mirror.example.org'
      W: Some index files failed to download. They have been ignored, or old ones used instead.
      """)
    #expect(report.served.isEmpty)
    #expect(report.unreachable == ["bookworm"])
    #expect(report.failure(mirror: "m", detail: "").code == .tryAgain)
  }

  @Test(arguments: [
    ("E: You don't have enough free space in /cache/apt/archives/.", DownloadProblem.full),
    ("E: Failed to fetch http://m/x.deb  Error writing to file - write (28: No space left on device)", .full),
    ("E: Failed to fetch http://m/x.deb  Hash Sum mismatch", .damaged),
    ("E: Failed to fetch http://m/x.deb  File has unexpected size (12 != 13). Mirror sync in progress?", .damaged),
    ("E: Failed to fetch http://m/x.deb  404  Not Found [IP: 203.0.113.80 80]", .gone),
    ("E: Version '1' for 'x' was not found", .gone),
    (
      "E: Failed to fetch http://m/x.deb  Could not connect to m:80 (203.0.113.80). - connect (111: refused)",
      .unreachable
    ),
  ]) func downloads(text: String, problem: DownloadProblem) {
    #expect(DownloadProblem(text) == problem)
  }
}
