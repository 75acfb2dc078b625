// SPDX-License-Identifier: GPL-2.0-or-later

import ArgumentParser
import Foundation
import KernelModel
import Pipeline
import Rainbow

/// `kmend status`: what the daemon watches, and whether it needs somebody.
struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Show what the daemon watches and what it has to do.")
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var common: CommonOptions

  mutating func run() async throws {
    let status = try await options.control().status()
    guard !common.json else { return print(try Terminal.json(status)) }
    func state(_ problem: String?, _ words: String) -> String {
      problem.map { Terminal.printable($0).red } ?? words
    }
    var rows = status.trees.map { tree in
      ["tree", tree.name, tree.line, state(tree.problem, tree.isSeen ? "\(tree.refs) refs" : "not seen yet")]
    }
    rows += status.lists.map { list in
      ["list", list.name, list.line, state(list.problem, list.isSeen ? "is read" : "not seen yet")]
    }
    rows.append(["drivers", "\(status.subscriptions) subscribed"])
    rows.append(["changes", "\(status.changes) seen"])
    let jobs = ["waiting", "running", "done", "failed", "set-aside"].map { "\(status.jobs[$0] ?? 0) \($0)" }
    rows.append(["jobs", jobs.joined(separator: ", ")])
    if status.isPaused { rows.append(["paused".yellow, "kmend resume goes on"]) }
    rows += status.troubled.map {
      ["job \($0.id)".red, $0.state.rawValue, Terminal.printable("\($0.kind) \($0.title): \($0.problem)")]
    }
    print(Terminal.columns(rows), terminator: "")
  }
}

/// `kmend jobs`: what the daemon did, does and is going to do.
struct Jobs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "List the daemon's jobs, the newest last.")
  @Option(help: ArgumentHelp("So many of them.", valueName: "number")) var limit = 30
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit must be positive") }
  }

  mutating func run() async throws {
    let jobs = try await options.control().jobs(limit: limit)
    guard !common.json else { return print(try Terminal.json(jobs)) }
    let rows = jobs.map { job in
      [
        "\(job.id)", job.state.rawValue, job.kind, Terminal.printable(job.title), Terminal.printable(job.step),
        Terminal.printable(job.problem),
      ]
    }
    print(Terminal.columns(rows), terminator: "")
  }
}

/// `kmend log`: what one job did.
struct Log: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Show what a job did.")
  @Argument(help: "Its number.") var job: Int
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var common: CommonOptions

  mutating func run() async throws {
    let (job, text) = try await options.control().log(of: job)
    guard !common.json else { return print(try Terminal.json(job)) }
    print(Terminal.printable(text), terminator: "")
  }
}

/// `kmend retry`: another try for a job that failed.
struct Retry: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Let a job that failed or was set aside begin again.")
  @Argument(help: "Its number.") var job: Int
  @OptionGroup var options: ConfigurationOptions

  mutating func run() async throws { try await options.control().retry(job) }
}

/// `kmend pause`: no job begins.
struct Pause: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Let no job begin; those that run go on.")
  @OptionGroup var options: ConfigurationOptions

  mutating func run() async throws { try await options.control().pause(true) }
}

/// `kmend resume`: jobs begin again.
struct Resume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Let jobs begin again.")
  @OptionGroup var options: ConfigurationOptions

  mutating func run() async throws { try await options.control().pause(false) }
}
