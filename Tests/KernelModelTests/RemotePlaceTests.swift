// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Testing

@Suite struct RemotePlaceTests {
  @Test(arguments: [
    ("https://example.org/linux.git", "https"), ("https://example.org:8443/a?b#c", "https"),
    ("http://127.0.0.1:8080/words", "http"), ("http://localhost/words", "http"), ("http://[::1]:80/words", "http"),
  ]) func isFetched(url: String, scheme: String) throws {
    #expect(try RemotePlace(url).scheme == scheme)
  }

  @Test(arguments: [
    "http://example.org/", "http://127.0.0.1.example.org/", "http://localhost.example.org/", "http://user@localhost/",
    "https://user:password@example.org/", "https://", "https:///path", "file:///etc/passwd", "git://example.org/",
    "ssh://example.org/", "ext::sh -c id", "-https://example.org/", "https://example.org/a b", "https://example.org/\n",
    "https://example.org/\u{0}", "https://ex\u{E4}mple.org/", "HTTPS://example.org/", "/srv/linux", "",
    "http://[::1", "https://example.org\\@localhost/",
  ]) func isRefused(url: String) { #expect(throws: Failure.self) { try RemotePlace(url) } }
}
