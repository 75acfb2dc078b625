// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc

/// The control groups of one run: one in the unified hierarchy, or one for each controller in the old ones.
///
/// See the kernel's Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst.
struct ControlGroup: Sendable {
  private(set) var folders: [String] = []
  private(set) var controllers: Set<Controller> = []
  private var locks: [Int32] = []
  private var countsKills: [String] = []

  /// Makes what can be made; what can't is missing in `controllers`.
  init(_ name: String, _ limits: Limits) {
    for parent in ControlGroupParent.all {
      let folder = "\(parent.folder)/\(name)"
      guard let lock = Self.make(folder) else { continue }
      locks.append(lock)
      folders.append(folder)
      for controller in parent.controllers where set(controller, limits, folder, parent.isUnified) {
        controllers.insert(controller)
      }
    }
  }

  /// Another kmend that sweeps may be faster than the lock.
  private static func make(_ folder: String) -> Int32? {
    for _ in 0..<3 where mkdir(folder, 0o755) == 0 {
      let lock = takeLock(folder)
      if lock >= 0 { return lock }
    }
    return nil
  }

  private mutating func set(_ controller: Controller, _ limits: Limits, _ folder: String, _ isUnified: Bool) -> Bool {
    switch controller {
    case .memory:
      let (limit, swap) = isUnified ? ("max", "swap.max") : ("limit_in_bytes", "memsw.limit_in_bytes")
      guard write("\(limits.memory)", "\(folder)/memory.\(limit)") else { return false }
      _ = write(isUnified ? "0" : "\(limits.memory)", "\(folder)/memory.\(swap)")
      if isUnified { _ = write("1", "\(folder)/memory.oom.group") }
      countsKills.append("\(folder)/memory.\(isUnified ? "events" : "oom_control")")
      return true
    case .pids:
      // bubblewrap itself and the first process of its namespace count, too.
      return write("\(limits.processes + 2)", "\(folder)/pids.max")
    }
  }

  private func write(_ text: String, _ file: String) -> Bool {
    (try? Sandbox.write(Array(text.utf8), to: file)) != nil
  }

  /// Whether a process was killed because the memory was used up.
  var ranOutOfMemory: Bool {
    countsKills.contains { file in
      lines(of: file).contains { $0.hasPrefix("oom_kill ") && $0 != "oom_kill 0" }
    }
  }

  /// Ends what is still running in it and removes it.
  func remove() async {
    for folder in folders { await Self.remove(folder) }
    for lock in locks { close(lock) }
  }

  private static func remove(_ folder: String) async {
    // A killed process leaves its group a little after the signal.
    for _ in 0..<2000 {
      if rmdir(folder) == 0 || errno == ENOENT { return }
      for process in lines(of: "\(folder)/cgroup.procs").compactMap({ pid_t($0) }) { kill(process, SIGKILL) }
      try? await Task.sleep(for: .milliseconds(1))
    }
  }

  /// Ends and removes what a killed kmend left.
  static func sweep() async {
    for parent in ControlGroupParent.all {
      for name in names(in: parent.folder) where name.hasPrefix(runPrefix) {
        let folder = "\(parent.folder)/\(name)"
        let lock = takeLock(folder)
        guard lock >= 0 else { continue }
        await remove(folder)
        close(lock)
      }
    }
  }
}
