// SPDX-License-Identifier: GPL-2.0-or-later

/// A mail as its text: of several parts those that are text.
package struct Message: Hashable, Sendable {
  /// In order; without `MIME-Version` and the `Content-` fields, which follow from the body.
  package var fields: [HeaderField]
  /// The decoded bytes.
  package var body: [UInt8]
  /// Character set that the body is said to be in.
  package var charset: String

  package init(fields: [HeaderField], body: [UInt8], charset: String = "utf-8") {
    self.fields = fields
    self.body = body
    self.charset = charset
  }

  /// Value of the first field of that name, whatever its case; nil if there is none.
  package subscript(_ name: String) -> String? {
    fields.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// The message with line feeds as line ends, as it stands in an mbox or a Maildir.
  package var bytes: [UInt8] {
    let encoding = TransferEncoding.choose(for: body)
    let content = [
      HeaderField("MIME-Version", "1.0"),
      HeaderField("Content-Type", "text/plain; charset=\"\(charset)\""),
      HeaderField("Content-Transfer-Encoding", encoding.rawValue),
    ]
    var bytes = (fields + content).flatMap { $0.text.utf8 }
    bytes.append(0x0A)
    bytes += encoding.encode(body)
    return bytes
  }

  /// The message with CRLF line ends, as SMTP wants it.
  package var wireBytes: [UInt8] {
    var wire: [UInt8] = []
    for byte in bytes {
      if byte == 0x0A { wire.append(0x0D) }
      wire.append(byte)
    }
    return wire
  }

  /// Reads a message with either kind of line end. What is no header field ends the header; of several parts
  /// (RFC 2046) the body is the decoded text parts, one behind the other, HTML left out.
  package init(parsing bytes: [UInt8]) { self.init(parsing: bytes, depth: 0) }

  init(parsing bytes: [UInt8], depth: Int) {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)[...]
    // CRLF is the message's own line end only if its header has it.
    let isWire = lines.first?.last == 0x0D
    if isWire { lines = lines.map { $0.last == 0x0D ? $0.dropLast() : $0 }[...] }
    var raw: [HeaderField] = []
    while let line = lines.first, !line.isEmpty {
      let text = String(decoding: line, as: UTF8.self)
      if text.first == " " || text.first == "\t", !raw.isEmpty {
        raw[raw.count - 1].value += " " + text.trimmed
      } else if let colon = text.firstIndex(of: ":"), !text[..<colon].contains(" ") {
        raw.append(HeaderField(String(text[..<colon]), text[text.index(after: colon)...].trimmed))
      } else if !text.hasPrefix("From ") && !text.hasPrefix(">From ") {
        break
      }
      lines.removeFirst()
    }
    if lines.first?.isEmpty ?? false { lines.removeFirst() }
    let content = Array(lines.joined(separator: [0x0A]))
    fields = raw.filter { !Self.isContent($0.name) }.map { HeaderField($0.name, EncodedWord.decode($0.value)) }
    let encoding = raw.first { $0.name.lowercased() == "content-transfer-encoding" }?.value.lowercased()
    body = (TransferEncoding(rawValue: encoding ?? "7bit") ?? .eightBit).decode(content)
    let type = raw.first { $0.name.lowercased() == "content-type" }?.value ?? ""
    charset = Self.parameter("charset", of: type) ?? "us-ascii"
    if type.lowercased().hasPrefix("multipart/"), let boundary = Self.parameter("boundary", of: type, asIs: true) {
      (body, charset) = Multipart(boundary: boundary, depth: depth + 1).text(of: body)
    }
  }

  /// Of a part: it is text for people, or a patch.
  static func isText(_ bytes: [UInt8]) -> Bool {
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      let text = String(decoding: line.prefix(200), as: UTF8.self).trimmed.lowercased()
      if text.isEmpty { break }
      guard text.hasPrefix("content-type:") else { continue }
      let type = text.dropFirst(13).trimmed
      return type.hasPrefix("text/") && !type.hasPrefix("text/html") || type.hasPrefix("multipart/")
    }
    return true
  }

  private static func isContent(_ name: String) -> Bool {
    ["mime-version", "content-type", "content-transfer-encoding"].contains(name.lowercased())
  }

  private static func parameter(_ name: String, of value: String, asIs: Bool = false) -> String? {
    for part in value.split(separator: ";").dropFirst() {
      let pair = part.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, pair[0].trimmed.lowercased() == name else { continue }
      let text = pair[1].trimmed.filter { $0 != "\"" }
      return asIs ? text : text.lowercased()
    }
    return nil
  }
}
