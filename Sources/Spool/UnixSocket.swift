// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc

/// A stream socket of the file system (unix(7)); no call of it waits longer than it is told to.
package final class UnixSocket: Sendable {
  private let file: Int32

  private init(_ file: Int32) { self.file = file }

  deinit { close(file) }

  private static func address(_ path: String) -> sockaddr_un? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8) + [0]
    guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return address
  }

  private static func make() -> Int32 {
    socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
  }

  private static func with(
    _ address: sockaddr_un, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        call($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  /// Waits for others at a path; a socket that is left there is replaced.
  ///
  /// - Parameter mode: who may connect, as chmod(2) takes it.
  /// - Returns: nil, and `errno` says why.
  package static func listen(at path: String, mode: UInt32) -> UnixSocket? {
    guard let address = address(path) else {
      errno = ENAMETOOLONG
      return nil
    }
    var status = stat()
    if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
    let socket = UnixSocket(make())
    guard socket.file >= 0, with(address, { bind(socket.file, $0, $1) }) == 0, chmod(path, mode) == 0,
      Glibc.listen(socket.file, 64) == 0
    else { return nil }
    return socket
  }

  /// Nil where nobody listens, or too many wait.
  package static func connect(to path: String) -> UnixSocket? {
    guard let address = address(path) else { return nil }
    let socket = UnixSocket(make())
    guard socket.file >= 0, with(address, { Glibc.connect(socket.file, $0, $1) }) == 0 else { return nil }
    return socket
  }

  /// Who connected; nil where nobody did.
  package func accept() -> UnixSocket? {
    let other = Glibc.accept(file, nil, nil)
    guard other >= 0 else { return nil }
    _ = fcntl(other, F_SETFD, FD_CLOEXEC)
    _ = fcntl(other, F_SETFL, O_NONBLOCK)
    return UnixSocket(other)
  }

  /// What reading gave.
  package enum Piece: Sendable, Hashable {
    case bytes([UInt8])
    /// Nothing yet.
    case none
    /// The other end says no more.
    case end
  }

  package func read() -> Piece {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = Glibc.read(file, &bytes, bytes.count)
    if count > 0 { return .bytes(Array(bytes[..<count])) }
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? .none : .end
  }

  /// Waits until there is something to read, so many milliseconds at most.
  package func wait(milliseconds: Int32) {
    var entry = pollfd(file: file)
    poll(&entry, 1, max(0, milliseconds))
  }

  /// Writes all of it, or nothing more than the other end takes at once: messages are short.
  package func send(_ bytes: [UInt8]) { _ = Glibc.send(file, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

  /// Says no more.
  package func finish() { shutdown(file, Int32(SHUT_WR)) }
}

extension pollfd {
  fileprivate init(file: Int32) { self.init(fd: file, events: Int16(POLLIN), revents: 0) }
}
