// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// The guest's only file system: busybox, the script, and the modules that are needed, no more.
///
/// It is two archives, which a kernel unpacks one behind the other: what every machine starts with, and the plan, which a
/// machine that was saved before it had one reads from a disk (`SavedMachine`).
struct Initramfs {
  struct Module {
    /// Without `.ko`.
    var name: String
    var bytes: [UInt8]
  }
  /// busybox, statically linked.
  var busybox: [UInt8]
  /// The kernel's own that a disk needs, in load order; those of them that are built in are missing.
  var diskModules: [Module] = []
  var dependencies: [Module] = []
  /// The driver's, in load order.
  var modules: [Module] = []
  /// Requests to the module loader that `dependencies` answers.
  var served: [String] = []
  /// What every mark of the guest begins with.
  var token: String
  var loadSeconds = 30
  var exercises = true

  /// What does not depend on the driver.
  var start: [UInt8] {
    var archive = CpioArchive()
    for folder in ["bin", "sbin", "dev", "proc", "sys", "tmp", "disk", "plan", "modules"] { archive.addFolder(folder) }
    archive.addFile("bin/busybox", busybox, executable: true)
    for applet in GuestScript.applets { archive.addLink("bin/\(applet)", to: "busybox") }
    archive.addFile("init", Array(GuestScript.text.utf8), executable: true)
    archive.addFile("sbin/modprobe", Array(GuestScript.loader.utf8), executable: true)
    add(diskModules, listed: "disk/modules", below: "disk", to: &archive)
    archive.finish()
    return archive.bytes
  }

  /// What this guest shall do.
  var plan: [UInt8] {
    var archive = CpioArchive()
    archive.addFile("plan/settings", Array(settings.utf8))
    archive.addFile("plan/served", Array(served.map { $0 + "\n" }.joined().utf8))
    add(dependencies, listed: "plan/dependencies", below: "modules", to: &archive)
    add(modules, listed: "plan/modules", below: "modules", to: &archive)
    archive.finish()
    return archive.bytes
  }

  private func add(_ modules: [Module], listed list: String, below folder: String, to archive: inout CpioArchive) {
    archive.addFile(list, Array(modules.map { $0.name + "\n" }.joined().utf8))
    for module in modules { archive.addFile("\(folder)/\(module.name).ko", module.bytes) }
  }

  private var settings: String { "token=\(token)\nload_limit=\(loadSeconds)\nexercise=\(exercises ? 1 : 0)\n" }
}
