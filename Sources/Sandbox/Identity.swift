// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import Synchronization

/// The uid and gid that a contained program runs with.
///
/// Started by root, each run gets a uid of its own, so that a limit on processes binds and two runs can't touch each
/// other. Started by a plain user, it is that user in a user namespace of its own.
struct Identity: Sendable, Hashable {
  var uid: uid_t
  var gid: gid_t
  /// Whether the caller is root and drops to this identity.
  var dropped: Bool

  /// First uid of the range that runs take theirs from: 0x70000000 to 0x77ffffff, which neither Debian nor systemd
  /// hands out (systemd.io/UIDS-GIDS).
  static let firstUID: uid_t = 0x7000_0000
  private static let runs = Atomic<UInt32>(0)

  static func next() -> Identity {
    guard geteuid() == 0 else { return Identity(uid: getuid(), gid: getgid(), dropped: false) }
    let run = runs.wrappingAdd(1, ordering: .relaxed).oldValue
    let uid = firstUID + (uid_t(getpid()) & 0x3f_ffff) << 5 + run & 31
    return Identity(uid: uid, gid: uid, dropped: true)
  }
}
