// SPDX-License-Identifier: GPL-2.0-or-later

import Archive
import Foundation
import KernelModel
import TestSupport
import Testing

@Suite struct AptSourceTests {
  @Test func deb822() {
    let text = """
      # a comment
      Types: deb deb-src
      URIs: http://deb.example.org/debian
      # http://snapshot.example.org
      Suites: bookworm
       bookworm-updates
      Components: main non-free-firmware
      Signed-By:
       -----BEGIN PGP PUBLIC KEY BLOCK-----
       .
       mQINBF
       -----END PGP PUBLIC KEY BLOCK-----

      Types: deb-src
      URIs: http://deb.example.org/debian
      Suites: bookworm
      Components: main

      Types: deb
      Enabled: no
      URIs: http://deb.example.org/other
      Suites: bookworm
      Components: main
      \t
      types: deb
      uris: cdrom:[disc] mirror+file:/etc/apt/mirrors/debian-security.list
      suites: bookworm-security
      components: main
      signed-by: /usr/share/keyrings/debian-archive-keyring.gpg
      """
    let key = "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n -----END PGP PUBLIC KEY BLOCK-----"
    #expect(
      AptSource.parse(deb822: text) == [
        AptSource(
          uris: ["http://deb.example.org/debian"], suites: ["bookworm", "bookworm-updates"],
          components: ["main", "non-free-firmware"], signedBy: key),
        AptSource(
          uris: ["mirror+file:/etc/apt/mirrors/debian-security.list"], suites: ["bookworm-security"],
          components: ["main"], signedBy: "/usr/share/keyrings/debian-archive-keyring.gpg"),
      ])
  }

  @Test(arguments: [
    ("deb http://a/debian bookworm main contrib # note", "http://a/debian|bookworm|main contrib|"),
    ("  deb\thttp://a/debian/  trixie\tmain", "http://a/debian/|trixie|main|"),
    ("deb [signed-by=/k.gpg arch=amd64,i386] http://a/debian sid main", "http://a/debian|sid|main|/k.gpg"),
    ("deb [ arch=amd64 signed-by=\"/k.gpg\" ] http://a/debian sid main", "http://a/debian|sid|main|/k.gpg"),
    ("deb-src http://a/debian bookworm main", ""), ("#deb http://a/debian bookworm main", ""),
    ("deb cdrom:[Debian 12]/ bookworm main", ""), ("deb [arch=amd64 http://a/debian sid main", ""),
    ("deb http://a", ""),
    ("debug", ""), ("", ""),
  ]) func oneLine(text: String, expected: String) {
    let sources = AptSource.parse(list: text).map { source in
      "\(source.uris[0])|\(source.suites[0])|\(source.components.joined(separator: " "))|\(source.signedBy ?? "")"
    }
    #expect(sources.joined() == expected)
  }

  private static func mirror(_ list: String) throws -> Mirror { try Mirror(sources: AptSource.parse(list: list)) }

  @Test(arguments: [
    // Other vendors name their suites after Debian's releases.
    (
      """
      deb https://a.example.org/linux/debian bookworm stable
      deb https://b.example.org/prod bookworm main
      deb [signed-by=/d.gpg] http://m.example.org/debian bookworm main
      deb http://m.example.org/debian-security bookworm-security main
      """, "http://m.example.org/debian", "http://m.example.org/debian-security"
    ),
    // A mirror under another path, known by its key.
    (
      """
      deb https://b.example.org/prod bookworm main
      deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://m.example.org/os stable main
      deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://m.example.org/sec stable-security main
      """, "http://m.example.org/os", "http://m.example.org/sec"
    ),
    // No security entry: mirrors that have it have it beside the other.
    (
      "deb http://m.example.org/debian/ trixie main", "http://m.example.org/debian/",
      "http://m.example.org/debian-security"
    ),
  ]) func findsTheMirror(list: String, archive: String, security: String) throws {
    let mirror = try Self.mirror(list)
    #expect(mirror.archive.uris == [archive])
    #expect(mirror.security.uris == [security])
  }

  @Test func replacesSuitesAndComponents() throws {
    let mirror = try Self.mirror("deb [signed-by=/k.gpg trusted=yes] http://m/debian bookworm main")
    let text = mirror.sources(
      suites: [Suite(named: "trixie-backports"), Suite(named: "bullseye-security")], architecture: "amd64")
    #expect(
      text == """
        Types: deb
        URIs: http://m/debian
        Suites: trixie-backports
        Components: main contrib non-free non-free-firmware
        Architectures: amd64
        Signed-By: /k.gpg

        Types: deb
        URIs: http://m/debian-security
        Suites: bullseye-security
        Components: main contrib non-free non-free-firmware
        Architectures: amd64
        Signed-By: /k.gpg

        """)
    #expect { try Self.mirror("deb http://m/ubuntu noble main") } throws: { ($0 as? Failure)?.code == .unavailable }
  }

  @Test func readsTheMachinesFolder() async throws {
    try await withTemporaryFolder { folder in
      let files = [
        "sources.list": "deb http://one/debian bookworm main\n",
        "sources.list.d/b.sources": "Types: deb\nURIs: http://three/debian\nSuites: sid\nComponents: main\n",
        "sources.list.d/a.list": "deb http://two/debian bookworm main\n",
        "sources.list.d/c.list.disabled": "deb http://four/debian bookworm main\n",
      ]
      try FileManager.default.createDirectory(atPath: "\(folder)/sources.list.d", withIntermediateDirectories: true)
      for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
      let uris = AptSource.read(below: folder).flatMap(\.uris)
      #expect(uris == ["http://one/debian", "http://two/debian", "http://three/debian"])
    }
  }
}
