// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc

/// Longest request line, bytes: a driver's largest source with room to spare.
private let longestLine = 256 << 20

/// Answers requests from standard input on standard output until the input ends; the exit code.
package func serveFrontend() -> Int32 {
  // libclang writes its own complaints to standard output now and then; the protocol keeps that channel to itself.
  let output = dup(1)
  guard output >= 0, dup2(2, 1) >= 0 else { return 70 }
  let service = FrontendService()
  var pending: [UInt8] = []
  var searched = 0
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = read(0, &buffer, buffer.count)
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return count == 0 ? 0 : 70 }
    pending += buffer[..<count]
    while let end = pending[searched...].firstIndex(of: 0x0A) {
      let line = Array(pending[..<end])
      pending.removeSubrange(...end)
      searched = 0
      guard !line.isEmpty else { continue }
      guard write(service.answer(line: line) + [0x0A], to: output) else { return 0 }
    }
    searched = pending.count
    guard pending.count <= longestLine else { return 65 }
  }
}

/// Writes all bytes; false when nobody reads them any more.
private func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
  var written = 0
  while written < bytes.count {
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written) }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return false }
    written += count
  }
  return true
}
