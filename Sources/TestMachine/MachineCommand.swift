// SPDX-License-Identifier: GPL-2.0-or-later

import Sandbox

/// The command lines of qemu-system-x86_64(1), in the sandbox.
struct MachineCommand {
  var qemu: String
  /// Host path of the kernel.
  var image: String
  /// Host path of the archive.
  var initramfs: String
  /// Of the guest.
  var megabytes: Int
  var accelerator: Accelerator

  /// Boots.
  ///
  /// - Parameter log: host path for the raw console.
  func boot(_ limits: BootLimits, log: String?) -> Command {
    Command(
      qemu, machine + ["-monitor", "none", "-serial", "stdio"] + filter(spawning: false), place: .contained(view()),
      limits: self.limits(limits), log: log)
  }

  /// What QEMU's monitor says of a machine that was saved whole.
  static let saved = "Migration status: completed"

  /// Boots until the guest waits for a plan, and writes the machine to `state` and what it printed to `console` in a
  /// folder (QEMU, "Migration": a stream to a program).
  ///
  /// - Parameters:
  ///   - disk: host path of the disk, which has no plan.
  ///   - folder: host path, to be written to.
  func save(disk: String, to folder: String, _ limits: BootLimits) -> Command {
    // The monitor is asked for its status until the guest is ready, so that the feeder ends with the machine.
    let feeder = """
      { until grep -qs "$1" /machine/saved/console; do echo info status; sleep 0.1; done
      echo migrate_set_parameter max-bandwidth 8G
      echo 'migrate "exec:cat >/machine/saved/state"'
      echo info migrate
      echo quit; } | { shift; exec "$@"; }
      """
    let arguments =
      machine + Self.disk + ["-monitor", "stdio", "-serial", "file:/machine/saved/console"] + filter(spawning: true)
    var limits = self.limits(limits)
    // Beside the pages the stream says which is which.
    limits.fileSize = (megabytes + 256) << 20
    return Command(
      "sh", ["-c", feeder, "sh", GuestScript.waiting, qemu] + arguments,
      place: .contained(
        view([.writable(host: folder, inside: "/machine/saved"), .readOnly(host: disk, inside: "/machine/disk")])),
      limits: limits, mergesErrors: true)
  }

  /// Goes on where a machine was saved.
  ///
  /// - Parameters:
  ///   - disk: host path of the disk with the plan.
  ///   - state: host path of what `save` wrote.
  func resume(_ state: String, disk: String, _ limits: BootLimits, log: String?) -> Command {
    let arguments =
      machine + Self.disk + ["-monitor", "none", "-serial", "stdio", "-incoming", "fd:3"] + filter(spawning: false)
    return Command(
      "sh", ["-c", "exec \"$@\" 3</machine/state", "sh", qemu] + arguments,
      place: .contained(
        view([.readOnly(host: state, inside: "/machine/state"), .readOnly(host: disk, inside: "/machine/disk")])),
      limits: self.limits(limits), log: log)
  }

  /// What has to be the same in a machine that is saved and in one that goes on.
  var machine: [String] {
    var arguments = ["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-m", "\(megabytes)M"]
    arguments += ["-smp", "2"]
    switch accelerator {
    case .kvm: arguments += ["-accel", "kvm", "-cpu", "host"]
    // With a thread per processor, one processor may run code that another is patching: an int3 that nobody set.
    case .tcg: arguments += ["-accel", "tcg,thread=single,tb-size=256"]
    }
    return arguments + ["-kernel", "/machine/kernel", "-initrd", "/machine/initramfs", "-append", Self.kernelArguments]
  }

  private static let disk = ["-drive", "file=/machine/disk,format=raw,if=virtio,readonly=on"]

  private func filter(spawning: Bool) -> [String] {
    ["-sandbox", "on,obsolete=deny,elevateprivileges=deny,resourcecontrol=deny" + (spawning ? "" : ",spawn=deny")]
  }

  private func view(_ more: [View.Mount] = []) -> View {
    View(
      mounts: [
        .readOnly(host: image, inside: "/machine/kernel"), .readOnly(host: initramfs, inside: "/machine/initramfs"),
      ] + more,
      devices: accelerator == .kvm ? ["/dev/kvm"] : [])
  }

  private func limits(_ limits: BootLimits) -> Limits {
    Limits(
      seconds: limits.whole, memory: (megabytes << 20) + (1 << 30), processes: 64, output: limits.console,
      fileSize: 1 << 20)
  }

  /// All that is printed is shown, none of it is lost to a full buffer or a rate limit; an oops and a processor that does
  /// not come back end the machine at once, with their trace; that a busy host delivers the timer late is no reason to
  /// panic; a driver needs no signature.
  private static let kernelArguments = [
    "console=ttyS0", "ignore_loglevel", "printk.devkmsg=on", "printk.time=1", "log_buf_len=4M", "panic=-1",
    "oops=panic", "softlockup_panic=1", "no_timer_check", "module.sig_enforce=0",
  ].joined(separator: " ")
}
