// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel

/// What a job did, line by line, in a file of its own.
package struct JobLog: Sendable {
  /// So much of a log is kept: a job that says more than that repeats itself.
  private static let limit = 4 << 20
  package let path: String

  package init(folder: String, job: Int) { path = "\(folder)/\(job).log" }

  /// Appends a line. Without room for it the job goes on: the ledger has what matters.
  func add(_ text: String) {
    let stamp = Date().formatted(.iso8601)
    let line = "\(stamp) \(text.split(whereSeparator: \.isNewline).joined(separator: " "))\n"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o640)
    guard descriptor >= 0 else { return }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    guard (try? file.seekToEnd()).map({ $0 < Self.limit }) ?? false else { return }
    try? file.write(contentsOf: Data(line.utf8))
  }

  /// All of it; empty where nothing was said.
  package var text: String {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
