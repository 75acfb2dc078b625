// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What make(1) says on its own account.
enum MakeLine {
  enum FolderChange {
    case entering(String)
    case leaving
    /// Said before each compiler that does not work in the folder that make names.
    case compiling(String)
  }

  /// `make[1]: Entering directory '/x'` and its counterpart.
  static func folderChange(_ line: String) -> FolderChange? {
    if let folder = line.without(prefix: "compiling in ") { return .compiling(folder) }
    guard line.hasPrefix("make") else { return nil }
    if let range = line.range(of: ": Entering directory ") {
      return .entering(line[range.upperBound...].filter { !"'`\"".contains($0) })
    }
    return line.range(of: ": Leaving directory ") == nil ? nil : .leaving
  }

  /// A line with `***`, and whether it only repeats that a recipe failed.
  static func finding(_ line: String, folder: String, roots: BuildRoots) -> (Finding, isFollowUp: Bool)? {
    guard let stars = line.range(of: "*** ") else { return nil }
    var head = line[..<stars.lowerBound]
    guard head.hasSuffix(": ") else { return nil }
    head = head.dropLast(2)
    let isMake = head.hasPrefix("make")
    var message = roots.shortened(String(line[stars.upperBound...].prefix(1000)))
    if message.hasSuffix("  Stop.") { message = String(message.dropLast(7)) }
    var site: Site?
    if let colon = head.lastIndex(of: ":"), let number = Int(head[head.index(after: colon)...]) {
      site = Site(file: roots.relative(head[..<colon], in: folder), line: number)
    }
    guard isMake || site != nil else { return nil }
    guard !message.hasPrefix("Waiting for unfinished jobs") else { return nil }
    let isFollowUp = message.hasPrefix("[")
    return (Finding(tool: "make", severity: .error, site: site, message: message), isFollowUp)
  }
}

/// Shell, linker, patch and dkms.
enum ToolLine {
  static func finding(_ line: String, folder: String, roots: BuildRoots) -> Finding? {
    guard let head = line.split(separator: ":", maxSplits: 1).first, head.count < line.count, !line.hasPrefix(" ")
    else {
      return line.hasSuffix("FAILED") || line.range(of: "FAILED -- saving rejects") != nil
        ? Finding(tool: "patch", severity: .error, message: line) : nil
    }
    let message = roots.shortened(String(line.dropFirst(head.count + 1).drop { $0 == " " }.prefix(1000)))
    if line.hasSuffix("is not available or not up to date") {
      return Finding(tool: "sparse", severity: .warning, message: "was not run: it can't read this kernel's headers")
    }
    let name = String(head.split(separator: "/").last ?? head)
    switch name {
    case "ld", "ld.bfd", "ld.lld":
      let isError = ["undefined reference", "cannot find", "multiple definition", "cannot open"]
        .contains { message.range(of: $0) != nil }
      return isError ? Finding(tool: "ld", severity: .error, message: message) : nil
    case "sh", "bash", "dash":
      let isMissing = ["not found", "No such file or directory"].contains(where: message.hasSuffix)
      return isMissing ? Finding(tool: "sh", severity: .warning, message: message) : nil
    case "dkms":
      return message.without(prefix: "error: ").map { Finding(tool: "dkms", severity: .error, message: $0) }
        ?? message.without(prefix: "warning: ").map { Finding(tool: "dkms", severity: .warning, message: $0) }
    default:
      guard name.hasPrefix("make"), message.hasSuffix(": No such file or directory") || message.hasSuffix("not found"),
        message.range(of: "*** ") == nil
      else { return nil }
      return Finding(tool: "make", severity: .warning, message: message)
    }
  }
}
