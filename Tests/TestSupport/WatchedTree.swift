// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation

/// A kernel tree, a driver, and the configuration of a daemon that watches the tree, in one folder.
package struct WatchedTree: Sendable {
  package let folder: String
  package var tree: String { folder + "/tree" }
  package var driver: String { folder + "/driver" }
  package var configuration: String { folder + "/kmend.toml" }
  package var state: String { folder + "/state" }

  /// A git command that failed.
  private struct Failed: Error { var arguments: [String] }

  package init(_ folder: String, trees: [String] = ["tree"]) throws {
    self.folder = folder
    for name in trees {
      try write("\(folder)/\(name)/include/linux/words.h", Self.header("words_open(struct words *w, int how)"))
      try write("\(folder)/\(name)/drivers/a.c", Self.caller("words_open(w, 1)"))
      try git(["init", "-q", "-b", "main", "."], in: "\(folder)/\(name)")
      try commit("words: first", in: name)
    }
    try write("\(driver)/own.c", Self.caller("words_open(w, 2)"))
    try write("\(driver)/Makefile", "obj-m := own.o\n")
    try git(["init", "-q", "-b", "main", "."], in: driver)
    try commit("first", in: "driver")
    let sections = trees.map { name in
      "[[tree]]\nname = \"\(name)\"\nrepository = \"\(folder)/\(name)\"\nseconds = 1\n"
        + "refs = [\"refs/heads/*\", \"refs/tags/v*\"]\n"
    }
    let hook = "[hook]\nsocket = \"\(folder)/socket\"\nspool = \"\(folder)/spool\"\nmode = \"0666\"\n\n"
    try write(configuration, "state = \"\(state)\"\n\n\(hook)" + sections.joined(separator: "\n"))
  }

  package static func header(_ function: String, _ other: String = "words_close(struct words *w)") -> String {
    "struct words {\n\tint count;\n};\n\nint \(function);\nvoid \(other);\n"
  }

  package static func caller(_ call: String) -> String {
    "#include <linux/words.h>\n\nint a_show(struct words *w)\n{\n\treturn \(call);\n}\n"
  }

  package func write(_ path: String, _ text: String) throws {
    let url = URL(fileURLWithPath: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  package func commit(_ message: String, in name: String = "tree") throws {
    try git(["add", "-A"], in: "\(folder)/\(name)")
    try git(["commit", "-q", "--allow-empty", "-m", message], in: "\(folder)/\(name)")
  }

  /// The function loses an argument, its caller is converted.
  package func dropArgument(in name: String = "tree", _ message: String = "words: words_open() needs no how") throws {
    try write("\(folder)/\(name)/include/linux/words.h", Self.header("words_open(struct words *w)"))
    try write("\(folder)/\(name)/drivers/a.c", Self.caller("words_open(w)"))
    try commit(message, in: name)
  }

  @discardableResult
  package func git(_ arguments: [String], in place: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/git")
    process.arguments = ["-C", place] + arguments
    process.environment = [
      "GIT_AUTHOR_NAME": "A U Thor", "GIT_AUTHOR_EMAIL": "author@example.com", "GIT_COMMITTER_NAME": "C",
      "GIT_COMMITTER_EMAIL": "c@example.com", "GIT_AUTHOR_DATE": "2024-01-02T03:04:05+0000",
      "GIT_COMMITTER_DATE": "2024-01-02T03:04:05+0000", "GIT_CONFIG_GLOBAL": "/dev/null",
      "GIT_CONFIG_NOSYSTEM": "1", "PATH": "/usr/bin:/bin",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failed(arguments: arguments)
    }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
