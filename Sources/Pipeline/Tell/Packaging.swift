// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import MailFormat
import PatchFormat

/// Writes a series as packages carry it: for quilt(1), or for dkms(8).
struct Packaging {
  let request: AdaptRequest
  let report: AdaptationReport
  let builds: OriginalBuilds

  /// - Throws: what writing files throws.
  func write(_ series: WrittenSeries, to folder: String) throws {
    let mails = series.mails.filter { $0.patch != nil }
    let date = mails.first.flatMap { MailDate($0.message["Date"] ?? "") } ?? MailDate(seconds: 0)
    let quilt = QuiltSeries(
      mails.compactMap(\.patch), author: request.author,
      origin: "written by kmend \(Release.version) from how Linux \(report.to.name) converted its own callers",
      day: date.day, remarks: unfinished + report.flags.map { "\($0.reason.rawValue): \($0.detail)" })
    let patches = folder + "/patches"
    try FileManager.default.createDirectory(atPath: patches, withIntermediateDirectories: true)
    for file in quilt.files { try Data(file.bytes).write(to: URL(fileURLWithPath: "\(patches)/\(file.name)")) }
    switch request.format {
    case .dkms:
      let text = dkms(quilt.files.map(\.name)).text
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(request.format.place)"))
    default: try Data(quilt.list.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(request.format.place)"))
    }
  }

  /// Kernels that build without the patches need none; of those between them and the new one nothing is known, and the
  /// patched driver asks the kernel itself where it has to. Without that only the new kernel is sure.
  private func dkms(_ names: [String]) -> DkmsPatches {
    let conf = FileManager.default.contents(atPath: builds.driver.root + "/dkms.conf") ?? Data()
    let new = Self.version(report.to)
    let kept = report.keep.map(Self.version).filter { $0 < new }.max()
    let next = kept.map { kept in
      var numbers = Array((kept.numbers + [0, 0]).prefix(2))
      numbers[1] += 1
      return KernelVersion(numbers)
    }
    let oldest = min(next ?? new, new)
    var remarks = ["Added for Linux \(report.to.name) by kmend \(Release.version); the patches go into patches/."]
    if let kept = report.keep.max(by: { Self.version($0) < Self.version($1) }) {
      remarks.append("Linux \(kept.name) builds with and without them; what lies between was not tried.")
    } else {
      remarks.append("Linux \(report.from.name) builds only without them; what lies between was not tried.")
    }
    remarks += unfinished
    return DkmsPatches(names: names, first: DkmsPatches.next(in: SourceText(conf)), oldest: oldest, remarks: remarks)
  }

  private var unfinished: [String] {
    report.outcome == .notAdapted ? ["It does not build on Linux \(report.to.name) yet."] : []
  }

  private static func version(_ kernel: KernelIdentity) -> KernelVersion {
    KernelVersion(kernel.release) ?? KernelVersion([])
  }
}
