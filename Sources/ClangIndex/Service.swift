// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontendProtocol
import FoundationEssentials

/// Answers the requests of the C front end's protocol; no input can end it.
package final class FrontendService {
  private let units: Units
  private let decoder = JSONDecoder()
  private let encoder = JSONEncoder()

  /// - Parameters:
  ///   - activeLimit: units whose syntax trees stay in memory, 90 to 130 MB each.
  ///   - openLimit: units whose preambles stay in the temporary folder, about 20 MB each.
  package init(activeLimit: Int = 8, openLimit: Int = 40) {
    units = Units(activeLimit: activeLimit, openLimit: openLimit)
    encoder.outputFormatting = [.withoutEscapingSlashes]
  }

  /// The answer to one line, without its line end.
  package func answer(line: [UInt8]) -> [UInt8] {
    let start = ContinuousClock.now
    var answer: FrontendAnswer
    do {
      let request = try decoder.decode(FrontendRequest.self, from: Data(line))
      do {
        answer = try self.answer(request)
      } catch {
        answer = FrontendAnswer(id: request.id, error: "\(error)")
      }
    } catch {
      answer = FrontendAnswer(id: -1, error: "not a request: \(error)")
    }
    let spent = start.duration(to: .now)
    answer.milliseconds = Double(spent.components.seconds) * 1e3 + Double(spent.components.attoseconds) / 1e15
    guard let encoded = try? encoder.encode(answer) else {
      return Array(#"{"id":\#(answer.id),"error":"the answer can't be encoded","milliseconds":0}"#.utf8)
    }
    return Array(encoded)
  }

  private func answer(_ request: FrontendRequest) throws -> FrontendAnswer {
    var answer = FrontendAnswer(id: request.id)
    switch request.verb {
    case .open:
      guard let file = request.file, let directory = request.directory, let arguments = request.arguments else {
        throw IncompleteRequest()
      }
      answer.diagnostics = try units.open(
        request.unit, file: file, directory: directory, arguments: arguments, overlays: try overlays(request),
        preamble: request.preamble == false ? .later : .built)
    case .reparse:
      answer.diagnostics = try units.reparse(request.unit, overlays: try overlays(request))
    case .describe:
      let unit = try units.unit(request.unit)
      answer.cursors = (request.places ?? []).map(unit.cursor(at:))
    case .lookup:
      answer.declarations = try units.unit(request.unit).lookup(request.names ?? [])
    case .inactive:
      let unit = try units.unit(request.unit)
      answer.inactive = (request.names ?? []).flatMap(unit.inactiveLines)
    case .close:
      units.close(request.unit)
    }
    return answer
  }

  /// The overlays' bytes: each character stands for the byte of its number.
  private func overlays(_ request: FrontendRequest) throws -> [String: [UInt8]] {
    try (request.overlays ?? [:]).mapValues { text in
      try text.unicodeScalars.map { scalar in
        guard let byte = UInt8(exactly: scalar.value) else { throw NotLatin1() }
        return byte
      }
    }
  }
}

private struct IncompleteRequest: Error, CustomStringConvertible {
  var description: String { "open needs file, directory and arguments" }
}

private struct NotLatin1: Error, CustomStringConvertible {
  var description: String { "an overlay holds a character beyond Latin-1" }
}
