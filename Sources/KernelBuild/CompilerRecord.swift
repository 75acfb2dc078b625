// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// The command lines that a build's compilers left behind.
package enum CompilerRecord {
  /// Reads a folder that `Shims.compiler` wrote, for objects and sources below `root` (inside), of a stage on the host.
  ///
  /// The folder was writable for the driver: it is read as a stranger's, and what passes the memory that any driver's
  /// records take is left out.
  package static func objects(in folder: String, root: String, stage: String) -> [ObjectBuild] {
    let entries = FileEntry.names(in: folder, limit: 20_000).compactMap { name -> (Int, Int, String)? in
      guard let entry = FileEntry("\(folder)/\(name)"), entry.kind == .file, entry.size < 1 << 20 else { return nil }
      return (entry.written, Int(name) ?? 0, name)
    }
    var room = 64 << 20
    var objects: [ObjectBuild] = []
    var positions: [String: Int] = [:]
    for (_, _, name) in entries.sorted(by: <) {
      guard room > 0, let bytes = FileEntry.bytes(of: "\(folder)/\(name)", limit: min(room, 1 << 20)) else { break }
      room -= bytes.count
      guard var object = object(bytes, root: root) else { continue }
      room -= object.arguments.count * MemoryLayout<String>.stride
      guard FileEntry("\(stage)/\(object.source)")?.kind == .file else { continue }
      object.isCompiled = FileEntry("\(stage)/\(object.object)")?.kind == .file
      if let position = positions[object.object] {
        objects[position] = object
      } else {
        positions[object.object] = objects.count
        objects.append(object)
      }
    }
    return objects
  }

  /// More arguments than any driver's compiler gets.
  private static let wordLimit = 4096

  /// Reads one record: working directory, compiler and arguments, each ended by NUL; nil if it is not about an object of
  /// the driver.
  package static func object(_ bytes: [UInt8], root: String) -> ObjectBuild? {
    let parts = bytes.split(separator: 0, maxSplits: wordLimit, omittingEmptySubsequences: false)
    guard parts.count > 4, parts.last?.isEmpty == true else { return nil }
    var words = parts.dropLast().map { String(decoding: $0, as: UTF8.self) }
    let directory = words[0]
    let compiler = words[1]
    let source = words.removeLast()
    var arguments: [String] = []
    var object: String?
    var takesNext: String?
    for word in words.dropFirst(2) {
      if let option = takesNext {
        takesNext = nil
        if option == "-o" { object = word }
        continue
      }
      switch word {
      case "-c", "-MD", "-MMD", "-MP": continue
      case "-o", "-MF", "-MT", "-MQ": takesNext = word
      default:
        if !word.hasPrefix("-Wp,-M") { arguments.append(word) }
      }
    }
    guard let object = object.flatMap({ relative($0, to: root, in: directory) }),
      let source = relative(source, to: root, in: directory), !source.hasSuffix(".mod.c")
    else { return nil }
    return ObjectBuild(
      object: finalName(object), source: source, module: module(arguments), directory: directory, compiler: compiler,
      arguments: arguments, isCompiled: false)
  }

  /// Older Kbuild compiles to `.tmp_foo.o` and renames.
  private static func finalName(_ object: String) -> String {
    let slash = object.lastIndex(of: "/").map(object.index(after:)) ?? object.startIndex
    let name = object[slash...]
    return String(object[..<slash]) + (name.hasPrefix(".tmp_") ? name.dropFirst(5) : name)
  }

  private static func module(_ arguments: [String]) -> String {
    let prefix = BuildProtocol.moduleNameArgument
    guard let argument = arguments.last(where: { $0.hasPrefix(prefix) }) else { return "" }
    return argument.dropFirst(prefix.count).filter { $0 != "\"" && $0 != "'" }
  }

  /// `path`, read in `directory`, relative to `root`; nil if it does not lie below it. The root itself, where allowed, is
  /// the empty path.
  package static func relative(
    _ path: String, to root: String, in directory: String, allowsRoot: Bool = false
  ) -> String? {
    var parts: [Substring] = []
    for part in (path.hasPrefix("/") ? path : "\(directory)/\(path)").split(separator: "/") where part != "." {
      if part != ".." {
        parts.append(part)
      } else if parts.popLast() == nil {
        return nil
      }
    }
    let rootParts = root.split(separator: "/")
    guard parts.count > rootParts.count || allowsRoot, parts.starts(with: rootParts) else { return nil }
    return parts.dropFirst(rootParts.count).joined(separator: "/")
  }
}
