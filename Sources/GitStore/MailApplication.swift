// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel
import Sandbox

/// What `git am` made of a mailbox.
package struct MailApplication: Sendable {
  /// One commit that it made.
  package struct Commit: Sendable, Hashable {
    package var tree: ObjectID
    /// `Name <address>`.
    package var author: String
    package var message: String
  }
  /// In order; empty if it was refused.
  package var commits: [Commit]
  /// How the program ended, and what it said.
  package var execution: Execution

  /// The tree after the last patch; nil if the mailbox was refused or held none.
  package var tree: ObjectID? { commits.last?.tree }
}

extension Repository {
  /// Applies the exact bytes of a mailbox with the git program, contained, to a commit of this repository.
  ///
  /// It works on a copy of its own with plain configuration and without the tree's attributes: neither the repository nor
  /// any working tree is touched, and no line end is converted.
  ///
  /// - Throws: `Failure` if the sandbox can't be had; a mailbox that does not apply is a result.
  package func gitAm(_ mailbox: [UInt8], onto commit: ObjectID) async throws -> MailApplication {
    let git = "git " + GitProgram.options.map { "'\($0)'" }.joined(separator: " ")
    let script = """
      set -e
      cat >/work/mail
      mkdir /work/tree && cd /work/tree
      \(git) init --quiet --template= .
      mkdir -p .git/objects/info .git/info
      echo /objects >.git/objects/info/alternates
      echo '* -text -eol -ident -filter -working-tree-encoding -merge -whitespace' >.git/info/attributes
      \(git) reset --quiet --hard \(commit)
      \(git) am --quiet /work/mail >&2
      \(git) log --reverse -z --format='%T%n%an <%ae>%n%B' \(commit)..HEAD
      """
    var environment = GitProgram.environment
    environment["HOME"] = "/nonexistent"
    environment["GIT_COMMITTER_NAME"] = "kmend"
    environment["GIT_COMMITTER_EMAIL"] = "kmend@localhost"
    let view = View(mounts: [
      .readOnly(host: objectsFolder, inside: "/objects"), .scratch(inside: "/work", bytes: 1 << 30),
    ])
    let execution = try await Containment().run(
      Command(
        "sh", ["-c", script], environment: environment, place: .contained(view),
        limits: Limits(seconds: 120, output: 16 << 20), input: mailbox))
    guard execution.succeeded else { return MailApplication(commits: [], execution: execution) }
    let commits = try execution.text.split(separator: "\0").map { record in
      let lines = record.split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
      guard lines.count == 3 else { throw Failure(.ourFault, "git log", "prints something else") }
      return MailApplication.Commit(
        tree: try ObjectID(String(lines[0])), author: String(lines[1]), message: String(lines[2]))
    }
    return MailApplication(commits: commits, execution: execution)
  }
}
