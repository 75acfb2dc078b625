// SPDX-License-Identifier: GPL-2.0-or-later

/// Which files of a tree say what modules may use.
struct DeclarationPlaces {
  let tree: Tree

  /// Headers that modules can include, and sources that may export, by path.
  func files() -> [String] {
    let architecture = "arch/\(tree.architecture)"
    var result: [String] = []
    for top in tree.entries("").folders
    where !["Documentation", "tools", "scripts", "usr", "samples", "LICENSES"].contains(top) {
      collect(top == "arch" ? architecture : top, into: &result)
    }
    return result.sorted()
  }

  /// A path of a header that is included by name.
  static func isHeader(_ path: String) -> Bool { path.hasSuffix(".h") }

  /// The name by which a module includes the header, e.g. `linux/string.h`, or nil if it can't.
  static func includeName(_ path: String) -> String? {
    guard let include = path.range(of: "include/") else { return nil }
    let name = path[include.upperBound...]
    return String(name.hasPrefix("uapi/") ? name.dropFirst(5) : name)
  }

  private func collect(_ folder: String, into result: inout [String]) {
    let (files, folders) = tree.entries(folder)
    let headers =
      folder == "include" || folder.hasPrefix("include/") || folder.hasPrefix("arch/\(tree.architecture)/include")
    for file in files where file.hasSuffix(".c") || file.hasSuffix(".S") || headers && file.hasSuffix(".h") {
      result.append("\(folder)/\(file)")
    }
    // Trace events name what they trace and declare nothing under that name.
    for name in folders where folder != "include" || name != "trace" { collect("\(folder)/\(name)", into: &result) }
  }
}
