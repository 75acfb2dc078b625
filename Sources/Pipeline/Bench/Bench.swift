// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import SwiftCSV

/// `kmend bench`: adapts every driver of corpus tables and writes down what came of it.
package struct Bench: Sendable {
  let workspace: Workspace
  /// Folder for `results.csv`, `summary.md` and one folder of results per case.
  let out: String
  let boots: Bool

  package init(workspace: Workspace, out: String, boots: Bool) {
    (self.workspace, self.out, self.boots) = (workspace, out, boots)
  }

  /// Runs the cases, at most `jobs` side by side. Each row is on disk as soon as it is known.
  ///
  /// - Parameters:
  ///   - resume: leave out cases that `results.csv` holds already.
  ///   - announce: is told each row when it is known.
  /// - Returns: all rows, in the order of the cases.
  /// - Throws: `Failure` for a folder that can't be written. A case that fails is a row.
  package func run(
    _ cases: [CorpusCase], jobs: Int, resume: Bool, announce: @escaping @Sendable (BenchRow) -> Void
  ) async throws -> [BenchRow] {
    let results = try BenchResults(folder: out, resume: resume)
    let known = await results.rows
    let rows = try await concurrently(
      jobs,
      cases.map { subject in
        { @Sendable in
          let key = BenchRow(subject, Failure(.ourFault, "", ""), seconds: 0).key
          if let row = known.first(where: { $0.key == key }) { return row }
          let row = try await row(of: subject)
          try await results.add(row)
          announce(row)
          return row
        }
      })
    try BenchSummary(rows).text.write(toFile: out + "/summary.md", atomically: true, encoding: .utf8)
    return rows
  }

  private func row(of subject: CorpusCase) async throws -> BenchRow {
    let start = ContinuousClock().now
    func seconds() -> Double { (ContinuousClock().now - start) / .seconds(1) }
    let folder = "\(out)/cases/\(subject.name)"
    do {
      // What an earlier run left would not be of this one.
      try? FileManager.default.removeItem(atPath: folder)
      try FileManager.default.createDirectory(atPath: out + "/cases", withIntermediateDirectories: true)
      let request = AdaptRequest(
        driver: subject.driver, from: subject.from, to: subject.to,
        keep: subject.buildsOn.filter { $0 != subject.from && $0 != subject.to }, out: folder, boots: boots)
      let result = try await Adaptations(workspace: workspace, steps: Steps { _ in }).adapt(request)
      let spent = seconds()
      let equality = try await equality(of: subject, result.files, in: folder)
      return BenchRow(subject, result.report, equality: equality, seconds: spent)
    } catch let failure as Failure {
      return BenchRow(subject, failure, seconds: seconds())
    }
  }

  /// What was changed, held against the maintainer's own later version where one is known; its details go to
  /// `equality.json`.
  private func equality(
    of subject: CorpusCase, _ files: [String: SourceText], in folder: String
  ) async throws -> EqualityReport? {
    guard let later = subject.later, !files.isEmpty else { return nil }
    let report = try await Equality(workspace: workspace)
      .compare(subject.driver, adapted: files, with: later, on: subject.to)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try encoder.encode(report).write(to: URL(fileURLWithPath: folder + "/equality.json"))
    } catch {
      throw Failure(
        .unavailable, folder, "can't be written", remedy: "name another folder with --out", detail: "\(error)")
    }
    return report
  }
}

/// `results.csv` as it grows.
private actor BenchResults {
  private let file: String
  private(set) var rows: [BenchRow] = []

  init(folder: String, resume: Bool) throws {
    file = folder + "/results.csv"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      if resume, let text = try? String(contentsOfFile: file, encoding: .utf8) {
        let table = try NamedCSV(string: text, delimiter: .comma, loadColumns: false)
        rows = table.rows.map(BenchRow.init)
      }
      try Self.write(rows, to: file)
    } catch {
      throw Failure(
        .unavailable, folder, "can't be written or holds no results of kmend bench",
        remedy: "name another folder with --out", detail: "\(error)")
    }
  }

  func add(_ row: BenchRow) throws {
    rows.append(row)
    try Self.write(rows, to: file)
  }

  private static func write(_ rows: [BenchRow], to file: String) throws {
    let lines = [BenchRow.columns.joined(separator: ",")] + rows.map(\.line)
    try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
  }
}
