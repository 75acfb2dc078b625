// SPDX-License-Identifier: GPL-2.0-or-later

/// What one boot of a kernel with a driver's modules showed. Facts only: LogTriage judges them.
package struct BootRecord: Codable, Hashable, Sendable {
  /// How the machine came to its end.
  package enum Ending: Codable, Hashable, Sendable {
    /// The guest did all that it was asked, or gave up in order, and went off.
    case finished
    /// The guest reset itself with its work not done: a panic or worse.
    case reset
    /// The machine was ended, or ended itself without a word of the guest: `time-out after 120 s`, `signal 9`, ….
    case stopped(reason: String)
  }
  /// `KernelIdentity.name`.
  package var kernel: String
  /// `kvm` or `tcg`.
  package var accelerator: String
  package var ending: Ending
  /// What the kernel printed: one entry per line, without time stamps and markers, control characters replaced.
  package var console: [String]
  /// In order; the first is `start`.
  package var steps: [BootStep]
  /// What was not there before the driver's modules were loaded.
  package var appeared: [Appearance]
  /// Names that the kernel asked its module loader for, e.g. `crypto-aes`, and that were not there to load in this boot or
  /// in those before it, after which what answers was loaded beforehand.
  package var requested: [String]
  /// Bits of `/proc/sys/kernel/tainted` that came while the driver was there, without those that were set before.
  package var taint: UInt64
  /// Wall-clock seconds of the machine and of making its initramfs.
  package var machineSeconds: Double
  package var preparationSeconds: Double
  package var evidence: Evidence

  /// Whether the machine came as far as to the driver: what happened before is not the driver's doing.
  package var cameToDriver: Bool { steps.contains { $0.kind == .load } }

  package init(
    kernel: String, accelerator: String, ending: Ending, console: [String], steps: [BootStep],
    appeared: [Appearance] = [], requested: [String] = [], taint: UInt64 = 0, machineSeconds: Double = 0,
    preparationSeconds: Double = 0, evidence: Evidence
  ) {
    self.kernel = kernel
    self.accelerator = accelerator
    self.ending = ending
    self.console = console
    self.steps = steps
    self.appeared = appeared
    self.requested = requested
    self.taint = taint
    self.machineSeconds = machineSeconds
    self.preparationSeconds = preparationSeconds
    self.evidence = evidence
  }
}

/// One thing that the guest did.
package struct BootStep: Codable, Hashable, Sendable {
  package enum Kind: String, Codable, Sendable {
    /// From power-on to the first process.
    case start
    /// Loads a module of the kernel's own that the driver needs.
    case dependency
    case load, exercise, unload
    case loadAgain = "load-again"
    case unloadAgain = "unload-again"
  }
  package enum Result: Codable, Hashable, Sendable {
    case passed
    /// What the tool said, and its exit status: for loading the kernel's errno.
    case refused(code: Int, message: String)
    /// It did not return in time; the guest gave up there.
    case timedOut
    /// The machine ended in the middle of it.
    case unfinished
  }
  package var kind: Kind
  /// The module, or for an exercise what was done, e.g. `open /dev/video0`.
  package var subject: String
  package var result: Result
  /// By the guest's clock.
  package var seconds: Double
  /// The lines of `BootRecord.console` that were printed meanwhile.
  package var lines: Range<Int>

  package init(kind: Kind, subject: String, result: Result, seconds: Double, lines: Range<Int>) {
    self.kind = kind
    self.subject = subject
    self.result = result
    self.seconds = seconds
    self.lines = lines
  }
}

/// Something that came into being when the driver was loaded.
package struct Appearance: Codable, Hashable, Sendable {
  package enum Kind: String, Codable, Sendable {
    case characterDevice = "character-device"
    case blockDevice = "block-device"
    case networkInterface = "network-interface"
    /// A driver registered with a bus.
    case driver
    /// A device that such a driver was bound to: its probe ran.
    case boundDevice = "bound-device"
    /// A parameter of the module.
    case parameter
    case module
    /// Everything else below `/proc`.
    case proc
    /// Everything else below `/sys`.
    case sysfs
  }
  package var kind: Kind
  /// Absolute path in the guest.
  package var path: String
  /// Still there after the driver was unloaded.
  package var remains: Bool

  package init(kind: Kind, path: String, remains: Bool = false) {
    self.kind = kind
    self.path = path
    self.remains = remains
  }
}
