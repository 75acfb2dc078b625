// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import NetTransfer
import TestSupport
import Testing

/// Against a server on this machine.
@Suite struct HTTPTests {
  private let client = HTTPClient(agent: "kmend/test")

  /// Python's own server, with what it can't do by itself: odd answers.
  private static let script = """
    import http.server, sys, time
    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self):
            known = {"/moved": 302, "/busy": 503, "/teapot": 418}
            if self.path in known:
                self.send_response(known[self.path])
                self.send_header("Location", "http://example.invalid/")
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif self.path == "/agent":
                text = self.headers["User-Agent"].encode()
                self.send_response(200)
                self.send_header("Content-Type", "Text/HTML; charset=utf-8")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)
            elif self.path == "/endless":
                self.send_response(200)
                self.end_headers()
                try:
                    while True: self.wfile.write(b"x" * 65536)
                except OSError: pass
            elif self.path == "/short":
                self.send_response(200)
                self.send_header("Content-Length", "100")
                self.end_headers()
                self.wfile.write(b"x")
            elif self.path == "/silent": time.sleep(60)
            else: super().do_GET()
        def log_message(self, *arguments): pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()
    """

  private func withServer(_ body: (_ url: String, _ folder: String) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let (process, output) = (Process(), Pipe())
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["python3", "-c", Self.script]
      process.currentDirectoryURL = URL(fileURLWithPath: folder)
      process.standardOutput = output
      try process.run()
      defer { kill(process.processIdentifier, SIGKILL) }
      let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      let port = try #require(Int(line.prefix { $0.isNumber }))
      try await body("http://127.0.0.1:\(port)", folder)
    }
  }

  @Test func aFileIsRead() async throws {
    try await withServer { url, folder in
      let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      try Data(bytes).write(to: URL(fileURLWithPath: folder + "/file.gz"))
      let response = try await client.get(url + "/file.gz", limit: 100_000)
      #expect(response.body == bytes)
      #expect(response.type == "application/gzip")
      let time = try #require(response.modified)
      #expect(try await client.get(url + "/file.gz", limit: 100_000, changedAfter: time).body == nil)
      let before = "Mon, 02 Jan 2006 15:04:05 GMT"
      #expect(try await client.get(url + "/file.gz", limit: 100_000, changedAfter: before).body == bytes)
      let page = try await client.get(url + "/agent", limit: 100)
      #expect(page.body == Array("kmend/test".utf8))
      #expect(page.type == "text/html")
    }
  }

  @Test(arguments: [
    ("/none", Failure.Code.badInput, "is not there (HTTP 404)"), ("/busy", .tryAgain, "HTTP 503"),
    ("/teapot", .tryAgain, "HTTP 418"), ("/moved", .tryAgain, "HTTP 302"),
    ("/endless", .badInput, "is larger than 1 MB"),
    ("/short", .tryAgain, "can't be read"),
  ]) func whatIsNoFileIsTold(path: String, code: Failure.Code, words: String) async throws {
    try await withServer { url, _ in
      let failure = try await #require(throws: Failure.self) {
        _ = try await client.get(url + path, limit: 1 << 20)
      }
      #expect(failure.code == code && "\(failure)".contains(words), "\(failure)")
    }
  }

  @Test func whoIsCancelledDoesNotWait() async throws {
    try await withServer { url, _ in
      let task = Task { try await client.get(url + "/silent", limit: 1) }
      try await Task.sleep(for: .milliseconds(200))
      task.cancel()
      await #expect(throws: CancellationError.self) { _ = try await task.value }
    }
  }

  @Test func nobodyIsThere() async throws {
    let failure = try await #require(throws: Failure.self) { _ = try await client.get("http://127.0.0.1:1/", limit: 1) }
    #expect(failure.code == .tryAgain)
  }

  @Test func gzipIsUnpacked() async throws {
    // `printf words | gzip -n`
    let packed: [UInt8] = [
      0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x2B, 0xCF, 0x2F, 0x4A, 0x29, 6, 0, 0x8C, 0x1E, 0x7D, 0x71, 5, 0, 0, 0,
    ]
    let unpacked = try? await Gunzip.unpack(packed, from: "it", limit: 100)
    #expect(unpacked.map { String(decoding: $0, as: UTF8.self) } == "words")
    for (bytes, limit, words) in [(Array("words".utf8), 100, "is no gzip file"), (packed, 3, "unpacks to more than")] {
      let failure = try await #require(throws: Failure.self) {
        _ = try await Gunzip.unpack(bytes, from: "it", limit: limit)
      }
      #expect("\(failure)".contains(words))
    }
  }
}
