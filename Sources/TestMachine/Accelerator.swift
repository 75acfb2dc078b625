// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import Sandbox

/// What runs the guest's instructions.
package enum Accelerator: String, Codable, Sendable, CaseIterable {
  /// The host's virtualisation; `/dev/kvm` may be there and still abort or hang.
  case kvm
  /// QEMU's translator: works everywhere.
  case tcg
}

/// A boot of nothing but a kernel and busybox.
package struct SmokeBoot: Sendable {
  package var accelerator: Accelerator
  package var works: Bool
  /// Wall-clock seconds from start to off.
  package var seconds: Double
  /// How it ended, for people.
  package var detail: String

  package init(accelerator: Accelerator, works: Bool, seconds: Double, detail: String) {
    self.accelerator = accelerator
    self.works = works
    self.seconds = seconds
    self.detail = detail
  }
}

/// Which accelerator was found to work, kept until this machine or its QEMU changes.
struct AcceleratorChoice: Codable {
  var accelerator: Accelerator
  /// Of the boot of the host and of the QEMU that it holds for.
  var key: String

  /// The host's boot, and the program's size and time in place of its version: no process to ask.
  static func key(qemu: String) -> String {
    let boot = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? "unknown"
    return "\(boot.filter { !$0.isWhitespace }) \(FileStamp.of(qemu))"
  }

  static func read(_ path: String, key: String) -> Accelerator? {
    guard let bytes = FileManager.default.contents(atPath: path),
      let choice = try? JSONDecoder().decode(Self.self, from: bytes), choice.key == key
    else { return nil }
    return choice.accelerator
  }

  func write(_ path: String) {
    // Not being able to keep it costs the next boot a few seconds, no more.
    guard let bytes = try? JSONEncoder().encode(self) else { return }
    try? bytes.write(to: URL(fileURLWithPath: path), options: .atomic)
  }
}
