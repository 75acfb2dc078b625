// SPDX-License-Identifier: GPL-2.0-or-later

extension FileDiff {
  /// The diff as `git diff` prints it, bytes as they are in the files.
  ///
  /// - Parameter digits: hexadecimal digits of the blob ids on the `index` line; the kernel's custom is 12.
  package func bytes(digits: Int = 12) -> [UInt8] {
    let old = oldPath ?? newPath ?? ""
    let new = newPath ?? oldPath ?? ""
    var head = "diff --git \(QuotedPath.print(old, prefix: "a/")) \(QuotedPath.print(new, prefix: "b/"))\n"
    if oldPath == nil { head += "new file mode \((newMode ?? .regular).rawValue)\n" }
    if newPath == nil { head += "deleted file mode \((oldMode ?? .regular).rawValue)\n" }
    let changesMode = oldPath != nil && newPath != nil && oldMode != newMode
    if changesMode, let oldMode, let newMode {
      head += "old mode \(oldMode.rawValue)\nnew mode \(newMode.rawValue)\n"
    }
    if oldBlob != newBlob {
      head += "index \(oldBlob.prefix(digits))..\(newBlob.prefix(digits))"
      if oldPath != nil, newPath != nil, !changesMode, let newMode { head += " \(newMode.rawValue)" }
      head += "\n"
    }
    if !hunks.isEmpty {
      head += "--- \(name(oldPath, prefix: "a/"))\n+++ \(name(newPath, prefix: "b/"))\n"
    }
    var bytes = Array(head.utf8)
    for hunk in hunks { hunk.print(into: &bytes) }
    return bytes
  }

  private func name(_ path: String?, prefix: String) -> String {
    guard let path else { return "/dev/null" }
    let quoted = QuotedPath.print(path, prefix: prefix)
    // A tab ends a name that holds a space, so that patch(1) does not take the rest for a date.
    return quoted.hasPrefix("\"") || !quoted.contains(" ") ? quoted : quoted + "\t"
  }
}

extension Hunk {
  fileprivate func print(into bytes: inout [UInt8]) {
    func range(_ start: Int, _ count: Int) -> String { count == 1 ? "\(start)" : "\(start),\(count)" }
    bytes += "@@ -\(range(oldStart, oldCount)) +\(range(newStart, newCount)) @@".utf8
    if !section.isEmpty {
      bytes.append(0x20)
      bytes += section
    }
    bytes.append(0x0A)
    for line in lines {
      bytes.append(line.kind.rawValue)
      bytes += line.text
      bytes.append(0x0A)
      if !line.hasLineFeed { bytes += "\\ No newline at end of file\n".utf8 }
    }
  }
}

extension [FileDiff] {
  /// All of them, one after the other.
  package func bytes(digits: Int = 12) -> [UInt8] { flatMap { $0.bytes(digits: digits) } }
}
