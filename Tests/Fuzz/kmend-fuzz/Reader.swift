// SPDX-License-Identifier: GPL-2.0-or-later

import BreakagePrediction
import ChangeDetection
import ConversionIndex
import CSource
import KernelModel
import MailFormat
import PatchFormat

/// Code that reads what strangers wrote. It must come back, whatever it gets.
enum Reader: String, CaseIterable {
  case mail, diff, declarations

  nonisolated(unsafe) static var chosen = Reader.mail

  func read(_ bytes: [UInt8]) {
    switch self {
    case .mail: Self.mail(bytes)
    case .diff: Self.diff(bytes)
    case .declarations: Self.declarations(bytes)
    }
  }

  private static func mail(_ bytes: [UInt8]) {
    for message in Mbox.messages(bytes) + [Message(parsing: bytes)] {
      _ = message["Subject"].flatMap { PatchSubject($0) }
      _ = message["Message-ID"].flatMap { MessageID($0) }
      _ = message["Date"].flatMap { MailDate($0) }
      // What is written again is read as it was.
      let again = Message(parsing: message.bytes)
      precondition(again.fields.count == message.fields.count, "a header field is lost")
      diff(message.body)
    }
  }

  private static func diff(_ bytes: [UInt8]) {
    guard let files = try? DiffParser.parse(bytes) else { return }
    var declared: [DeclaredFile] = []
    for file in files {
      func text(without kind: Hunk.Line.Kind) -> [UInt8] {
        file.hunks.flatMap { $0.lines.filter { $0.kind != kind }.flatMap { $0.text + [0x0A] } }
      }
      let (old, new) = (text(without: .added), text(without: .removed))
      declared.append(
        DeclaredFile(
          path: file.path, before: fragmentDeclarations(old, path: file.path),
          after: fragmentDeclarations(new, path: file.path)))
    }
    _ = APIDifference.changes(in: declared)
  }

  /// Three texts, with NUL bytes between them: a header before and after, and a driver.
  private static func declarations(_ bytes: [UInt8]) {
    let texts = bytes.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false).map { Array($0) }
    let (path, driver) = ("include/linux/a.h", texts.count > 2 ? texts[2] : texts[0])
    let file = DeclaredFile(
      path: path, before: fileDeclarations(texts[0], path: path),
      after: texts.count > 1 ? fileDeclarations(texts[1], path: path) : nil)
    let changes = APIDifference.changes(in: [file])
    _ = BuildDifference.changes(in: [.init(path: "Makefile", before: texts[0], after: driver)])
    _ = Prediction(DriverUses(["a.c": SourceText(driver)], on: KernelVersion([6, 12, 0]))).forecasts(of: changes)
  }
}
