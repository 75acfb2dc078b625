// SPDX-License-Identifier: GPL-2.0-or-later

import Sandbox

/// The command line of qemu-system-x86_64(1), in the sandbox.
enum MachineCommand {
  /// - Parameters:
  ///   - image: host path of the kernel.
  ///   - initramfs: host path of the archive, `size` bytes.
  ///   - log: host path for the raw console.
  static func command(
    qemu: String, image: String, initramfs: String, size: Int, accelerator: Accelerator, limits: BootLimits,
    log: String?
  ) -> Command {
    // Unpacked and still packed, the archive is there twice.
    let megabytes = (limits.memory + 2 * size) >> 20
    var arguments = ["-nodefaults", "-no-user-config", "-display", "none", "-monitor", "none", "-serial", "stdio"]
    arguments += ["-no-reboot", "-m", "\(megabytes)M", "-smp", "2"]
    arguments += ["-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"]
    switch accelerator {
    case .kvm: arguments += ["-accel", "kvm", "-cpu", "host"]
    // With a thread per processor, one processor may run code that another is patching: an int3 that nobody set.
    case .tcg: arguments += ["-accel", "tcg,thread=single,tb-size=256"]
    }
    arguments += ["-kernel", "/machine/kernel", "-initrd", "/machine/initramfs", "-append", kernelArguments]
    let view = View(
      mounts: [
        .readOnly(host: image, inside: "/machine/kernel"), .readOnly(host: initramfs, inside: "/machine/initramfs"),
      ],
      devices: accelerator == .kvm ? ["/dev/kvm"] : [])
    let bytes = (megabytes << 20) + (1 << 30)
    return Command(
      qemu, arguments, place: .contained(view),
      limits: Limits(seconds: limits.whole, memory: bytes, processes: 64, output: limits.console, fileSize: 1 << 20),
      log: log)
  }

  /// All that is printed is shown, none of it is lost to a full buffer or a rate limit; an oops and a processor that does
  /// not come back end the machine at once, with their trace; that a busy host delivers the timer late is no reason to
  /// panic; a driver needs no signature.
  static let kernelArguments = [
    "console=ttyS0", "ignore_loglevel", "printk.devkmsg=on", "printk.time=1", "log_buf_len=4M", "panic=-1",
    "oops=panic", "softlockup_panic=1", "no_timer_check", "module.sig_enforce=0",
  ].joined(separator: " ")
}
