// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Reads a kernel's console: every oops, warning, stall and refusal, each with the few lines that matter.
package struct ConsoleTriage {
  /// In the order of the console.
  package private(set) var events: [ConsoleEvent] = []

  /// The event whose trace is being read, as an index, and how many lines of it may still come.
  private var open: (index: Int, linesLeft: Int)?
  /// What `WARN(…, "text")` prints ahead of its header.
  private var preface: String?

  private static let cut = Array("------------[ cut here ]".utf8)
  private static let end = Array("---[ end trace".utf8)
  private static let longestTrace = 120
  private static let mostLines = 7
  /// A driver can print what it likes, as often as it likes.
  private static let mostEvents = 1_000

  /// - Parameter log: a console or the output of dmesg(1) as it is, with or without time stamps.
  package init(log: [UInt8]) {
    self.init(log.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { ConsoleLine($0).text })
  }

  /// - Parameter lines: the console without time stamps, one line each.
  package init(_ lines: [String]) {
    for (number, line) in lines.enumerated() { read(line, number) }
  }

  private mutating func read(_ line: String, _ number: Int) {
    let bytes = Array(line.utf8)
    if bytes.starts(with: Self.cut) {
      open = nil
      preface = ""
    } else if bytes.starts(with: Self.end) {
      open = nil
    } else if let pattern = ConsolePattern.all.first(where: { $0.matches(bytes) }) {
      begin(pattern, line, number)
    } else if preface?.isEmpty == true {
      preface = line
    } else if open != nil {
      followUp(line)
    }
  }

  private mutating func begin(_ pattern: ConsolePattern, _ line: String, _ number: Int) {
    // One oops has several headers; and it is ours to make it a panic (`oops=panic`).
    if let last = events.last, isFatal(last) {
      let isSecondHeader = open != nil && pattern.kind == .oops
      if isSecondHeader || pattern.kind == .panic && line.contains("Fatal exception") {
        followUp(line)
        return
      }
    }
    if let last = events.indices.last, pattern.kind == .panic, endsStall(events[last], line) {
      events[last].severity = .fatal
      return
    }
    guard events.count < Self.mostEvents else { return }
    var event = ConsoleEvent(
      kind: pattern.kind, severity: pattern.severity, message: line, line: number, lines: [line])
    if let text = preface, !text.isEmpty {
      event.message = text
      event.lines.insert(text, at: 0)
    }
    preface = nil
    if pattern.hasTrace, let (function, module) = ConsoleText.place(in: line) {
      event.function = function
      event.module = module
    }
    // A driver's own "WARNING: …" is only its opinion.
    if pattern.kind == .warning, event.function == nil { event.severity = .warning }
    events.append(event)
    open = pattern.hasTrace ? (events.count - 1, Self.longestTrace) : nil
  }

  private func isFatal(_ event: ConsoleEvent) -> Bool { event.kind == .oops || event.kind == .bug }

  /// It is ours as well to make a stall a panic (`softlockup_panic=1`).
  private func endsStall(_ event: ConsoleEvent, _ line: String) -> Bool {
    event.kind == .softLockup && line.contains("softlockup: hung tasks")
  }

  private mutating func followUp(_ line: String) {
    guard let (index, left) = open else { return }
    open = left > 1 ? (index, left - 1) : nil
    let text = ConsoleText.trimmed(line)
    guard let place = ConsoleText.place(in: text), !text.hasPrefix("? ") else { return }
    // Frames of the kernel's own above the first one of a module are how it reports, not what went wrong.
    let isTelling = text.hasPrefix("RIP:") || place.module != nil
    if events[index].function == nil, isTelling { events[index].function = place.function }
    let isFirstOfModule = events[index].module == nil && place.module != nil
    if isFirstOfModule { events[index].module = place.module }
    guard !events[index].lines.contains(text) else { return }
    if events[index].lines.count < Self.mostLines {
      events[index].lines.append(text)
    } else if isFirstOfModule {
      events[index].lines[Self.mostLines - 1] = text
    }
  }
}

extension ConsoleText {
  static func trimmed(_ text: String) -> String {
    let start = text.drop { $0 == " " || $0 == "\t" }
    return String(start)
  }
}
