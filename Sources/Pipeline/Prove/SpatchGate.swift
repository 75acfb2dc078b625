// SPDX-License-Identifier: GPL-2.0-or-later

import CSource
import DriverAdaptation
import KernelBuild
import KernelModel

/// The cross-check of the rewriter: Coccinelle applies the same semantic patch to the same files.
struct SpatchGate: Sendable {
  let spatch: Spatch

  /// One verdict per rule that can be said in SmPL; a flag where Coccinelle makes another edit of it. Where it makes none
  /// for want of types, nothing is compared.
  func judge(_ mended: Mended) async throws -> [Verdict] {
    var verdicts: [Verdict] = []
    for id in Set(mended.result.edits.compactMap(\.rule)).sorted() {
      guard let rule = mended.rules[id]?.rule, !rule.smpl.isEmpty else { continue }
      let edits = mended.result.edits.filter { $0.rule == id }
      let sources = read(Set(edits.map(\.file)), edits, mended)
      let ours = try EditedFiles.apply(edits, to: sources)
      var result = try await spatch.apply(rule.smpl, to: sources)
      let untyped = untypedSemanticPatch(rule.smpl)
      if untyped != rule.smpl, result.reason == nil, difference(ours, result) != nil {
        // Coccinelle has no headers: a field's structure often does not show. Ours did, to the compiler.
        let second = try await spatch.apply(untyped, to: sources)
        if second.reason == nil, difference(ours, second) == nil {
          verdicts.append(verdict(id, ours, second, remark: ", compared without types"))
          continue
        }
        if result.changed.isEmpty, second.changed.isEmpty { result.reason = "Coccinelle finds no place" }
      }
      verdicts.append(verdict(id, ours, result))
    }
    return verdicts
  }

  /// The files as the new kernel's preprocessor reads them: Coccinelle edits what no kernel in question compiles as well.
  /// As they are where an edit reaches into that.
  private func read(_ files: Set<String>, _ edits: [Edit], _ mended: Mended) -> [String: SourceText] {
    let plain = mended.sources.filter { files.contains($0.key) }
    let active = plain.reduce(into: plain) { texts, file in
      texts[file.key] = ActiveText.of(file.value, inactive: mended.inactive[file.key] ?? [])
    }
    let isBlank = edits.contains { edit in
      active[edit.file].map { $0[edit.range.clamped(to: 0..<$0.count)].contains(ActiveText.blank) } ?? true
    }
    guard !isBlank else { return plain }
    return active.mapValues { text in text.map { $0 == ActiveText.blank ? UInt8(ascii: " ") : $0 } }
  }

  private func difference(_ ours: [String: SourceText], _ result: Spatch.Result) -> String? {
    differences(ours, result).first
  }

  private func differences(_ ours: [String: SourceText], _ result: Spatch.Result) -> [String] {
    ours.keys.sorted().compactMap { file -> String? in
      guard let text = ours[file], let theirs = result.files[file] else { return nil }
      switch spatchAgreement(ours: text, theirs: theirs) {
      case .same: return nil
      case .differs(let line, let own, let other): return "\(file):\(line): kmend writes `\(own)`, spatch `\(other)`"
      }
    }
  }

  private func verdict(
    _ id: String, _ ours: [String: SourceText], _ result: Spatch.Result, remark: String = ""
  ) -> Verdict {
    var evidence = result.evidence
    if let reason = result.reason {
      return Verdict(
        gate: "spatch", kernel: "", result: .notRun, summary: "\(id): \(reason)", evidence: [evidence])
    }
    let differences = differences(ours, result)
    evidence.lines = Array(differences.prefix(20))
    return Verdict(
      gate: "spatch", kernel: "", result: differences.isEmpty ? .passed : .failed,
      summary: differences.first.map { "\(id): \($0)" } ?? "\(id): Coccinelle makes the same edit\(remark)",
      evidence: [evidence]
    )
  }
}
