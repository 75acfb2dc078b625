// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import Ledger
import TestSupport
import Testing

/// What a daemon does about repositories that are damaged: nothing is lost, and nothing done twice.
@Suite struct FaultTests {
  private static let expected = [
    #"words: words_open() needs no how: ["arguments"] ["tree"]"#,
    "words: words_open() needs no how breaks own.c:5 likely",
  ]

  private enum Damage: CaseIterable {
    // One that is cut short lets libgit2 1.5 turn in circles.
    case missing, empty, garbled

    func bytes(of whole: Data) -> Data? {
      switch self {
      case .missing: nil
      case .empty: Data()
      case .garbled: Data(whole.map { ~$0 })
      }
    }
  }

  private func withTree(_ body: (WatchedTree) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let watched = try WatchedTree(folder)
      _ = try await watched.control().subscribe(watched.driver, lines: [], keep: [], compat: nil)
      try await watched.once()
      try await body(watched)
    }
  }

  /// Jobs that were put off are due.
  private func later(_ watched: WatchedTree, _ times: Int) async throws {
    try await watched.once(in: .init(clock: { Int(Date().timeIntervalSince1970) + times * 1_000_000 }))
  }

  /// Every object of a push in its turn, in every way; then it is mended.
  @Test func eachObjectOfAPushIsDamaged() async throws {
    var count = 0
    for damage in Damage.allCases {
      try await withTree { watched in
        try watched.dropArgument()
        let listed = try watched.git(["rev-list", "--objects", "HEAD~1..HEAD"], in: watched.tree)
        let objects = listed.split(separator: "\n").map { String($0.prefix(40)) }
        #expect(objects.count == 7)
        for object in objects {
          count += 1
          let url = URL(fileURLWithPath: "\(watched.tree)/.git/objects/\(object.prefix(2))/\(object.dropFirst(2))")
          let whole = try Data(contentsOf: url)
          try FileManager.default.removeItem(at: url)
          try damage.bytes(of: whole)?.write(to: url)
          try? await later(watched, count)
          // It is told of, whether a look or the job met it.
          let told = try await watched.told()
          let problems = try await watched.control().status().trees.compactMap(\.problem)
          #expect(told == Self.expected || !problems.isEmpty || told.contains { $0.hasPrefix("job push") }, "\(told)")
          try? FileManager.default.removeItem(at: url)
          try whole.write(to: url)
        }
        // It was tried as often as anything is; a person mended the repository.
        let control = try watched.control()
        for job in try await control.jobs(limit: 100) where job.state == .failed { try await control.retry(job.id) }
        for more in 1...2 { try await later(watched, count + more) }
        let told = try await watched.told()
        #expect(told == Self.expected, "\(damage): \(told)")
      }
    }
    print("\(count) objects were damaged")
  }

  /// The ref moves on, back and elsewhere between the look and the job.
  @Test(arguments: [["HEAD", "next"], ["HEAD", "next", "HEAD"], ["next", "first", "next"], ["first", "HEAD"]])
  func aRefMovesBeforeItIsRead(tips: [String]) async throws {
    try await withTree { watched in
      let first = try watched.git(["rev-parse", "HEAD"], in: watched.tree)
      try watched.dropArgument()
      let changed = try watched.git(["rev-parse", "HEAD"], in: watched.tree)
      try watched.commit("next")
      let commits = [
        "first": first, "HEAD": changed, "next": try watched.git(["rev-parse", "HEAD"], in: watched.tree),
      ]
      try await watched.control().pause(true)
      for tip in tips {
        try watched.git(["update-ref", "refs/heads/main", try #require(commits[tip])], in: watched.tree)
        try await watched.once()
      }
      try await watched.control().pause(false)
      try await watched.once()
      #expect(try await watched.told() == Self.expected)
    }
  }
}
