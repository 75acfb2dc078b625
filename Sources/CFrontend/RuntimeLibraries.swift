// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import Sandbox

/// What a Swift program needs to start inside a sandbox.
enum RuntimeLibraries {
  /// The folders of this process's own Swift libraries, shown where they are: the front end is built by the same
  /// toolchain and looks for them there. None if the libraries are linked in or lie in the system's folders.
  static func mounts() -> [View.Mount] {
    guard let maps = fopen("/proc/self/maps", "r") else { return [] }
    defer { fclose(maps) }
    var folders: Set<String> = []
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    while getline(&line, &capacity, maps) > 0, let text = line {
      let entry = String(cString: text)
      guard let start = entry.firstIndex(of: "/"), entry.contains("/libswiftCore.so") else { continue }
      let folder = entry[start...].prefix { $0 != "\n" }.split(separator: "/").dropLast().joined(separator: "/")
      folders.insert("/" + folder)
    }
    return folders.filter { !$0.hasPrefix("/usr/lib/") && !$0.hasPrefix("/lib/") }.sorted()
      .map { .readOnly(host: $0, inside: $0) }
  }
}
