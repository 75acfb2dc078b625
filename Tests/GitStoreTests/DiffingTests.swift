// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GitStore
import KernelModel
import PatchFormat
import TestSupport
import Testing

/// Changes of files with everything that a driver's source may hold.
enum Changes {
  private static let functions = (0..<30).map { "int f\($0)(void)\n{\n\treturn \($0);\n}\n\n" }.joined()

  private static func change(_ path: String, _ before: String?, _ after: String?) -> FileChange {
    FileChange(path: path, before: before.map { Array($0.utf8) }, after: after.map { Array($0.utf8) })
  }

  static let all: [FileChange] = [
    change("plain.c", functions, functions.replacingOccurrences(of: "return 5;", with: "return 55;")),
    change(
      "dos.c", functions.replacingOccurrences(of: "\n", with: "\r\n"),
      functions.replacingOccurrences(of: "return 20;", with: "return 200;").replacingOccurrences(of: "\n", with: "\r\n")
    ),
    change("mixed.c", "a\r\nb\nc\r\n", "a\r\nB\nc\r\nd\r\n"),
    change("cr.c", "a\rb\nc\n", "a\rb\nd\n"),
    FileChange(
      path: "latin1.c", before: Array("/* Gr".utf8) + [0xFC, 0xDF, 0x65] + Array(" */\nint a;\n".utf8),
      after: Array("/* Gr".utf8) + [0xFC, 0xDF, 0x65] + Array(" */\nint b;\n".utf8)),
    change("no-end.c", "a\nb\nc", "a\nb\nd"), change("end-added.c", "a\nb", "a\nb\n"),
    change("end-removed.c", "a\nb\n", "a\nb"), change("new.h", nil, "#pragma once\n"), change("empty.h", nil, ""),
    change("deleted.c", "gone\nnow\n", nil), change("filled.c", "", "one\n"), change("emptied.c", "one\n", ""),
    change("name with space.c", "a\n", "b\n"), change("tr\u{E4}ger.c", "a\n", "b\n"),
    change("sub/folder/deep.c", "a\n", "b\n"), change("quote\"back\\slash.c", "a\n", "b\n"),
    change("long.c", String(repeating: "x", count: 3000) + "\n", String(repeating: "y", count: 3000) + "\n"),
    change("utf8.c", "/* \u{4E16}\u{754C} */\n", "/* \u{4E16} */\n"),
    change("From.txt", "From here\n>From there\n", "From there\n>From there\n"),
    FileChange(path: "run.sh", before: Array("a\n".utf8), after: Array("b\n".utf8), mode: .executable),
  ]
}

@Suite struct DiffingTests {
  /// The git program finds the same diff, byte for byte.
  @Test(arguments: Changes.all)
  func isGitsDiff(change: FileChange) async throws {
    try await withTemporaryFolder { folder in
      try git(["init", "-q"], in: folder)
      let file = "\(folder)/\(change.path)"
      func commit(_ bytes: [UInt8]?) throws {
        try? FileManager.default.removeItem(atPath: file)
        if let bytes {
          try write(bytes, file)
          if change.mode == .executable {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
          }
        }
        try git(["add", "-A"], in: folder)
        try git(["commit", "-q", "--allow-empty", "-m", "x"], in: folder)
      }
      try commit(change.before)
      try commit(change.after)
      try git(["diff", "--no-renames", "--output=\(folder)/.git/diff", "HEAD^", "HEAD"], in: folder)
      let expected = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/.git/diff")))
      let ours = try Diffing.diff(change).bytes()
      #expect(String(decoding: ours, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
      #expect(ours == expected)
      #expect(try DiffParser.parse(ours).bytes() == ours)
    }
  }

  @Test func refusesBinaryAndUnchangedFiles() {
    let text = Array("a\n".utf8)
    for (before, after) in [([0, 1, 2], text), (text, [0x61, 0]), (text, text), (nil, nil)] as [([UInt8]?, [UInt8]?)] {
      #expect(throws: Failure.self) { try Diffing.diff(FileChange(path: "a", before: before, after: after)) }
    }
  }

  @Test func hashesLikeGit() throws {
    #expect(try Diffing.blobID([]).description == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
    #expect(try Diffing.blobID(Array("hello\n".utf8)).description == "ce013625030ba8dba906f756967f9e9ca394464a")
  }
}
