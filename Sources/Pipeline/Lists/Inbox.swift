// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GitStore
import KernelModel
import Settings

/// A public-inbox of version 2 in a folder of this machine, or its copy: `git/N.git`, one repository for each epoch
/// (public-inbox-v2-format(5)).
struct Inbox {
  private let path: String

  init(_ list: Configuration.List, _ configuration: Configuration) {
    path = RemotePlace.isRemote(list.inbox) ? "\(configuration.inboxes)/\(list.name)" : list.inbox
  }

  /// - Throws: `Failure` (`badInput`) if there is no inbox.
  func epochs() throws -> [Int] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path + "/git") else {
      throw Failure(.badInput, path, "is no public-inbox: it has no folder 'git'", remedy: "give one of version 2")
    }
    return names.compactMap { $0.hasSuffix(".git") ? Int($0.dropLast(4)) : nil }.sorted()
  }

  /// Mails, by where each is; without those that can't be read, or are larger than any that holds a patch.
  ///
  /// - Parameter room: bytes of all of them together.
  func mails(at places: [(epoch: Int, place: String)], room: Int) async -> [[UInt8]] {
    var repositories: [Int: Repository] = [:]
    var mails: [[UInt8]] = []
    var read = 0
    for place in places where read < room {
      if repositories[place.epoch] == nil { repositories[place.epoch] = try? await open(place.epoch).repository }
      guard let repository = repositories[place.epoch], let commit = try? ObjectID(place.place),
        let bytes = await repository.mails(of: [commit], limit: Self.limit).first?.bytes
      else { continue }
      read += bytes.count
      mails.append(bytes)
    }
    return mails
  }

  /// Larger mails hold no patch that anybody reviews.
  static let limit = 4 << 20

  /// The repository of an epoch, and its last commit; nil where it has none yet.
  func open(_ epoch: Int) async throws -> (repository: Repository, tip: ObjectID?) {
    let repository = try Repository.open("\(path)/git/\(epoch).git")
    return (repository, try? await repository.resolve("HEAD"))
  }
}
