// SPDX-License-Identifier: GPL-2.0-or-later

import ArgumentParser
import Foundation
import KernelModel
import Pipeline

/// `kmend subscribe`: a driver that the daemon looks after.
struct Subscribe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let the daemon say what is going to break a driver.",
    discussion: """
        kmend subscribe /srv/git/my-driver.git --kernels mainline --keep debian:6.1
        kmend subscribe https://example.org/my-driver.git --branch main
        kmend subscribe debian:my-driver-dkms
      """)
  @Argument(help: "A driver, as for kmend adapt.") var driver: String
  @Option(help: ArgumentHelp("Lines of development that it follows, with commas; all by default.", valueName: "lines"))
  var kernels: String = ""
  @Option(help: ArgumentHelp("Kernels that it must go on building on, with commas.", valueName: "kernels"))
  var keep: String = ""
  @Option(help: ArgumentHelp("How older kernels are kept: replace, probe, version or auto.", valueName: "style"))
  var compat: String?
  @Option(help: ArgumentHelp("The branch of its repository.", valueName: "branch")) var branch: String?
  @OptionGroup var options: ConfigurationOptions

  func validate() throws {
    if branch != nil, driver.contains("#") { throw ValidationError("name the branch once") }
    if let compat, !["replace", "probe", "version", "auto"].contains(compat) {
      throw ValidationError("'\(compat)' is no style: replace, probe, version or auto")
    }
  }

  mutating func run() async throws {
    func list(_ text: String) -> [String] { text.split(separator: ",").map { String($0) } }
    let place = driver + (branch.map { "#\($0)" } ?? "")
    let id = try await options.control(creating: true).subscribe(
      place, lines: list(kernels), keep: list(keep), compat: compat)
    print("subscription \(id)")
  }
}

/// `kmend unsubscribe`: a driver that the daemon no longer looks after.
struct Unsubscribe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Forget a subscribed driver.")
  @Argument(help: "The driver as it was subscribed, or the subscription's number.") var driver: String
  @OptionGroup var options: ConfigurationOptions

  mutating func run() async throws {
    print("unsubscribed \(Terminal.printable(try await options.control().unsubscribe(driver)))")
  }
}

/// `kmend subscriptions`: the drivers that the daemon looks after.
struct Subscriptions: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "List the subscribed drivers.")
  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var common: CommonOptions

  mutating func run() async throws {
    let subscriptions = try await options.control().subscriptions()
    guard !common.json else { return print(try Terminal.json(subscriptions)) }
    let rows = subscriptions.map { one in
      [
        "\(one.id)", Terminal.printable(one.place), one.lines.isEmpty ? "all lines" : one.lines.joined(separator: ","),
        one.head.isEmpty ? "not read yet" : String(one.head.prefix(12)),
      ]
    }
    print(Terminal.columns(rows), terminator: "")
  }
}
