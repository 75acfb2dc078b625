// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel
import Sandbox

extension Repository {
  /// How much of a server's history a first fetch brings.
  package enum Depth: Sendable, Hashable {
    case whole
    /// The newest commit; what comes later is fetched in full.
    case newest
    /// Commits that are newer, seconds since 1970.
    case since(Int)

    var options: [String] {
      switch self {
      case .whole: []
      case .newest: ["--depth=1"]
      case .since(let seconds): ["--shallow-since=@\(seconds)"]
      }
    }
  }

  /// Seconds that the first fetch of a whole kernel may take.
  private static let patience = 6.0 * 3600

  /// Opens a tree that is watched: a folder of this machine as it is, or a bare copy of a URL, in `folder`,
  /// which is brought up to date first.
  ///
  /// - Parameter updating: whether a copy is brought up to date.
  /// - Throws: `Failure`: `badInput` if it is no repository, or one with SHA-256 objects, `tryAgain` if it can't be
  ///   fetched.
  package static func mirror(_ name: String, at folder: String, updating: Bool) async throws -> Repository {
    guard RemotePlace.isRemote(name) else { return try open(name) }
    guard updating else { return try open(folder) }
    let place = try RemotePlace(name)
    try await begin(folder)
    try await fetch(place, ["--prune"], ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"], into: folder)
    return try open(folder)
  }

  /// Brings a bare copy of a repository's HEAD up to date, which may be shallow (gitglossary(7)).
  ///
  /// - Parameter depth: of the first fetch.
  /// - Throws: as `mirror`.
  package static func mirrorHead(of place: RemotePlace, at folder: String, depth: Depth) async throws {
    try await begin(folder)
    let isEmpty = (try? await open(folder).resolve("HEAD")) == nil
    do {
      try await fetch(place, isEmpty ? depth.options : [], ["+HEAD:refs/heads/\(branch)"], into: folder)
    } catch let failure as Failure {
      // A repository without commits has no HEAD.
      guard failure.detail.contains("couldn't find remote ref HEAD") else { throw failure }
    }
  }

  /// What a copy's own HEAD names.
  private static let branch = "master"

  private static func begin(_ folder: String) async throws {
    guard access(folder + "/HEAD", F_OK) != 0 else { return }
    try await GitProgram.run(
      GitProgram.options + ["init", "--quiet", "--bare", "--template=", "--initial-branch=\(branch)", "--", folder],
      about: folder, seconds: 60)
  }

  private static func fetch(_ place: RemotePlace, _ options: [String], _ refs: [String], into folder: String)
    async throws
  {
    try await GitProgram.transfer(
      ["-C", folder, "fetch", "--quiet", "--no-write-fetch-head"] + options + ["--", place.url] + refs, with: place,
      seconds: patience)
  }
}
