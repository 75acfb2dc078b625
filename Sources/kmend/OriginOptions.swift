// SPDX-License-Identifier: GPL-2.0-or-later

import ArgumentParser
import Foundation
import Pipeline

/// What rules are learned from.
struct OriginOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The older kernel, or with --tree a commit.", valueName: "name"))
  var from: String?

  @Option(help: ArgumentHelp("The newer kernel, or with --tree a commit.", valueName: "name"))
  var to: String?

  @Option(help: ArgumentHelp("A git repository of the kernel, for --from and --to or for --range.", valueName: "dir"))
  var tree: String?

  @Option(help: ArgumentHelp("Learn commit by commit from a range of --tree.", valueName: "A..B"))
  var range: String?

  @Option(help: ArgumentHelp("An mbox, a folder of patches, or a public-inbox repository.", valueName: "path"))
  var patches: String?

  /// Whether any of them is given.
  var isGiven: Bool { [from, to, tree, range, patches].contains { $0 != nil } }

  /// The origin that the options name.
  ///
  /// - Throws: `ValidationError` where they name none or several.
  func origin() throws -> RuleOrigin {
    switch (tree, range, patches, from, to) {
    case (nil, nil, nil, let from?, let to?): .kernels(from: from, to: to)
    case (let tree?, nil, nil, let from?, let to?): .trees(repository: Self.absolute(tree), from: from, to: to)
    case (let tree?, let range?, nil, nil, nil): .range(repository: Self.absolute(tree), range)
    case (nil, nil, let patches?, nil, nil): .patches(Self.absolute(patches))
    default:
      throw ValidationError(
        "give --from and --to, or with --tree also --range in their place, or --patches alone")
    }
  }

  private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
}
