// SPDX-License-Identifier: GPL-2.0-or-later

import Archive
import Sandbox
import Testing

@Suite struct InstalledPackagesTests {
  private static let listing = """
    installed\tmake\t
    installed\tpkgconf\tpkg-config (= 1.8.1-1), pkgconf-tool
    config-files\tgawk\t
    not-a-line

    """

  @Test(
    arguments: [
      ([["make"]], []), ([["make", "gawk"], ["gawk", "make"]], []), ([["pkg-config"]], []), ([["pkgconf-tool"]], []),
      ([["gawk"]], ["gawk"]), ([["libx-dev", "liby-dev"], ["libx-dev"]], ["libx-dev"]),
      ([["dkms"], ["linux-headers-amd64", "linux-headers"]], []), ([[]], []), ([], []),
    ] as [([[String]], [String])])
  func missing(wishes: [[String]], missing: [String]) {
    #expect(InstalledPackages(listing: Self.listing).missing(of: wishes) == missing)
  }

  @Test func asksThisMachine() async throws {
    let installed = try await InstalledPackages.read(Containment())
    #expect(installed.missing(of: [["dpkg"], ["no-such-package-of-kmend"]]) == ["no-such-package-of-kmend"])
  }

  @Test func readsAlternativesAndRecommendations() {
    let lists = PackageLists(
      shown: """
        Package: toy-dkms
        Version: 1-1
        Architecture: all
        SHA256: 00
        Depends: dkms (>= 2.8), libx-dev | liby-dev:any (>= 1),
         pkg-config
        Recommends: toy

        """, madison: " toy-dkms | 1-1 | http://mirror.example.org/debian bookworm/main amd64 Packages\n")
    #expect(lists.packages.map(\.wants) == [[["dkms"], ["libx-dev", "liby-dev"], ["pkg-config"], ["toy"]]])
    #expect(lists.packages.map(\.depends) == [["dkms", "libx-dev", "liby-dev", "pkg-config"]])
  }
}
