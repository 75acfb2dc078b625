// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import Spool

// git's post-receive hook: leaves a message for the daemon, asks it what the push means, and prints the answer for whoever
// pushed. It never fails and starts nothing: git waits for whoever holds its descriptors (githooks(5)).

/// Milliseconds that a push may be held up for.
let patience: Int32 = 2000

func variable(_ name: String, or usual: String) -> String { getenv(name).map { String(cString: $0) } ?? usual }

/// Milliseconds of a clock that nobody sets.
func now() -> Int32 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int32(truncatingIfNeeded: time.tv_sec &* 1000 &+ time.tv_nsec / 1_000_000)
}

func repository() -> String? {
  // grokmirror's hooks are given the repository, and nothing to read.
  let named = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : variable("GIT_DIR", or: ".")
  guard let path = realpath(named, nil) else { return nil }
  defer { free(path) }
  return String(cString: path)
}

/// git writes one line for each ref; who does not read them all lets it die of SIGPIPE.
func drain() {
  guard CommandLine.arguments.count < 2, isatty(STDIN_FILENO) == 0 else { return }
  var bytes = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = read(STDIN_FILENO, &bytes, bytes.count)
    if count == 0 || (count < 0 && errno != EINTR) { return }
  }
}

func answer(to message: HookMessage) -> [UInt8] {
  let end = now() &+ patience
  guard let socket = UnixSocket.connect(to: variable("KMEND_SOCKET", or: "/run/kmend/hook.socket")) else { return [] }
  socket.send(message.bytes)
  socket.finish()
  var answer: [UInt8] = []
  while case let left = end &- now(), left > 0, answer.count < 1 << 16 {
    switch socket.read() {
    case .bytes(let bytes): answer += bytes
    case .none: socket.wait(milliseconds: left)
    case .end: return answer
    }
  }
  return answer
}

signal(SIGPIPE, SIG_IGN)
drain()
if let path = repository() {
  let name = SpoolFolder(variable("KMEND_SPOOL", or: "/var/spool/kmend")).leave(path)
  let text = answer(to: HookMessage(repository: path, name: name))
  _ = write(STDOUT_FILENO, text, text.count)
}
exit(0)
