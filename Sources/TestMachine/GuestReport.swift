// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What the guest's marks on the console say. Tolerant: the console may end anywhere.
package struct GuestReport {
  /// What the kernel printed beside the marks.
  package private(set) var console: [String] = []
  package private(set) var steps: [BootStep] = []
  package private(set) var appeared: [Appearance] = []
  /// Names of modules that the kernel asked for and did not get.
  package private(set) var requested: [String] = []
  /// Bits that the kernel was tainted by since the driver came.
  package private(set) var taint: UInt64 = 0
  /// The guest went off in order.
  package private(set) var isFinished = false

  private var time = 0.0
  private var stepTime = 0.0
  private var isInStep = true
  private var taintBefore: UInt64?

  /// - Parameter token: what every mark begins with.
  package init(console bytes: [UInt8], token: String) {
    steps = [BootStep(kind: .start, subject: "", result: .unfinished, seconds: 0, lines: 0..<0)]
    for piece in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let line = ConsoleLine(piece)
      time = line.time ?? time
      if line.text.hasPrefix(token + " ") {
        read(mark: line.text.dropFirst(token.count + 1))
      } else if !line.text.isEmpty {
        console.append(line.text)
      }
    }
    if isInStep { close(.unfinished) }
  }

  private mutating func read(mark: Substring) {
    let (verb, rest) = Self.word(mark)
    switch verb {
    case "up": if isInStep { close(.passed) }
    case "begin":
      let (kind, subject) = Self.word(rest)
      guard !isInStep, let kind = BootStep.Kind(rawValue: String(kind)) else { return }
      stepTime = time
      isInStep = true
      let here = console.count
      steps.append(BootStep(kind: kind, subject: String(subject), result: .unfinished, seconds: 0, lines: here..<here))
    case "end":
      guard isInStep else { return }
      let (code, said) = Self.word(rest)
      switch (code, Int(code)) {
      case ("late", _): close(.timedOut)
      case (_, 0): close(.passed)
      case (_, let code): close(.refused(code: code ?? -1, message: String(said)))
      }
    case "appear":
      let (kind, path) = Self.word(rest)
      guard let kind = Appearance.Kind(rawValue: String(kind)) else { return }
      appeared.append(Appearance(kind: kind, path: String(path)))
    case "remain":
      for index in appeared.indices where appeared[index].path == rest { appeared[index].remains = true }
    case "request": if !requested.contains(String(rest)) { requested.append(String(rest)) }
    case "taint":
      let bits = UInt64(rest) ?? 0
      if let taintBefore { taint = bits & ~taintBefore } else { taintBefore = bits }
    case "off": isFinished = true
    default: break
    }
  }

  private mutating func close(_ result: BootStep.Result) {
    let last = steps.count - 1
    steps[last].result = result
    steps[last].seconds = max(0, time - stepTime)
    steps[last].lines = steps[last].lines.lowerBound..<console.count
    isInStep = false
  }

  private static func word(_ text: Substring) -> (Substring, Substring) {
    let word = text.prefix { $0 != " " }
    return (word, text[word.endIndex...].drop { $0 == " " })
  }
}
