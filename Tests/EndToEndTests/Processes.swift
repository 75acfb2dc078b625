// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation

/// What runs on this machine, by `/proc`.
enum Processes {
  /// Those with `text` somewhere in their command line, but for the tests themselves.
  static func with(_ text: String) -> [Int32] {
    all.filter { process in
      let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
      return process != ProcessInfo.processInfo.processIdentifier && line.range(of: Data(text.utf8)) != nil
    }
  }

  /// Those called `name` that descend from the tests: never somebody else's.
  static func below(named name: String) -> [Int32] {
    var parents: [Int32: Int32] = [:]
    var found: [Int32] = []
    for process in all {
      guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
        let open = stat.firstIndex(of: "("), let close = stat.lastIndex(of: ")")
      else { continue }
      let fields = stat[stat.index(after: close)...].split(separator: " ")
      parents[process] = fields.dropFirst().first.flatMap { Int32($0) }
      if stat[stat.index(after: open)..<close].hasPrefix(name), fields.first != "Z" { found.append(process) }
    }
    return found.filter { process in
      var current = parents[process]
      while let parent = current, parent > 1 {
        if parent == ProcessInfo.processInfo.processIdentifier { return true }
        current = parents[parent]
      }
      return false
    }
  }

  private static var all: [Int32] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
  }
}
