// SPDX-License-Identifier: GPL-2.0-or-later

import ArgumentParser
import Foundation
import KernelModel
import Pipeline

@main
struct Kmend: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kmend",
    abstract: "Mends the Linux drivers that kernel evolution breaks.",
    discussion: """
      kmend learns each adaptation from how the kernel's own callers were converted, proves it by \
      building and booting, and writes a patch series.

        kmend kernel add debian:6.1
        kmend kernel add debian:6.12
        kmend adapt ./my-driver --from 6.1 --to 6.12 --out series

      Exit codes: 0 adapted or nothing to do, 1 needs review, 2 not adapted, 64 usage, 65 bad \
      input, 69 something needed is unavailable, 70 a fault of kmend, 75 try again.
      """,
    version: Release.version,
    subcommands: [
      Adapt.self, Diagnose.self, Rules.self, Apply.self, Explain.self, ForecastCommand.self, ConfidenceCommand.self,
      BenchCommand.self, KernelCommand.self, Doctor.self, Serve.self, Status.self, Jobs.self, Log.self, Retry.self,
      Pause.self, Resume.self, Subscribe.self, Unsubscribe.self, Subscriptions.self, Drafts.self, Show.self,
    ])

  static func main() async {
    // The sandbox's user reads what root writes: folders of a run have to stay readable to others.
    umask(0o022)
    // A daemon ends in its own way.
    let isDaemon = ((try? parseAsRoot()) as? Serve).map { !$0.once } ?? false
    Foundation.exit(isDaemon ? await run() : await interruptible { await run() })
  }

  /// Cancels the work when somebody wants the program to end.
  private static func interruptible(_ body: @escaping @Sendable () async -> Int32) async -> Int32 {
    let work = Task { await body() }
    let signals = [SIGINT, SIGTERM].map { signal -> any DispatchSourceSignal in
      Foundation.signal(signal, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: signal, queue: .global())
      source.setEventHandler { work.cancel() }
      source.resume()
      return source
    }
    let code = await work.value
    for source in signals { source.cancel() }
    return code
  }

  private static func run() async -> Int32 {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      return 0
    } catch {
      return report(error)
    }
  }

  /// Tells what ended the command, and gives its exit code.
  private static func report(_ error: any Error) -> Int32 {
    switch error {
    case let failure as Failure:
      Terminal.report(failure)
      return failure.code.rawValue
    case is CancellationError:
      Terminal.say("interrupted")
      return Failure.Code.tryAgain.rawValue
    default:
      let code = exitCode(for: error)
      let text = fullMessage(for: error)
      if !text.isEmpty { code == .success ? print(text) : Terminal.say(text, prefix: "") }
      return code.rawValue == EXIT_FAILURE && !(error is ExitCode) ? Failure.Code.ourFault.rawValue : code.rawValue
    }
  }
}
