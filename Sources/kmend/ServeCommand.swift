// SPDX-License-Identifier: GPL-2.0-or-later

import ArgumentParser
import Foundation
import KernelModel
import Logging
import Pipeline

/// `kmend serve`: the daemon.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Watch kernel trees, and forecast which subscribed drivers break.",
    discussion: """
        kmend serve --config /etc/kmend/kmend.toml

      SIGTERM ends it; jobs that run are interrupted and go on when it is started again. SIGHUP \
      reads the configuration again. What it does is said on standard error.
      """)

  @ArgumentParser.Flag(help: "Look at everything once, do the jobs that follow, and end.")
  var once = false

  @OptionGroup var options: ConfigurationOptions

  mutating func run() async throws {
    let logger = Logger(label: "kmend") { StreamLogHandler.standardError(label: $0) }
    let daemon = Daemon(workspace: try Workspace(), configuration: options.file, logger: logger)
    if once { try await daemon.once() } else { try await daemon.run() }
  }
}

/// Which daemon is meant.
struct ConfigurationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The daemon's configuration (default: $KMEND_CONFIG, else /etc/kmend/kmend.toml).", valueName: "file"))
  var config: String?

  var file: String {
    let named = config ?? ProcessInfo.processInfo.environment["KMEND_CONFIG"] ?? "/etc/kmend/kmend.toml"
    return URL(fileURLWithPath: named).standardizedFileURL.path
  }

  func control(creating: Bool = false) throws -> Control { try Control(configuration: file, creating: creating) }

  /// Nil where no configuration was named, and this machine has none, or a daemon that is not for this user.
  func controlIfAny() throws -> Control? {
    do {
      return try control()
    } catch let failure as Failure where failure.code == .unavailable {
      guard config == nil, ProcessInfo.processInfo.environment["KMEND_CONFIG"] == nil else { throw failure }
      return nil
    }
  }
}
