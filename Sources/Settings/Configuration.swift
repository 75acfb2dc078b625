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
  /// Where git hooks tell of pushes; nil: they do not.
  package var hook: Hook?
  /// Kernel trees that are watched.
  package var tree: [Tree]
  /// Mailing lists that are watched.
  package var list: [List]

  /// The archive of a mailing list.
  package struct List: Codable, Sendable, Hashable {
    /// As a tree's; no tree has it.
    package var name: String
    /// Absolute path of a public-inbox of version 2, or the URL of one, which is mirrored into the state folder.
    package var inbox: String
    /// What subscriptions call what is proposed there; the list's name by default.
    package var line: String
    /// Whether what came before the first look is read as well.
    package var history: Bool
    /// Seconds between two looks, at least 1.
    package var seconds: Int

    package init(name: String, inbox: String, line: String, history: Bool = false, seconds: Int = 60) {
      (self.name, self.inbox, self.line, self.history, self.seconds) = (name, inbox, line, history, seconds)
    }
  }

  package struct Hook: Codable, Sendable, Hashable {
    /// Absolute path of the socket that `kmend-hook` connects to.
    package var socket: String
    /// Absolute path of the folder in which it leaves messages; whoever pushes must be able to write there.
    package var spool: String
    /// Who may connect, as chmod(1) takes it.
    package var mode: String

    package init(socket: String, spool: String, mode: String = "0660") {
      (self.socket, self.spool, self.mode) = (socket, spool, mode)
    }
  }

  package struct Limits: Codable, Sendable, Hashable {
    /// Jobs that run side by side, 1 to 64.
    package var jobs: Int = 1
    /// Jobs that may wait; what comes beyond is looked for again later.
    package var queue: Int = 10_000
    /// Days after which a finished job and its log are forgotten.
    package var days: Int = 30

    package init() {}
  }

  /// A git repository of the kernel.
  package struct Tree: Codable, Sendable, Hashable {
    /// Letters, digits, `-`, `_` and `.`; unique.
    package var name: String
    /// Absolute path, or a URL, which is mirrored into the state folder.
    package var repository: String
    /// Full names of refs; `*` stands for any text without `/`, `**` for any text.
    package var refs: [String]
    /// What subscriptions call the line of development, e.g. `mainline`, `next`, `stable`; the tree's name by default.
    package var line: String
    /// Seconds between two looks, at least 1.
    package var seconds: Int

    package init(
      name: String, repository: String, refs: [String] = ["refs/heads/*"], line: String, seconds: Int = 60
    ) {
      (self.name, self.repository, self.refs) = (name, repository, refs)
      (self.line, self.seconds) = (line, seconds)
    }
  }

  package init(state: String, limits: Limits, hook: Hook? = nil, tree: [Tree] = [], list: [List] = []) {
    (self.state, self.limits, self.hook, self.tree, self.list) = (state, limits, hook, tree, list)
  }
}

extension Configuration {
  private enum Keys: String, CodingKey, CaseIterable { case state, limits, hook, tree, list }

  package static var keys: [String] { Keys.allCases.map(\.rawValue) }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    state = try container.decode(String.self, forKey: .state)
    limits = try container.decodeIfPresent(Limits.self, forKey: .limits) ?? Limits()
    hook = try container.decodeIfPresent(Hook.self, forKey: .hook)
    tree = try container.decodeIfPresent([Tree].self, forKey: .tree) ?? []
    list = try container.decodeIfPresent([List].self, forKey: .list) ?? []
  }

  package var ledger: String { state + "/ledger.sqlite" }
  package var logs: String { state + "/logs" }

  /// For each tree and list its line of development.
  package var lines: [String: String] {
    let all = tree.map { ($0.name, $0.line) } + list.map { ($0.name, $0.line) }
    return Dictionary(all, uniquingKeysWith: { first, _ in first })
  }
  package var mirrors: String { state + "/trees" }
  package var inboxes: String { state + "/lists" }
}

extension Configuration.List {
  private enum Keys: String, CodingKey, CaseIterable { case name, inbox, line, history, seconds }

  package static var keys: [String] { Keys.allCases.map(\.rawValue) }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    let (name, inbox) = (
      try container.decode(String.self, forKey: .name), try container.decode(String.self, forKey: .inbox)
    )
    let usual = Self(name: name, inbox: inbox, line: name)
    self.init(
      name: name, inbox: inbox, line: try container.decodeIfPresent(String.self, forKey: .line) ?? usual.line,
      history: try container.decodeIfPresent(Bool.self, forKey: .history) ?? usual.history,
      seconds: try container.decodeIfPresent(Int.self, forKey: .seconds) ?? usual.seconds)
  }
}

extension Configuration.Hook {
  private enum Keys: String, CodingKey, CaseIterable { case socket, spool, mode }

  package static var keys: [String] { Keys.allCases.map(\.rawValue) }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    self.init(
      socket: try container.decode(String.self, forKey: .socket),
      spool: try container.decode(String.self, forKey: .spool),
      mode: try container.decodeIfPresent(String.self, forKey: .mode) ?? "0660")
  }
}

extension Configuration.Limits {
  private enum Keys: String, CodingKey, CaseIterable { case jobs, queue, days }

  package static var keys: [String] { Keys.allCases.map(\.rawValue) }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    let usual = Self()
    jobs = try container.decodeIfPresent(Int.self, forKey: .jobs) ?? usual.jobs
    queue = try container.decodeIfPresent(Int.self, forKey: .queue) ?? usual.queue
    days = try container.decodeIfPresent(Int.self, forKey: .days) ?? usual.days
  }
}

extension Configuration.Tree {
  private enum Keys: String, CodingKey, CaseIterable { case name, repository, refs, line, seconds }

  package static var keys: [String] { Keys.allCases.map(\.rawValue) }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    let (name, repository) = (
      try container.decode(String.self, forKey: .name), try container.decode(String.self, forKey: .repository)
    )
    let usual = Self(name: name, repository: repository, line: name)
    self.init(
      name: name, repository: repository,
      refs: try container.decodeIfPresent([String].self, forKey: .refs) ?? usual.refs,
      line: try container.decodeIfPresent(String.self, forKey: .line) ?? usual.line,
      seconds: try container.decodeIfPresent(Int.self, forKey: .seconds) ?? usual.seconds)
  }
}
