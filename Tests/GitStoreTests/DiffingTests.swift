// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GitStore
import KernelModel
import PatchFormat
import TestSupport
import Testing

extension FileCase {
  var change: FileChange {
    FileChange(path: path, before: before, after: after, mode: isExecutable ? .executable : .regular)
  }
}

@Suite struct DiffingTests {
  /// The git program finds the same diff, byte for byte.
  @Test(arguments: FileCase.all)
  func isGitsDiff(file: FileCase) async throws {
    let change = file.change
    try await withTemporaryFolder { folder in
      try git(["init", "-q"], in: folder)
      let path = "\(folder)/\(change.path)"
      func commit(_ bytes: [UInt8]?) throws {
        try? FileManager.default.removeItem(atPath: path)
        if let bytes {
          try write(bytes, path)
          if change.mode == .executable {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
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
