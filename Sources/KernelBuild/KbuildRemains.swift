// SPDX-License-Identifier: GPL-2.0-or-later

/// What Kbuild leaves in a driver's folder: a stale module must not be taken for one that was just built.
enum KbuildRemains {
  /// Whether a file is a product of an earlier build, going by its name and its neighbours.
  static func isRemains(_ name: String, among names: Set<String>) -> Bool {
    if name.hasSuffix(".ko") || name.hasSuffix(".mod.c") || name == "modules.order" || name == ".tmp_versions" {
      return true
    }
    if name.hasPrefix("."), name.hasSuffix(".cmd") { return true }
    if name == "Module.symvers" { return names.contains("modules.order") }
    if name.hasSuffix(".o") || name.hasSuffix(".mod") { return names.contains(".\(name).cmd") }
    return false
  }
}
