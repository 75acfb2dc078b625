// SPDX-License-Identifier: GPL-2.0-or-later

import CGit2
import KernelModel

/// A commit of a public-inbox archive: one mail that came, or that was dropped
/// (public-inbox-v2-format(5)).
package struct ArchivedMail: Sendable {
  package var commit: ObjectID
  /// When the archive got it: seconds since 1970.
  package var seconds: Int
  /// As it came; nil for one that is larger than the limit, or whose commit holds none.
  package var bytes: [UInt8]?
  /// The archive dropped it.
  package var isDropped: Bool
}

extension Repository {
  /// The mails of commits; a commit that can't be read, or holds no mail, has no bytes.
  package func mails(of commits: [ObjectID], limit: Int) -> [ArchivedMail] {
    commits.map { commit in
      let seconds = time(of: commit)
      if let bytes = entry("m", of: commit, limit: limit) {
        return ArchivedMail(commit: commit, seconds: seconds, bytes: bytes, isDropped: false)
      }
      let dropped = entry("d", of: commit, limit: limit)
      return ArchivedMail(commit: commit, seconds: seconds, bytes: dropped, isDropped: dropped != nil)
    }
  }

  private func entry(_ name: String, of commit: ObjectID, limit: Int) -> [UInt8]? {
    (try? bytes(name, in: commit, limit: limit)) ?? nil
  }

  /// The commits of an archive behind one that was read, the oldest first.
  ///
  /// A copy may be shallow, which libgit2 before 1.7 takes for damage: what is not here ends the walk.
  ///
  /// - Parameter known: the last one that was read.
  /// - Throws: `Failure` (`tryAgain`) where a whole archive lacks a commit.
  /// - Returns: with them whether the archive still has the known one; where it does not, these are all of its commits.
  package func archived(behind known: ObjectID?, upTo tip: ObjectID) throws(Failure) -> (
    commits: [ObjectID], isKnownThere: Bool
  ) {
    let isShallow = git_repository_is_shallow(pointer) == 1
    var commits: [ObjectID] = []
    var isKnownThere = false
    var seen: Set<ObjectID> = []
    var open = [tip]
    while let commit = open.popLast() {
      if commit == known {
        isKnownThere = true
        continue
      }
      guard seen.insert(commit).inserted else { continue }
      do throws(Failure) {
        open += try parents(of: commit)
        commits.append(commit)
      } catch {
        guard isShallow, commit != tip else { throw Failure(.tryAgain, error.subject, error.problem) }
      }
    }
    return (commits.reversed(), isKnownThere)
  }

  /// When a commit was made, by the committer's clock; 0 where it can't be read.
  package func time(of commit: ObjectID) -> Int {
    var oid = commit.oid
    let owned = try? Owned("read the commit", commit.description, free: git_commit_free) {
      git_commit_lookup(&$0, pointer, &oid)
    }
    guard let owned else { return 0 }
    // No clock is later, and what strangers say of theirs is added to.
    return max(0, min(Int(git_commit_time(owned.pointer)), 1 << 40))
  }
}
