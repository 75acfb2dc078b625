// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation

/// A public-inbox of version 2 in a folder, as public-inbox-mda(1) grows it: one commit for each mail.
package struct MailArchive: Sendable {
  private let watched: WatchedTree
  package let path: String
  private var epoch: String { path + "/git/0.git" }

  package init(_ watched: WatchedTree, _ name: String = "inbox") throws {
    self.watched = watched
    path = "\(watched.folder)/\(name)"
    try watched.write(path + "/git/0.git/keep", "")
    try watched.git(["init", "-q", "-b", "master", "."], in: epoch)
    try FileManager.default.removeItem(atPath: epoch + "/keep")
    let text = try String(contentsOfFile: watched.configuration, encoding: .utf8)
    try watched.write(
      watched.configuration, text + "\n[[list]]\nname = \"\(name)\"\ninbox = \"\(path)\"\nhistory = true\nseconds = 1\n"
    )
  }

  package func add(_ mail: String, as name: String = "m") throws { try add(Array(mail.utf8), as: name) }

  /// - Parameter name: `d` for a mail that is dropped.
  package func add(_ mail: [UInt8], as name: String = "m") throws {
    for old in ["m", "d"] { try? FileManager.default.removeItem(atPath: "\(epoch)/\(old)") }
    try Data(mail).write(to: URL(fileURLWithPath: "\(epoch)/\(name)"))
    try watched.git(["add", "-A"], in: epoch)
    try watched.git(["commit", "-q", "--allow-empty", "-m", "mail"], in: epoch)
  }

  /// All its history under other names, as when a mail was taken out of it.
  package func rewrite() throws {
    var last = ""
    for commit in try watched.git(["rev-list", "--reverse", "HEAD"], in: epoch).split(separator: "\n") {
      let own = try watched.git(["rev-parse", "\(commit)^{tree}"], in: epoch)
      last = try watched.git(
        ["commit-tree", own, "-m", "again"] + (last.isEmpty ? [] : ["-p", last]), in: epoch)
    }
    try watched.git(["update-ref", "refs/heads/master", last], in: epoch)
    try watched.git(["reflog", "expire", "--expire=all", "--all"], in: epoch)
    try watched.git(["gc", "-q", "--prune=now"], in: epoch)
  }

  /// A mail that changes `words_open()` as `WatchedTree.dropArgument` does, and its caller.
  package static func patch(
    _ id: String, _ subject: String = "[PATCH] words: words_open() needs no how", answering: String? = nil,
    after: String = "words_open(struct words *w)", header: String = "", body: String? = nil
  ) -> String {
    let diff =
      "diff --git a/include/linux/words.h b/include/linux/words.h\n--- a/include/linux/words.h\n"
      + "+++ b/include/linux/words.h\n@@ -4,3 +4,3 @@\n \n-int words_open(struct words *w, int how);\n+int \(after);\n"
      + " void words_close(struct words *w);\n"
    let references = answering.map { "In-Reply-To: <\($0)@x>\nReferences: <\($0)@x>\n" } ?? ""
    return "From: A U Thor <author@example.com>\nDate: Tue, 2 Jan 2024 03:04:05 +0000\nSubject: \(subject)\n"
      + "Message-ID: <\(id)@x>\n\(references)\(header)\n" + (body ?? "Nobody asks.\n\n---\n\(diff)-- \n2.39\n")
  }
}
