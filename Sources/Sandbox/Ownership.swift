// SPDX-License-Identifier: GPL-2.0-or-later

import Glibc
import KernelModel
import Subprocess
import SystemPackage

/// Gives folders to the uid of a run, and back to whom they belonged.
///
/// chown(1) and find(1) walk trees of any depth without following a link, and change links themselves, so what a
/// program plants there reaches nothing outside. No process of the run lives before and after.
struct Ownership: Sendable {
  private struct Owner: Hashable {
    var uid: uid_t
    var gid: gid_t
  }
  private var owners: [Owner: [String]] = [:]

  var folders: [String] { owners.values.flatMap { $0 } }

  /// - Throws: `Failure` (`unavailable`) if a folder is not there.
  init(of folders: [String]) throws {
    for folder in folders {
      var status = stat()
      guard lstat(folder, &status) == 0 else { throw systemFailure(folder, "can't be handed to the sandbox") }
      owners[Owner(uid: status.st_uid, gid: status.st_gid), default: []].append(folder)
    }
  }

  /// Gives each folder, with all that is in it, to `identity`.
  ///
  /// - Throws: `Failure` (`unavailable`) if one can't be given.
  func give(to identity: Identity) async throws {
    guard identity.dropped, !owners.isEmpty else { return }
    try await change(Owner(uid: identity.uid, gid: identity.gid), folders)
  }

  /// Also removes pipes and sockets, which hang a later reader, and opens folders that nobody could delete.
  func giveBack(from identity: Identity) async {
    guard !owners.isEmpty else { return }
    let special = ["(", "-type", "p,s,b,c", "-exec", "/usr/bin/rm", "-f", "--", "{}", "+", ")"]
    let closed = ["(", "-type", "d", "!", "-perm", "-700", "-exec", "/usr/bin/chmod", "u+rwx", "{}", ";", ")"]
    _ = try? await tool("/usr/bin/find", ["-P"] + folders + special + ["-o"] + closed)
    guard identity.dropped else { return }
    for (owner, folders) in owners { try? await change(owner, folders) }
  }

  private func change(_ owner: Owner, _ folders: [String]) async throws {
    let complaint = try await tool("/usr/bin/chown", ["-RhP", "--", "\(owner.uid):\(owner.gid)"] + folders)
    if let complaint {
      throw Failure(.unavailable, folders[0], "can't be handed to the sandbox", detail: complaint)
    }
  }

  /// What a program complained of, nil if it succeeded.
  private func tool(_ program: String, _ arguments: [String]) async throws -> String? {
    let result = try await Subprocess.run(
      .path(FilePath(program)), arguments: Arguments(arguments), environment: .custom([:]), output: .discarded,
      error: .string(limit: 65536))
    return result.terminationStatus.isSuccess ? nil : result.standardError
  }
}
