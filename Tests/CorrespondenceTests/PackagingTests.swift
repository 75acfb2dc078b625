// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import GitStore
import KernelModel
import PatchFormat
import Sandbox
import TestSupport
import Testing

/// Series as packages carry them, as the programs of the field take them.
@Suite struct PackagingTests {
  /// One patch for each file that is awkward in some way; patch(1) takes the empty ones for nothing.
  private static let files = FileCase.all.filter { $0.after != [] && $0.before != [] }

  private static func series() throws -> QuiltSeries {
    let patches = try files.map { file in
      let change = FileChange(
        path: file.path, before: file.before, after: file.after, mode: file.isExecutable ? .executable : .regular)
      return Patch(
        title: "foo: change \(file.path)", text: "One.\n\n  @@ expression E; @@\n  -old(E)\n  +new(E)\n\nTwo.",
        trailers: [Trailer("Link", "https://example.org/1")], files: try Diffing.diff([change]))
    }
    return QuiltSeries(
      patches, author: "kmend <kmend@example.org>", origin: "written by kmend 0.1", day: "2026-11-21",
      remarks: ["deletion: look at it"])
  }

  private static func write(_ series: QuiltSeries, in folder: String) throws {
    for file in FileCase.all {
      guard let bytes = file.before else { continue }
      let url = URL(fileURLWithPath: "\(folder)/\(file.path)")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: url)
      if file.isExecutable {
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
      }
    }
    try FileManager.default.createDirectory(atPath: "\(folder)/patches", withIntermediateDirectories: true)
    for file in series.files { try Data(file.bytes).write(to: URL(fileURLWithPath: "\(folder)/patches/\(file.name)")) }
    try Data(series.list.utf8).write(to: URL(fileURLWithPath: "\(folder)/patches/series"))
  }

  private static func expectAdapted(_ folder: String) {
    for file in files {
      let bytes = FileManager.default.contents(atPath: "\(folder)/\(file.path)").map { [UInt8]($0) }
      #expect(bytes == file.after, "\(file)")
    }
  }

  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/quilt"), "quilt is not installed"),
    arguments: [["push", "-a", "--fuzz=0"], ["push", "-a", "-q", "--fuzz=0"]])
  func quiltPushesAll(arguments: [String]) async throws {
    try await withTemporaryFolder { folder in
      try Self.write(try Self.series(), in: folder)
      let run = try await Containment().run(
        Command("quilt", arguments, environment: ["QUILT_PATCHES": "patches"], directory: folder, place: .host))
      #expect(run.succeeded, "\(run.text)\(run.errorText)")
      Self.expectAdapted(folder)
      let back = try await Containment().run(
        Command("quilt", ["pop", "-a"], environment: ["QUILT_PATCHES": "patches"], directory: folder, place: .host))
      #expect(back.succeeded, "\(back.errorText)")
    }
  }

  /// As dkms(8) does it.
  @Test func patchTakesEachInOrder() async throws {
    try await withTemporaryFolder { folder in
      let series = try Self.series()
      try Self.write(series, in: folder)
      for file in series.files {
        let run = try await Containment().run(
          Command("patch", ["-p1", "-F0", "--batch"], directory: folder, place: .host, input: file.bytes))
        #expect(run.succeeded, "\(file.name): \(run.text)\(run.errorText)")
      }
      Self.expectAdapted(folder)
    }
  }

  @Test func headersAreThoseOfDEP3() throws {
    let patch = Patch(
      title: "foo: use fresh() instead of old()",
      text: "old() is gone.\n\n  @@ @@\n  -old()\n  +fresh()\n\nBuild-tested on 6.12.\n",
      trailers: [Trailer("Link", "https://example.org/1")],
      files: try Diffing.diff([
        FileChange(path: "foo.c", before: Array("old();\n".utf8), after: Array("fresh();\n".utf8), mode: .regular)
      ]))
    let series = QuiltSeries(
      [patch, Patch(title: ".. ??", text: "", files: patch.files)], author: "kmend <kmend@example.org>",
      origin: "written by kmend 0.1", day: "2026-11-21", remarks: ["deletion: look at it"])
    #expect(series.list == "0001-foo-use-fresh-instead-of-old.patch\n0002.patch\n")
    try expectGolden(
      series.files.map { "==> \($0.name) <==\n" + String(decoding: $0.bytes, as: UTF8.self) }.joined(separator: "\n"),
      "Mail/quilt.txt")
  }
}

