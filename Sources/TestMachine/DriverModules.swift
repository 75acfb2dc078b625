// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import Glibc
import KernelModel

/// The driver's own modules as they were built: what they need, and in which order they can be loaded.
struct DriverModules {
  private var files: [String: [UInt8]] = [:]
  private var objects: [String: ModuleObject] = [:]
  /// Folded names, in the order in which they were given.
  private var names: [String] = []

  /// - Parameter paths: absolute host paths of `.ko` files.
  /// - Throws: `Failure` (`badInput`) for a file that can't be read or has no proper name.
  init(_ paths: [String]) throws {
    for path in paths {
      guard let bytes = FileManager.default.contents(atPath: path).map([UInt8].init) else {
        throw Failure(.badInput, path, "can't be read")
      }
      let object = ModuleObject(bytes)
      guard let name = object.name.map(LoadOrder.folded) ?? ModuleTree.moduleName(path), Self.isProper(name) else {
        throw Failure(.badInput, path, "is no module with a proper name")
      }
      if files[name] == nil { names.append(name) }
      files[name] = bytes
      objects[name] = object
    }
  }

  /// Names of the kernel's modules that have to be there before.
  func needed(from tree: ModuleTree?) -> [String] {
    let wanted = names.flatMap { name in
      objects[name].map { $0.depends.map(LoadOrder.folded) + $0.loadsAfter.flatMap { tree?.modules(for: $0) ?? [$0] } }
        ?? []
    }
    return wanted.filter { files[$0] == nil }
  }

  func contains(_ name: String) -> Bool { files[name] != nil }

  /// Which of them answer to what the kernel asks its loader for.
  func answering(_ request: String) -> [String] {
    names.filter { name in
      name == LoadOrder.folded(request) || objects[name]?.aliases.contains { fnmatch($0, request, 0) == 0 } ?? false
    }
  }

  /// All of them, each after what it needs.
  ///
  /// - Parameter ahead: those that others ask for while they are loaded: before all that they don't need themselves.
  func inOrder(ahead: Set<String>) -> [Initramfs.Module] {
    let needs = objects.mapValues { ($0.depends + $0.loadsAfter).map(LoadOrder.folded) }
    return LoadOrder.sorted(names, needs: needs, ahead: ahead).map {
      Initramfs.Module(name: $0, bytes: files[$0] ?? [])
    }
  }

  private static func isProper(_ name: String) -> Bool {
    !name.isEmpty && name.count <= 64 && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }
}
