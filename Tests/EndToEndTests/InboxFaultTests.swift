// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import TestSupport
import Testing

/// A list's server whose answers fail, one after the other.
extension EndToEnd {
  @Suite struct InboxFaultTests {
    /// Passes requests on, but for the one whose number is in the file `fault`, with what is to happen to it.
    private static let script = """
      import http.client, http.server, sys, threading
      backend, fault, log = sys.argv[1], sys.argv[2], sys.argv[3]
      lock, number = threading.Lock(), 0
      class Handler(http.server.BaseHTTPRequestHandler):
          def pass_on(self):
              global number
              length = int(self.headers.get("Content-Length") or 0)
              sent = self.rfile.read(length)
              with lock:
                  number += 1
                  mine = number
                  open(log, "a").write("%d %s\\n" % (mine, self.path))
              wanted, kind = open(fault).read().split()
              if mine == int(wanted):
                  self.close_connection = True
                  if kind == "closed": return
                  if kind == "busy": return self.send_error(503)
                  if kind == "page":
                      self.send_response(200)
                      self.send_header("Content-Type", "text/html")
                      self.end_headers()
                      return self.wfile.write(b"<html>prove that you are no program</html>")
              connection = http.client.HTTPConnection(backend)
              headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection", "transfer-encoding")}
              connection.request(self.command, self.path, sent, headers)
              answer = connection.getresponse()
              body = answer.read()
              self.send_response(answer.status)
              for name in ("Content-Type", "Last-Modified"):
                  if answer.getheader(name): self.send_header(name, answer.getheader(name))
              self.send_header("Content-Length", str(len(body)))
              self.end_headers()
              if mine == int(wanted) and kind == "short": body = body[: len(body) // 2]
              self.wfile.write(body)
          do_GET = do_POST = pass_on
          def log_message(self, *arguments): pass
      server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
      server.daemon_threads = True
      print(server.server_port, flush=True)
      server.serve_forever()
      """

    /// What a daemon makes of a mail that came, where a request fails; how many requests there were.
    private func outcome(of fault: (number: Int, kind: String)) async throws -> (places: String, requests: Int) {
      var result = (places: "", requests: 0)
      try await withTemporaryFolder { folder in
        let watched = try WatchedTree(folder)
        let server = try await InboxServer(in: folder + "/server")
        let backend = try #require(server.url.firstMatch(of: /127\.0\.0\.1:\d+/)).output
        func say(_ number: Int, _ kind: String) throws { try watched.write(folder + "/fault", "\(number) \(kind)\n") }
        try say(0, "none")
        let (proxy, output) = (Process(), Pipe())
        proxy.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        proxy.arguments = ["python3", "-c", Self.script, String(backend), folder + "/fault", folder + "/requests"]
        proxy.standardOutput = output
        try proxy.run()
        defer { kill(proxy.processIdentifier, SIGKILL) }
        let port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self).prefix { $0.isNumber }
        let text = try String(contentsOfFile: watched.configuration, encoding: .utf8)
        try watched.write(
          watched.configuration, text + "\n[[list]]\nname = \"words\"\ninbox = \"http://127.0.0.1:\(port)/words\"\n")
        func kmend(_ arguments: [String]) async throws -> Shipped.Run {
          try await Shipped.kmend(
            arguments + ["--config", watched.configuration], environment: ["KMEND_CACHE": folder + "/cache"])
        }
        #expect(try await kmend(["subscribe", watched.driver]).code == 0)
        try await server.deliver(MailArchive.patch("0", "[PATCH] words: what was before", body: "No.\n"))
        #expect(try await kmend(["serve", "--once"]).code == 0)
        try await server.deliver(MailArchive.patch("1"))
        func requests() -> Int {
          ((try? String(contentsOfFile: folder + "/requests", encoding: .utf8)) ?? "").split(separator: "\n").count
        }
        let before = requests()
        try say(before + fault.number, fault.kind)
        _ = try await kmend(["serve", "--once"])
        result.requests = requests() - before
        try say(0, "none")
        #expect(try await kmend(["serve", "--once"]).code == 0)
        let run = try await kmend(["forecast", "--change", "<1@x>"])
        let jobs = try await kmend(["jobs"]).output.split(separator: "\n").count { $0.contains("mails") }
        result.places = "\(run.output.contains("own.c:5")) \(jobs)"
      }
      return result
    }

    @Test func eachAnswerFailsInItsTurn() async throws {
      let whole = try await outcome(of: (0, "none"))
      #expect(whole.places == "true 1")
      #expect(whole.requests >= 3)
      var count = 0
      for number in 1...whole.requests {
        for kind in ["closed", "busy", "page", "short"] {
          count += 1
          let places = try await outcome(of: (number, kind)).places
          #expect(places.hasPrefix("true "), "answer \(number) \(kind)")
        }
      }
      print("\(count) answers of a list's server failed")
    }
  }
}
