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

  /// First uid of the range that runs take theirs from, 0x70000000 to 0x77ffffff: neither Debian nor systemd hands
  /// those out (systemd.io/UIDS-GIDS).
  static let firstUID: uid_t = 0x7000_0000
  private static let count: uid_t = 1 << 27
  private static let runs = Atomic<UInt32>(0)

  /// Another identity for each run: the process id and a counter chose it, so that no two runs of a machine share it.
  static func next() -> Identity {
    let plain = Identity(uid: getuid(), gid: getgid(), dropped: false)
    guard geteuid() == 0, isMapped else { return plain }
    let run = runs.wrappingAdd(1, ordering: .relaxed).oldValue
    let uid = firstUID + (uid_t(getpid()) << 5 + run & 31) % count
    return Identity(uid: uid, gid: uid, dropped: true)
  }

  /// False for the root of a user namespace that lacks the range, e.g. in a rootless container.
  private static let isMapped: Bool = {
    ["uid_map", "gid_map"].allSatisfy { map in
      lines(of: "/proc/self/\(map)").contains { line in
        let fields = line.split(separator: " ").compactMap { UInt64($0) }
        guard fields.count == 3 else { return false }
        return fields[0] <= firstUID && fields[0] + fields[2] >= UInt64(firstUID + count)
      }
    }
  }()
}
