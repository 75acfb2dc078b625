// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc

/// A folder in which hooks leave messages when no daemon is there to take them.
package struct SpoolFolder: Sendable {
  /// Files that are looked at: a full folder is no reason to stand still.
  private static let limit = 10_000
  private static let suffix = ".push"
  package let path: String

  package init(_ path: String) { self.path = path }

  /// Plain names only: they come from others.
  static func isName(_ name: String) -> Bool {
    name.hasSuffix(suffix) && name.utf8.count < 100
      && name.utf8.allSatisfy {
        $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2D || $0 == 0x2E
      }
  }

  /// Leaves a message: a file that is there whole or not at all.
  ///
  /// - Returns: its name; empty if it could not be left.
  package func leave(_ repository: String) -> String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let name = "\(time.tv_sec)-\(time.tv_nsec)-\(getpid())\(Self.suffix)"
    let bytes = HookMessage(repository: repository, name: name).bytes
    let draft = "\(path)/.\(name)"
    let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard file >= 0 else { return "" }
    let isWritten = write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
    close(file)
    guard isWritten, rename(draft, "\(path)/\(name)") == 0 else {
      unlink(draft)
      return ""
    }
    return name
  }

  /// The messages that wait, the oldest first. What is no message is left alone.
  package func messages() -> [HookMessage] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while names.count < Self.limit, let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if Self.isName(name), !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted().compactMap(message)
  }

  /// Whether a message that came another way lies here as well.
  package func holds(_ message: HookMessage) -> Bool {
    Self.isName(message.name) && !message.name.hasPrefix(".")
      && self.message(message.name)?.repository == message.repository
  }

  private func message(_ name: String) -> HookMessage? {
    let file = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= 1 << 16 else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    guard read(file, &bytes, bytes.count) == bytes.count, var message = HookMessage(bytes) else { return nil }
    message.name = name
    return message
  }

  /// The daemon has seen what a message is about.
  package func remove(_ name: String) {
    if Self.isName(name), !name.hasPrefix(".") { unlink("\(path)/\(name)") }
  }
}
