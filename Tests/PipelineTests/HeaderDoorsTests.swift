// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import Pipeline
import TestSupport
import Testing

@Suite struct HeaderDoorsTests {
  private func doors(from includes: [String], _ files: [String: String]) async throws -> [String: String] {
    try await withTemporaryFolder { folder in
      for (path, text) in files {
        let file = URL(fileURLWithPath: "\(folder)/\(path)")
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
      }
      return HeaderDoors.find(from: includes, in: ["\(folder)/tree"])
    }
  }

  @Test func theNearestIncludeIsTheDoor() async throws {
    let files = [
      "tree/include/linux/a.h": "#include <linux/c.h>\n", "tree/include/linux/b.h": "#include <linux/d.h>\n",
      "tree/include/linux/c.h": " # include <linux/d.h>\n#include <linux/e.h>\n",
    ]
    #expect(
      try await doors(from: ["linux/a.h", "linux/b.h"], files) == [
        "linux/a.h": "linux/a.h", "linux/b.h": "linux/b.h", "linux/c.h": "linux/a.h", "linux/d.h": "linux/b.h",
        "linux/e.h": "linux/a.h",
      ])
  }

  /// A driver may name any file of the machine: nothing outside of the trees is read.
  @Test(arguments: ["../../secret.h", "linux/../../../secret.h", "/../../secret.h"])
  func nothingOutsideIsOpened(include: String) async throws {
    let files = ["secret.h": "#include <linux/found.h>\n", "tree/include/linux/a.h": "#include <\(include)>\n"]
    #expect(try await doors(from: [include, "linux/a.h"], files)["linux/found.h"] == nil)
  }
}
