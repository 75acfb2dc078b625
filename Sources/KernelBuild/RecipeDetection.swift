// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

extension Driver.Recipe {
  /// Finds how a driver is built: `dkms.conf` in its root; else the folder nearest to the root whose Kbuild file or
  /// Makefile names modules or calls Kbuild.
  ///
  /// Nothing is run: a Makefile is read as text.
  ///
  /// - Throws: `Failure` (`badInput`) if there is none of them.
  package static func detect(_ root: String) throws -> Driver.Recipe {
    if FileEntry("\(root)/dkms.conf")?.kind == .file { return .dkms }
    var level = ["."]
    var recursing: [String] = []
    for _ in 0..<6 where !level.isEmpty {
      let recipes = level.compactMap { folder in recipe(root, folder) }
      if let found = recipes.first {
        // Several at one level: the Makefile above that goes through them knows the order.
        return recipes.count > 1 ? recursing.last.map { .makefile(directory: $0) } ?? found : found
      }
      recursing += level.filter { DriverMakefile.read(in: path(root, $0))?.recurses ?? false }
      level = level.flatMap { folder in subfolders(root, folder) }
    }
    throw Failure(
      .badInput, root, "no Makefile, Kbuild or dkms.conf that builds a module",
      remedy: "name the folder that holds the driver's Makefile")
  }

  private static func recipe(_ root: String, _ folder: String) -> Driver.Recipe? {
    let makefile = DriverMakefile.read(in: path(root, folder))
    let kbuild = DriverMakefile.readKbuild(in: path(root, folder))
    // Kbuild reads the file named Kbuild where there are both.
    guard let forKbuild = kbuild ?? makefile else { return nil }
    if let makefile, makefile.callsKbuild {
      return forKbuild.namesModules && !makefile.needsOwnMakefile
        ? .kbuild(directory: folder) : .makefile(directory: folder)
    }
    return forKbuild.isForKbuild ? .kbuild(directory: folder) : nil
  }

  private static func path(_ root: String, _ folder: String) -> String {
    folder == "." ? root : "\(root)/\(folder)"
  }

  private static func subfolders(_ root: String, _ folder: String) -> [String] {
    FileEntry.names(in: path(root, folder)).sorted().filter { !$0.hasPrefix(".") }
      .map { folder == "." ? $0 : "\(folder)/\($0)" }
      .filter { FileEntry(path(root, $0))?.kind == .folder }
  }
}
