// SPDX-License-Identifier: GPL-2.0-or-later

import ArgumentParser
import Foundation
import KernelModel
import Pipeline
import Rainbow

/// `kmend adapt`: from a driver that breaks to a proven series.
struct Adapt: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Adapt a driver to a newer kernel, prove it, and write a patch series.",
    discussion: """
      The adaptation is learned from how the newer kernel's own callers were converted, and the \
      result is built on both kernels and on every one to be kept, then booted, loaded and unloaded.

        kmend adapt ./my-driver --from 6.1 --to 6.12 --out series
        kmend adapt debian:my-driver-dkms=1.2-3 --from 6.1 --to 6.12
        kmend adapt driver.tar.xz --from 6.1 --to 6.12 --keep 5.10 --compat probe
        kmend adapt ~/src/driver --from 6.1 --to 6.12 --branch kmend/6.12
        kmend adapt ./my-driver --from 6.12 --to 0123456789ab --tree ~/linux
        kmend adapt ./my-driver --from 6.12 --to series.mbox --tree ~/linux

      With --tree the target is a commit that no kernel at hand has, or a series that was posted \
      (a file, or the URL of a mail in an archive): its headers are laid over those of --from, \
      and the series is proven as far as that goes.

      --format quilt writes patches/ with its list, each patch with a DEP-3 header; --format dkms \
      writes patches/ and the lines for dkms.conf.

      Without --out the series goes to standard output. DRIVER is never changed unless --in-place \
      is given; --branch commits the series to a new branch and leaves the working tree alone.
      """)

  @OptionGroup var pair: KernelPair
  @OptionGroup var common: CommonOptions

  @Option(
    help: ArgumentHelp(
      "A git repository of the kernel: --to is one of its commits, or a posted series.", valueName: "dir"))
  var tree: String?

  @Option(help: ArgumentHelp("Other kernels that must go on building, besides --from.", valueName: "names"))
  var keep: String = ""

  @Option(help: "How older kernels are kept working.")
  var compat: CompatChoice = .auto

  @Option(help: ArgumentHelp("Folder for series.mbox, report.json and logs/.", valueName: "dir"))
  var out: String?

  @Option(help: "What the series is written as.")
  var format: SeriesFormat = .mbox

  @ArgumentParser.Flag(help: "Change the driver's own files.")
  var inPlace = false

  @Option(help: ArgumentHelp("Commit the series to a new branch of the driver's repository.", valueName: "name"))
  var branch: String?

  @Option(help: ArgumentHelp("Author of the commits, as git writes it.", valueName: "name <address>"))
  var author: String = "kmend <kmend@localhost>"

  @ArgumentParser.Flag(help: "Do not boot; the series then says so.")
  var noBoot = false

  mutating func run() async throws {
    let progress = ProgressLine(quiet: common.quiet)
    defer { progress.finish() }
    let workspace = try Workspace(buildSeconds: Double(pair.timeout))
    let steps = Steps { progress.announce($0) }
    var request = AdaptRequest(
      driver: pair.driver, from: pair.from, to: pair.to,
      tree: tree.map { URL(fileURLWithPath: $0).standardizedFileURL.path },
      keep: keep.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }, compat: compat, author: author,
      out: out, format: format, inPlace: inPlace, branch: branch, boots: !noBoot)
    if tree != nil {
      switch try ChangePlace(pair.to, hasTree: true) {
      case .patches(let place), .thread(let place): request.proposal = .init(place)
      case .commit: break
      case .posted(let id):
        throw Failure(.usage, id, "may be in many archives", remedy: "give the URL of the mail, or a file")
      }
    }
    let result = try await Adaptations(workspace: workspace, steps: steps).adapt(request)
    progress.finish()
    if common.json {
      print(try Terminal.json(result.report))
    } else {
      if out == nil, !result.mbox.isEmpty { FileHandle.standardOutput.write(Data(result.mbox)) }
      let summary = AdaptationSummary(report: result.report, out: out, format: format)
      Terminal.say(Terminal.printable(summary.text), prefix: "")
      Terminal.say("outcome   " + Terminal.coloured(summary.outcome, result.report.outcome), prefix: "")
    }
    switch result.report.outcome {
    case .adapted, .nothingToDo: return
    case .needsReview: throw ExitCode(1)
    case .notAdapted: throw ExitCode(2)
    }
  }
}

extension CompatChoice: ExpressibleByArgument {}
extension SeriesFormat: ExpressibleByArgument {}

/// The two kernels and the driver, as `adapt` and `diagnose` take them.
struct KernelPair: ParsableArguments {
  @Argument(help: "A directory, a tarball, a git repository (path or URL, #REF), or debian:PACKAGE[=VERSION].")
  var driver: String

  @Option(help: ArgumentHelp("The kernel that the driver builds on.", valueName: "kernel"))
  var from: String

  @Option(help: ArgumentHelp("The kernel that it shall build on.", valueName: "kernel"))
  var to: String

  @Option(help: ArgumentHelp("Seconds that one build of the driver may take.", valueName: "seconds"))
  var timeout: Int = 900

  func validate() throws {
    guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout takes 1 to 86400 seconds") }
  }
}

/// Options of every command.
struct CommonOptions: ParsableArguments {
  @ArgumentParser.Flag(help: "Print JSON for machines; the schemas are in README.md.")
  var json = false

  @ArgumentParser.Flag(help: "Say each step as it begins, and show full output behind errors.")
  var verbose = false

  @ArgumentParser.Flag(help: "No progress line.")
  var quiet = false
}
