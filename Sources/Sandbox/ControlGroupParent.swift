// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc

enum Controller: String, Sendable, CaseIterable {
  case memory
  case pids
}

/// A control group below which runs get theirs.
struct ControlGroupParent: Sendable, Hashable {
  var folder: String
  var controllers: Set<Controller>
  var isUnified: Bool

  /// Those of this process that may be written; empty for most plain users.
  static let all: [ControlGroupParent] = {
    let places = Place.all
    let own = lines(of: "/proc/self/cgroup").map {
      $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    }
    .filter { $0.count == 3 }
    var parents: [ControlGroupParent] = []
    for fields in own {
      for place in places {
        guard let folder = place.folder(of: fields[2]) else { continue }
        if place.isUnified, fields[1].isEmpty {
          parents += unified(folder, below: place.mountPoint)
        } else if !place.isUnified {
          let controllers = Set(
            fields[1].split(separator: ",").filter { place.options.contains($0) }
              .compactMap { Controller(rawValue: String($0)) })
          if !controllers.isEmpty, access(folder, W_OK) == 0 {
            parents.append(ControlGroupParent(folder: folder, controllers: controllers, isUnified: false))
          }
        }
      }
    }
    return parents
  }()

  /// The nearest group upwards that hands its controllers down: a group with processes of its own can't.
  private static func unified(_ own: String, below mountPoint: String) -> [ControlGroupParent] {
    var folder = own
    while folder.utf8.count >= mountPoint.utf8.count {
      let controllers = Set(
        (contents(of: "\(folder)/cgroup.subtree_control") ?? "").split { $0 == " " || $0 == "\n" }
          .compactMap { Controller(rawValue: String($0)) })
      if !controllers.isEmpty {
        let isWritable = access(folder, W_OK) == 0 && access("\(folder)/cgroup.procs", W_OK) == 0
        return isWritable ? [ControlGroupParent(folder: folder, controllers: controllers, isUnified: true)] : []
      }
      guard let slash = folder.lastIndex(of: "/") else { return [] }
      folder = String(folder[..<slash])
    }
    return []
  }

  /// A mounted hierarchy, from proc_pid_mountinfo(5).
  private struct Place {
    var mountPoint: String
    var root: String
    var isUnified: Bool
    var options: Set<Substring>

    static var all: [Place] {
      lines(of: "/proc/self/mountinfo").compactMap { line in
        let fields = line.split(separator: " ")
        guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3 else { return nil }
        guard ["cgroup", "cgroup2"].contains(fields[dash + 1]) else { return nil }
        return Place(
          mountPoint: String(fields[4]), root: String(fields[3]), isUnified: fields[dash + 1] == "cgroup2",
          options: Set(fields[dash + 3].split(separator: ",")))
      }
    }

    func folder(of group: Substring) -> String? {
      let base = root == "/" ? "" : root
      guard group == base || group.hasPrefix(base + "/") else { return nil }
      let rest = group.dropFirst(base.count)
      return rest == "/" ? mountPoint : mountPoint + rest
    }
  }
}
