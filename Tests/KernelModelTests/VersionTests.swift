// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Testing

@Suite struct VersionTests {
  @Test(arguments: [
    ("6.1", "6.12"), ("6.1", "6.1.192"), ("5.10.0-46-amd64", "6.1"), ("6.12.117+deb12-amd64", "7.2.12+deb13-amd64"),
  ])
  func orders(older: String, newer: String) throws {
    let (old, new) = (try #require(KernelVersion(older)), try #require(KernelVersion(newer)))
    #expect(old < new)
    #expect(!(new < old))
  }

  @Test(arguments: ["", "v6.1", "-amd64", "."])
  func refuses(text: String) { #expect(KernelVersion(text) == nil) }
}
