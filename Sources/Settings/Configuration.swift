// SPDX-License-Identifier: GPL-2.0-or-later

/// What `kmend.toml` says. Every key is described here and nowhere else; an unknown one is an error.
///
/// ```toml
/// state = "/var/lib/kmend"
///
/// [[tree]]
/// name = "mainline"
/// repository = "/srv/git/linux.git"
/// refs = ["refs/heads/master"]
/// ```
package struct Configuration: Codable, Sendable, Hashable {
  /// Absolute path of the folder for the ledger, the logs, and copies of remote repositories.
  package var state: String
  package var limits: Limits
  /// Kernel trees that are watched.
  package var tree: [Tree]

  package struct Limits: Codable, Sendable, Hashable {
    /// Jobs that run side by side, 1 to 64.
    package var jobs: Int = 1
    /// Jobs that may wait; what comes beyond is looked for again later.
    package var queue: Int = 10_000
    /// Days after which a finished job and its log are forgotten.
    package var days: Int = 30
  }

  /// A git repository of the kernel.
  package struct Tree: Codable, Sendable, Hashable {
    /// Letters, digits, `-`, `_` and `.`; unique.
    package var name: String
    /// Absolute path, or an `https://` URL, which is mirrored into the state folder.
    package var repository: String
    /// Full names of refs; `*` stands for any text without `/`, `**` for any text.
    package var refs: [String] = ["refs/heads/*"]
    /// What subscriptions call the line of development, e.g. `mainline`, `next`, `stable`; the tree's name by default.
    package var line: String = ""
    /// Seconds between two looks, at least 1.
    package var seconds: Int = 60
  }
}

extension Configuration {
  private enum Keys: String, CodingKey { case state, limits, tree }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    state = try container.decode(String.self, forKey: .state)
    limits = try container.decodeIfPresent(Limits.self, forKey: .limits) ?? Limits()
    tree = try container.decodeIfPresent([Tree].self, forKey: .tree) ?? []
  }

  package var ledger: String { state + "/ledger.sqlite" }
  package var logs: String { state + "/logs" }
  package var mirrors: String { state + "/trees" }
}

extension Configuration.Limits {
  private enum Keys: String, CodingKey { case jobs, queue, days }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    let usual = Self()
    jobs = try container.decodeIfPresent(Int.self, forKey: .jobs) ?? usual.jobs
    queue = try container.decodeIfPresent(Int.self, forKey: .queue) ?? usual.queue
    days = try container.decodeIfPresent(Int.self, forKey: .days) ?? usual.days
  }
}

extension Configuration.Tree {
  private enum Keys: String, CodingKey { case name, repository, refs, line, seconds }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    let (name, repository) = (
      try container.decode(String.self, forKey: .name), try container.decode(String.self, forKey: .repository)
    )
    let usual = Self(name: name, repository: repository)
    self.init(
      name: name, repository: repository,
      refs: try container.decodeIfPresent([String].self, forKey: .refs) ?? usual.refs,
      line: try container.decodeIfPresent(String.self, forKey: .line) ?? name,
      seconds: try container.decodeIfPresent(Int.self, forKey: .seconds) ?? usual.seconds)
  }
}
