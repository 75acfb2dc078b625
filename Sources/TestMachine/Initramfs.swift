// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// The guest's only file system: busybox, the script, and the modules that are needed, no more.
struct Initramfs {
  struct Module {
    /// Without `.ko`.
    var name: String
    var bytes: [UInt8]
  }
  /// busybox, statically linked.
  var busybox: [UInt8]
  var dependencies: [Module] = []
  /// The driver's, in load order.
  var modules: [Module] = []
  /// Requests to the module loader that `dependencies` answers.
  var served: [String] = []
  /// What every mark of the guest begins with.
  var token: String
  var loadSeconds = 30
  var exercises = true

  /// The archive that the kernel unpacks.
  var archive: [UInt8] {
    var archive = CpioArchive()
    for folder in ["bin", "sbin", "dev", "proc", "sys", "tmp", "plan", "modules"] { archive.addFolder(folder) }
    archive.addFile("bin/busybox", busybox, executable: true)
    for applet in GuestScript.applets { archive.addLink("bin/\(applet)", to: "busybox") }
    archive.addFile("init", Array(GuestScript.text.utf8), executable: true)
    archive.addFile("sbin/modprobe", Array(GuestScript.loader.utf8), executable: true)
    archive.addFile("plan/settings", Array(settings.utf8))
    archive.addFile("plan/served", Array(served.map { $0 + "\n" }.joined().utf8))
    for (path, group) in [("plan/dependencies", dependencies), ("plan/modules", modules)] {
      archive.addFile(path, Array(group.map { $0.name + "\n" }.joined().utf8))
      for module in group { archive.addFile("modules/\(module.name).ko", module.bytes) }
    }
    archive.finish()
    return archive.bytes
  }

  private var settings: String { "token=\(token)\nload_limit=\(loadSeconds)\nexercise=\(exercises ? 1 : 0)\n" }
}