@Suite struct DkmsPatchesTests {
  static let releases: [(oldest: String, needs: [String], not: [String])] = [
    (
      "6.12",
      ["6.12.117+deb12-amd64", "6.12", "6.12-rc1", "6.13.1", "6.20", "6.100", "7.0", "7.2.12", "10.1", "12.3.4"],
      ["6.1.0-56-amd64", "6.11.9", "6.2", "5.10.0-46-amd64", "5.12", "5.120", "1.12", "6"]
    ),
    ("6.2", ["6.2", "6.9", "6.10.1", "6.12.117+deb12-amd64", "7.0"], ["6.1.0-56-amd64", "6.1.200", "5.20", "5.9"]),
    ("5.20", ["5.20", "5.100", "6.0", "6.1.0-56-amd64", "10.0"], ["5.19.17", "5.2", "4.99"]),
    ("9.9", ["9.9", "9.10", "9.19", "10.0", "19.3", "99.0"], ["9.8", "8.99", "1.99"]),
    ("6.0", ["6.0", "6.10"], ["5.99"]), ("6.99", ["6.99", "6.100", "7.0"], ["6.98", "6.9"]),
    ("6.100", ["6.100", "6.101", "6.110", "6.200", "6.1000", "7.1"], ["6.99", "6.10", "6.1"]),
  ]

  @Test(arguments: releases.indices)
  func matchesItsReleaseAndLaterOnes(index: Int) async throws {
    let sample = Self.releases[index]
    let version = try #require(KernelVersion(sample.oldest))
    let lines = DkmsPatches(names: ["a.patch"], first: 0, oldest: version, remarks: ["One."]).text
    // As dkms itself reads and compares.
    let script = lines + "for release; do [[ $release =~ ${PATCH_MATCH[0]} ]] && echo $release; done; true"
    let run = try await Containment().run(
      Command("bash", ["-c", script, "bash"] + sample.needs + sample.not, place: .host))
    #expect(run.text.split(separator: "\n").map(String.init) == sample.needs, "\(lines)")
  }

  @Test func linesGoOnWhereTheConfEnds() throws {
    let conf = "PACKAGE_NAME=a\nPATCH[0]=\"x.patch\"\nPATCH_MATCH[0]=\"^5\"\nPATCH[1]=y.patch\n"
    #expect(DkmsPatches.next(in: SourceText(conf.utf8)) == 2)
    #expect(DkmsPatches.next(in: SourceText("PATCH[7]=a".utf8)) == 8)
    #expect(DkmsPatches.next(in: SourceText("# PATCH[x]=a\nPATCH[".utf8)) == 0)
    let version = try #require(KernelVersion("6.2"))
    #expect(
      DkmsPatches(names: ["a.patch", "b.patch"], first: 2, oldest: version, remarks: ["One.", "Two."]).text == """
        # One.
        # Two.
        PATCH[2]="a.patch"
        PATCH_MATCH[2]="^(6\\.([2-9]|[1-9][0-9]{1,})|([7-9]|[1-9][0-9]{1,})\\.[0-9]+)([^0-9]|$)"
        PATCH[3]="b.patch"
        PATCH_MATCH[3]="^(6\\.([2-9]|[1-9][0-9]{1,})|([7-9]|[1-9][0-9]{1,})\\.[0-9]+)([^0-9]|$)"

        """)
  }
}
