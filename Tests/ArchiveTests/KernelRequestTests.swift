// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Testing

import Archive

@Suite struct KernelRequestTests {
  @Test(arguments: [
    ("6.12", "debian:6.12"), ("debian:6.12", "debian:6.12"), ("debian:6.12/cloud-amd64", "debian:6.12/cloud-amd64"),
    ("debian:6.12=6.12.117-1~deb12u1", "debian:6.12=6.12.117-1~deb12u1"),
    ("6.12/rt-amd64=6.12.117-1~deb12u1", "debian:6.12/rt-amd64=6.12.117-1~deb12u1"),
    ("6.12.117+deb12-amd64", "debian:6.12.117+deb12-amd64"),
    ("/lib/modules/6.1/build/", "local:/lib/modules/6.1/build"),
    ("local:/srv/linux build", "local:/srv/linux build"),
    ("git:/srv/linux#v6.13", "git:/srv/linux#v6.13?config=defconfig"),
    (
      "git:https://example.org/a#b.git#master?config=/etc/config",
      "git:https://example.org/a#b.git#master?config=/etc/config"
    ),
    ("git:/srv/linux#a?config=allmodconfig", "git:/srv/linux#a?config=allmodconfig"),
  ]) func reads(text: String, canonical: String) throws {
    let request = try KernelRequest.parse(text)
    #expect(request.description == canonical)
    #expect(try KernelRequest.parse(canonical) == request)
  }

  @Test(arguments: [
    "", "debian:", "debian:latest", "debian:6.12/", "debian:6.12=", "debian:6.12/a/b", "debian:../6.12", "6.12 ",
    "6.1;2",
    "rpm:6.12", "local:build", "local:", "git:/srv/linux", "git:relative#v6", "git:/srv/linux#", "git:/srv/linux#-x",
    "git:ext::sh -c true#x", "git:/srv/linux#v6?config=../x", "git:/srv/linux#v6?other=1",
  ]) func refuses(text: String) {
    #expect { try KernelRequest.parse(text) } throws: { ($0 as? Failure)?.code == .usage }
  }
}
