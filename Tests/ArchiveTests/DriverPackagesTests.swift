// SPDX-License-Identifier: GPL-2.0-or-later

import Archive
import Foundation
import KernelModel
import Sandbox
import Testing

@Suite struct DriverPackagesTests {
  private static func packages(_ archive: LocalArchive) -> DriverPackages {
    DriverPackages(cache: archive.cache, containment: Containment(), machine: archive.machine)
  }

  @Test func fetches() async throws {
    try await withLocalArchive { archive in
      for version in ["1:0.9-1", "1:0.10-1"] {
        try await archive.package(
          "toy-dkms", version,
          script: "mkdir -p usr/src/toy-1; echo '\(version)' >usr/src/toy-1/dkms.conf; ln -s /etc usr/src/a")
      }
      try await archive.package("two-dkms", "1", script: "mkdir -p usr/src/one-1 usr/src/two-1")
      try await archive.package("none", "1", script: "mkdir -p usr/share")
      try await archive.publish()
      let packages = Self.packages(archive)
      let newest = try await packages.fetch(package: "toy-dkms", version: nil)
      #expect(newest.version == "1:0.10-1")
      #expect(newest.sha256.count == 64)
      #expect(newest.folder.hasSuffix("/usr/src/toy-1"))
      #expect(try String(contentsOfFile: "\(newest.folder)/dkms.conf", encoding: .utf8) == "1:0.10-1\n")
      #expect(try await packages.fetch(package: "toy-dkms", version: "1:0.9-1").version == "1:0.9-1")
      try await Self.refuse(packages, "toy-dkms", "1:0.8-1", .unavailable, "it has 1:0.9-1, 1:0.10-1")
      try await Self.refuse(packages, "missing-dkms", nil, .unavailable, "no suite of the mirror has such a package")
      try await Self.refuse(packages, "two-dkms", nil, .badInput, "one-1, two-1")
      try await Self.refuse(packages, "none", nil, .badInput, "no driver source")
      try await Self.refuse(packages, "../etc", nil, .usage, "not the name")
      let left = try FileManager.default.contentsOfDirectory(atPath: "\(archive.cache)/drivers")
      #expect(left.sorted() == ["toy-dkms@1_0.10-1", "toy-dkms@1_0.9-1"])
      // The cache serves without a network.
      try archive.point(to: "http://127.0.0.1:9/debian")
      #expect(try await packages.fetch(package: "toy-dkms", version: "1:0.9-1").version == "1:0.9-1")
      #expect(try await packages.fetch(package: "toy-dkms", version: nil).version == "1:0.10-1")
    }
  }

  private static func refuse(
    _ packages: DriverPackages, _ name: String, _ version: String?, _ code: Failure.Code, _ words: String
  ) async throws {
    do {
      _ = try await packages.fetch(package: name, version: version)
      Issue.record("\(name) was fetched")
    } catch let failure as Failure {
      #expect(failure.code == code, "\(failure)")
      #expect(failure.description.contains(words), "\(failure)")
    }
  }
}
