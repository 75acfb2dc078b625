// SPDX-License-Identifier: GPL-2.0-or-later

/// The parts of a message's body (RFC 2046, section 5.1).
struct Multipart {
  /// Parts inside of parts; nobody nests patches deeper.
  private static let maximalDepth = 8
  private static let maximalParts = 200
  let boundary: String
  let depth: Int

  /// The decoded text parts, and the first one's character set.
  func text(of body: [UInt8]) -> (body: [UInt8], charset: String) {
    guard depth <= Self.maximalDepth, !boundary.isEmpty else { return (body, "us-ascii") }
    var text: [UInt8] = []
    var charset: String?
    for part in parts(of: body) where Message.isText(part) {
      let message = Message(parsing: part, depth: depth)
      charset = charset ?? message.charset
      text += message.body
      if text.last != 0x0A { text.append(0x0A) }
    }
    return (text, charset ?? "us-ascii")
  }

  /// What stands between the boundaries; a last one that is missing is the body's end.
  private func parts(of body: [UInt8]) -> [[UInt8]] {
    let mark = Array("--\(boundary)".utf8)
    var parts: [[UInt8]] = []
    var part: [ArraySlice<UInt8>]?
    func whole(_ lines: [ArraySlice<UInt8>]) -> [UInt8] { Array(lines.joined(separator: [0x0A])) + [0x0A] }
    for line in body.split(separator: 0x0A, omittingEmptySubsequences: false) {
      guard line.starts(with: mark) else {
        part?.append(line)
        continue
      }
      let rest = line.dropFirst(mark.count)
      let isLast = rest.starts(with: [0x2D, 0x2D])
      guard rest.drop(while: { $0 == 0x2D }).allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else {
        part?.append(line)
        continue
      }
      if let part { parts.append(whole(part)) }
      part = isLast || parts.count >= Self.maximalParts ? nil : []
    }
    if let part { parts.append(whole(part)) }
    return parts
  }
}
