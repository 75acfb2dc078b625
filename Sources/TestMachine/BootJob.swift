// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What is to be booted, and how far it is to be tried.
package struct BootJob: Sendable {
  /// With its `image` and `modules`.
  package var kernel: Kernel
  /// Absolute host paths of the driver's `.ko` files, as built; they are loaded in this order but for what their
  /// `depends` asks.
  package var modules: [String]
  /// Open new device nodes, read new attributes, bring new network interfaces up and down; false only loads and unloads.
  package var exercises: Bool
  /// What the driver was seen to make a kernel ask its loader for (`BootRecord.requested`): loaded beforehand.
  package var expected: [String]
  package var limits: BootLimits

  package init(
    kernel: Kernel, modules: [String], exercises: Bool = true, expected: [String] = [],
    limits: BootLimits = BootLimits()
  ) {
    self.kernel = kernel
    self.modules = modules
    self.exercises = exercises
    self.expected = expected
    self.limits = limits
  }
}

/// What one boot may use up.
package struct BootLimits: Sendable, Hashable {
  /// Seconds by the guest's clock for one module to be loaded or unloaded.
  package var load: Int
  /// Wall-clock seconds for the whole machine.
  package var whole: Double
  /// Bytes that the guest may print.
  package var console: Int
  /// Bytes of the guest's memory, to which what the initramfs takes is added.
  package var memory: Int

  package init(load: Int = 30, whole: Double = 120, console: Int = 8 << 20, memory: Int = 512 << 20) {
    self.load = load
    self.whole = whole
    self.console = console
    self.memory = memory
  }
}
