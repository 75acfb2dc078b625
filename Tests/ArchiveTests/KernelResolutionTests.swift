// SPDX-License-Identifier: GPL-2.0-or-later

import Archive
import KernelModel
import TestSupport
import Testing

/// Against lists recorded from Debian's archive on one day, with eleven releases of five kernels in twelve suites.
@Suite struct KernelResolutionTests {
  private static func resolution(host: String) throws -> KernelResolution {
    let lists = PackageLists(
      shown: try goldenText("Archive/show.txt"), madison: try goldenText("Archive/madison.txt"))
    let released: Set = ["bullseye", "bullseye-security", "bookworm", "bookworm-security", "trixie", "trixie-security"]
    return KernelResolution(lists: lists, released: released, host: host, architecture: "amd64")
  }

  @Test(arguments: [
    // A build for the host's own release wins, be it no kernel of that release.
    ("bookworm", "6.12", "6.12.117+deb12-amd64", "bookworm-security"),
    ("bookworm", "6.1", "6.1.0-56-amd64", "bookworm-security"),
    ("bullseye", "6.1", "6.1.0-0.deb11.52-amd64", "bullseye-security"),
    ("trixie", "7.2", "7.2.12+deb13-amd64", "trixie-backports"), ("sid", "7.2", "7.2.13+deb14-amd64", "sid"),
    // Then the release whose own kernel it is.
    ("bookworm", "5.10", "5.10.0-46-amd64", "bullseye-security"),
    ("trixie", "6.1", "6.1.0-56-amd64", "bookworm-security"),
    ("bullseye", "6.12", "6.12.117+deb13-amd64", "trixie-security"),
    ("", "6.12", "6.12.117+deb13-amd64", "trixie-security"),
    // Then the lowest suite that has it; what is not released yet is nobody's own kernel.
    ("bookworm", "7.2", "7.2.12+deb13-amd64", "trixie-backports"),
    ("bookworm", "7.3", "7.3.4+deb13-amd64", "trixie-backports"),
    // More precise versions, and releases as uname prints them.
    ("bookworm", "6.12.107", "6.12.107+deb12-amd64", "bookworm-security"),
    ("trixie", "6.12.107", "6.12.107+deb13-amd64", "trixie"),
    ("bookworm", "6.1.0-50", "6.1.0-50-amd64", "bookworm"),
    ("bookworm", "6.1.0-50-amd64", "6.1.0-50-amd64", "bookworm"),
  ]) func chooses(host: String, version: String, release: String, suite: String) throws {
    let choice = try Self.resolution(host: host).choose(version: version, flavour: nil, exact: nil)
    #expect(choice.release == release)
    #expect(choice.suite.name == suite)
    #expect(choice.headers.count == 3)
    #expect(!choice.image.isEmpty)
    #expect(Set(choice.packages.map(\.version)) == [choice.sourceVersion])
    #expect(choice.source?.name.hasPrefix("linux-source-") == true)
  }

  @Test func flavourAndExactVersion() throws {
    let resolution = try Self.resolution(host: "bookworm")
    let cloud = try resolution.choose(version: "6.12", flavour: "cloud-amd64", exact: "6.12.117-1~deb12u1")
    #expect(cloud.release == "6.12.117+deb12-cloud-amd64")
    #expect(cloud.image.map(\.name) == ["linux-image-6.12.117+deb12-cloud-amd64"])
    let trixie = try resolution.choose(version: "6.12", flavour: nil, exact: "6.12.117-1")
    #expect(trixie.suite.name == "trixie-security")
  }

  @Test func splitAndUnsignedImages() throws {
    let resolution = try Self.resolution(host: "bookworm")
    let signed = try resolution.choose(version: "7.2", flavour: nil, exact: nil)
    #expect(
      signed.image.map(\.name) == [
        "linux-image-7.2.12+deb13-amd64", "linux-binary-7.2.12+deb13-amd64", "linux-modules-7.2.12+deb13-amd64",
        "linux-base-7.2.12+deb13-amd64",
      ])
    let unsigned = try resolution.choose(version: "7.3", flavour: nil, exact: nil)
    #expect(
      unsigned.image.map(\.name) == [
        "linux-binary-unsigned-7.3.4+deb13-amd64", "linux-modules-7.3.4+deb13-amd64", "linux-base-7.3.4+deb13-amd64",
      ])
  }

  @Test(arguments: [
    ("6.13", nil, "5.10, 6.1, 6.12, 7.2, 7.3"), ("6.12", "6.12.1-1", "6.12.107-1~deb12u1"),
    ("6.1", "6.1", "6.1.190-1, 6.1.192-1, 6.1.192-2"),
  ]) func saysWhatThereIs(version: String, exact: String?, there: String) throws {
    let resolution = try Self.resolution(host: "bookworm")
    #expect { try resolution.choose(version: version, flavour: nil, exact: exact) } throws: { error in
      guard let failure = error as? Failure else { return false }
      return failure.code == .unavailable && failure.remedy.contains(there)
    }
  }
}
