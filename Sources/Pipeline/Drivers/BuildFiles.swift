// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionLearning
import DriverAdaptation
import Foundation
import KernelModel

/// What the new kernel's Kbuild ignores in the driver's build files, and those files with what it takes instead.
///
/// It comes before everything else: without its flags a driver is not the same driver.
struct BuildFiles: Sendable {
  /// The files that differ, whole, by path.
  private(set) var texts: [String: SourceText] = [:]
  private(set) var breaks: [Break] = []
  private(set) var edits: [Edit] = []
  private(set) var changes: [AdaptationChange] = []
  private(set) var rules: [String: LearnedRule] = [:]

  /// - Throws: as `DriverTexts.all(of:)`.
  init(of driver: Driver, from old: Kernel, to new: Kernel) throws {
    let variables = KbuildVariables(old: Self.scripts(of: old), new: Self.scripts(of: new))
    guard !variables.successors.isEmpty else { return }
    let files = try DriverTexts.buildFiles(of: driver)
    for (rule, breaks, edits) in variables.edits(files) {
      self.breaks += breaks
      self.edits += edits
      rules[rule.rule.id] = rule
      changes.append(
        AdaptationChange(
          symbol: SoughtSymbol(name: rule.left, kind: breaks[0].kind), rules: [rule.rule],
          places: [rule.rule.id: edits.count], edits: edits, flags: [], deletions: []))
    }
    texts = try EditedFiles.apply(edits, to: files)
  }

  /// What Kbuild itself is made of; none where the kernel does not show it.
  private static func scripts(of kernel: Kernel) -> [SourceText] {
    let folders = [kernel.source, kernel.hostBuildDirectory].compactMap { $0.map { "\($0)/scripts" } }
    for folder in folders {
      let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
      let texts = names.filter { $0.hasPrefix("Makefile") }
        .compactMap { try? SourceText(Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)"))) }
      if !texts.isEmpty { return texts }
    }
    return []
  }
}
