// SPDX-License-Identifier: GPL-2.0-or-later

import ArgumentParser
import KernelModel
import Pipeline

/// `kmend kernel`: the kernels that drivers are built and booted on.
struct KernelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel",
    abstract: "Add, list and remove kernels.",
    subcommands: [Add.self, List.self, Remove.self, Prune.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Fetch a kernel: headers, build tools, image with modules, and source.",
      discussion: """
          kmend kernel add debian:6.12                     newest that fits this host
          kmend kernel add debian:6.12/cloud-amd64         another flavour
          kmend kernel add debian:6.12=6.12.95-1~bpo12+1   an exact version
          kmend kernel add local:/usr/src/linux-build      a prepared build directory
          kmend kernel add git:/src/linux#v6.15?config=C   a git tree with a configuration

        debian:RELEASE takes a build for the host's own Debian release first, else the release whose \
        own kernel it is, else the lowest suite that has it; there the newest. What was chosen is \
        printed and kept in the lock file.
        """)

    @Argument(help: "Which kernel.")
    var request: String
    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
      let progress = ProgressLine(quiet: common.quiet)
      defer { progress.finish() }
      let stored = try await Kernels(workspace: Workspace()).add(request) { progress.announce($0) }
      progress.finish()
      if common.json {
        print(try Terminal.json(stored))
      } else {
        print(
          "\(stored.identity.name): \(stored.identity.release), source \(stored.identity.sourceVersion)"
            + (stored.identity.suite.isEmpty ? "" : " from \(stored.identity.suite)")
            + ", \(Terminal.size(stored.bytes))")
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the kernels at hand, what is present, and sizes.",
      discussion: """
          kmend kernel list
          kmend kernel list --json | jq -r '.[].identity.release'
        """)
    @OptionGroup var common: CommonOptions

    mutating func run() async throws {
      let kernels = try Kernels(workspace: Workspace()).list()
      if common.json {
        print(try Terminal.json(kernels))
      } else if kernels.isEmpty {
        print("no kernels; add one: kmend kernel add debian:6.12")
      } else {
        let header = ["NAME", "RELEASE", "SOURCE", "SUITE", "COMPILER", "SIZE", "PRESENT"]
        let rows = kernels.map {
          [
            $0.identity.name, $0.identity.release, $0.identity.sourceVersion, $0.identity.suite,
            String($0.identity.compiler.prefix { $0 != " " }), Terminal.size($0.bytes),
            $0.present.joined(separator: " "),
          ]
        }
        print(Terminal.columns([header] + rows), terminator: "")
      }
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove a kernel.",
      discussion: """
          kmend kernel remove 6.1
        """)
    @Argument(help: "Its name, as `kmend kernel list` shows it.")
    var name: String

    mutating func run() async throws {
      try await Kernels(workspace: Workspace()).remove(name)
      print("removed \(name)")
    }
  }

  struct Prune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Delete downloads, half-finished work and indexes that no kernel needs.")

    mutating func run() async throws {
      let bytes = try await Kernels(workspace: Workspace()).prune()
      print("freed \(Terminal.size(bytes))")
    }
  }
}
