// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Something in the record of a boot that speaks against the driver, until the reference shows the same.
struct BootObservation {
  var finding: Finding
  /// Equal for the same observation in another record.
  var key: String
  var lines: [String] = []

  private init(_ tool: String, _ severity: Finding.Severity, _ message: String, lines: [String] = []) {
    finding = Finding(tool: tool, severity: severity, message: message)
    key = tool + " " + ConsoleText.withoutNumbers(message)
    self.lines = lines
  }

  /// - Parameter step: during which it happened.
  private init(_ event: ConsoleEvent, _ step: BootStep?) {
    finding = event.finding
    if let doing = step?.doing { finding.message += ", while \(doing)" }
    key = event.key
    lines = event.lines
  }

  /// What became of the machine is never excused by a reference to which the same happened: nobody knows why.
  var canExcuse: Bool { finding.tool != "machine" }

  /// More than these tell nobody anything.
  private static let most = 50

  /// Everything from the first of the driver's modules on; what came before it is the machine's own.
  static func all(of record: BootRecord) -> [Self] {
    guard let start = record.steps.first(where: { $0.kind == .load })?.lines.lowerBound else {
      return [notReached(record)]
    }
    let events = ConsoleTriage(record.console).events.filter { $0.line >= start }
    var all = events.map { event in Self(event, record.steps.last { $0.lines.contains(event.line) }) }
    // What ended the machine explains that the step has no end.
    let isExplained = record.ending == .reset && events.contains { $0.severity == .fatal }
    all += record.steps.filter { !isExplained || $0.result != .unfinished }.compactMap { step($0, record, events) }
    all += ending(record, events)
    all += taint(record, events)
    all += record.appeared.filter { $0.remains && ![.module, .parameter].contains($0.kind) }.map {
      Self("left-behind", .warning, "\($0.path) is still there after the driver was unloaded")
    }
    var seen: Set<String> = []
    return Array(all.filter { seen.insert($0.key).inserted }.prefix(most))
  }

  /// What the reference brought into being and the adapted driver does not.
  static func lost(_ adapted: BootRecord, since reference: BootRecord) -> [Self] {
    func things(_ record: BootRecord) -> [String: String] {
      let kinds: Set<Appearance.Kind> = [
        .characterDevice, .blockDevice, .networkInterface, .driver, .boundDevice, .proc,
      ]
      return Dictionary(
        record.appeared.filter { kinds.contains($0.kind) }.map { ($0.path.filter { !$0.isNumber }, $0.path) },
        uniquingKeysWith: { first, _ in first })
    }
    let now = things(adapted)
    return things(reference).filter { now[$0.key] == nil }.map(\.value).sorted().map {
      Self("lost", .warning, "\($0) appeared with the unadapted driver and does not any more")
    }
  }

  private static func notReached(_ record: BootRecord) -> Self {
    let event = ConsoleTriage(record.console).events.last
    let why =
      switch record.ending {
      case .stopped(let reason): reason
      case .reset: event?.message ?? "it reset itself"
      case .finished: event?.message ?? "nothing was asked of it"
      }
    let what = record.console.isEmpty ? "the machine printed nothing" : "the machine did not come to the driver"
    return Self("machine", .error, "\(what): \(why)", lines: event?.lines ?? Array(record.console.suffix(5)))
  }

  private static func step(_ step: BootStep, _ record: BootRecord, _ events: [ConsoleEvent]) -> Self? {
    if step.kind == .dependency, case .refused(_, let message) = step.result,
      record.steps.contains(where: { $0.kind == .load && $0.result != .passed })
    {
      return Self("dependency", .note, "\(step.subject), which is loaded before the driver, refuses: \(cause(message))")
    }
    guard let doing = step.doing else { return nil }
    switch step.result {
    case .passed: return nil
    case .refused(let code, let message) where step.kind == .load || step.kind == .loadAgain:
      // insmod takes every ENOENT for an unknown symbol; the kernel names those.
      let isMistaken = code == 2 && !events.contains { $0.kind == .unknownSymbol }
      let why = isMistaken ? "No such file or directory" : cause(message)
      return Self("load", .error, "\(doing) is refused: \(why) (errno \(code))")
    case .refused(_, let message) where step.kind == .exercise:
      // Many devices refuse without their hardware; it counts where the reference did not.
      return Self("exercise", .warning, "\(doing) is refused: \(cause(message))")
    case .refused(_, let message): return Self("unload", .error, "\(doing) is refused: \(cause(message))")
    case .timedOut:
      let after = record.console[min(step.lines.upperBound, record.console.count)...]
      return Self("hang", .error, "\(doing) does not come to an end", lines: whereabouts(after))
    case .unfinished:
      guard case .stopped(let reason) = record.ending else {
        return Self("machine", .error, "the machine ended while \(doing)")
      }
      let tail = Array(record.console.suffix(3))
      return Self("machine", .error, "the machine ended while \(doing): \(reason)", lines: tail)
    }
  }

  /// The first frames of what does not come back: a sleeping task, or a processor inside a module.
  private static func whereabouts(_ console: ArraySlice<String>) -> [String] {
    let places = console.map(ConsoleText.trimmed).filter { !$0.hasPrefix("? ") }
    func frames(from start: Int?) -> [String] {
      guard let start else { return [] }
      let frames = places[(start + 1)...].prefix(40).filter { ConsoleText.place(in: $0) != nil }
      return [places[start]] + frames.prefix(6)
    }
    let inModule = places.firstIndex { ConsoleText.place(in: $0)?.module != nil }
    return frames(from: inModule ?? places.firstIndex { $0.hasPrefix("task:") })
  }

  /// What insmod says after the file's name: `can't insert 'x.ko': No such device`.
  private static func cause(_ message: String) -> String {
    message.split(separator: ":").last.map { ConsoleText.trimmed(String($0)) } ?? "no reason given"
  }

  private static func ending(_ record: BootRecord, _ events: [ConsoleEvent]) -> [Self] {
    let tail = Array(record.console.suffix(3))
    switch record.ending {
    case .finished: return []
    case .stopped where record.steps.contains { $0.result == .unfinished && $0.doing != nil }: return []
    case .stopped(let reason): return [Self("machine", .error, "the machine was stopped: \(reason)", lines: tail)]
    case .reset where events.contains { $0.severity == .fatal }: return []
    case .reset: return [Self("machine", .error, "the machine reset itself without a word", lines: tail)]
    }
  }

  /// `Documentation/admin-guide/tainted-kernels.rst`. That the driver is out of tree, unsigned, proprietary or in staging
  /// is no news.
  private static func taint(_ record: BootRecord, _ events: [ConsoleEvent]) -> [Self] {
    let meanings: [(bit: Int, meaning: String)] = [
      (1, "a module was forced to load"), (3, "a module was forced to unload"), (4, "a machine check"),
      (5, "a bad page"), (7, "an oops"), (9, "a warning"), (14, "a soft lockup"), (15, "a live patch"),
    ]
    return meanings.filter { record.taint >> $0.bit & 1 == 1 }.compactMap { bit, meaning in
      events.isEmpty ? Self("taint", .error, "the kernel is tainted by \(meaning)") : nil
    }
  }
}

extension BootStep {
  /// For people, after "while"; nil for what is no business of the driver.
  fileprivate var doing: String? {
    switch kind {
    case .start, .dependency: nil
    case .load: "loading \(subject)"
    case .loadAgain: "loading \(subject) a second time"
    case .unload: "unloading \(subject)"
    case .unloadAgain: "unloading \(subject) a second time"
    case .exercise: "trying to \(subject)"
    }
  }
}
