// SPDX-License-Identifier: GPL-2.0-or-later

import ArgumentParser
import Foundation
import KernelModel
import Pipeline
import Synchronization

/// `kmend bench`: every driver of corpus tables.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Adapt every driver of a corpus table and write down what came of it.",
    discussion: """
      A table is a CSV file with the columns package, version, builds_on and fails_on; path may stand \
      in for a package, and a table without fails_on holds controls, which must need no edit. \
      fixed_in names the maintainer's own later version: each result is then held against it. \
      The kernels have to be there (kmend kernel add).

        kmend bench Tests/Corpus/debian-dkms.csv --out bench
        kmend bench my-drivers.csv --out bench --jobs 2 --resume
        kmend bench corpus.csv --only 'alpha|beta-dkms 1' --no-boot

      Writes results.csv, summary.md and, under cases/, series, report, logs and comparison of \
      each case.
      """)

  @Argument(help: ArgumentHelp("Corpus tables.", valueName: "corpus.csv"))
  var tables: [String]

  @Option(help: ArgumentHelp("Cases that run side by side.", valueName: "number"))
  var jobs: Int = 1

  @Option(help: ArgumentHelp("Folder for the results.", valueName: "dir"))
  var out: String = "bench"

  @Option(help: ArgumentHelp("Only drivers whose package and version match.", valueName: "regex"))
  var only: String?

  @ArgumentParser.Flag(help: "Leave out cases whose results are there already.")
  var resume = false

  @ArgumentParser.Flag(help: "Do not boot.")
  var noBoot = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (1...64).contains(jobs) else { throw ValidationError("--jobs takes 1 to 64") }
    if let only, (try? Regex(only)) == nil { throw ValidationError("--only: '\(only)' is no regular expression") }
  }

  func run() async throws {
    var cases = try tables.flatMap(CorpusCase.read)
    if let only {
      let regex = try Regex(only)
      cases = cases.filter { "\($0.package) \($0.version)".contains(regex) }
    }
    let progress = ProgressLine(quiet: common.quiet)
    defer { progress.finish() }
    let (total, common) = (cases.count, common)
    let done = Counter()
    let bench = Bench(workspace: try Workspace(), out: out, boots: !noBoot)
    let rows = try await bench.run(cases, jobs: jobs, resume: resume) { row in
      progress.finish()
      if !common.quiet { Terminal.say(Self.line(row, number: done.next(), of: total), prefix: "") }
      progress.announce("adapting")
    }
    progress.finish()
    print(common.json ? try Terminal.json(rows.map(\.cells)) : BenchSummary(rows).text)
  }

  private static func line(_ row: BenchRow, number: Int, of total: Int) -> String {
    let name = "\(row["package"]) \(row["version"])"
    let count = String(repeating: " ", count: "\(total)".count - "\(number)".count) + "\(number)/\(total)"
    let padded = name + String(repeating: " ", count: max(1, 52 - name.count))
    return Terminal.printable("\(count)  \(padded)\(row["seconds"]) s  \(row["outcome"])  \(row["problem"].prefix(80))")
  }
}

/// Counts from 1.
private final class Counter: Sendable {
  private let value = Mutex(0)

  func next() -> Int {
    value.withLock {
      $0 += 1
      return $0
    }
  }
}
