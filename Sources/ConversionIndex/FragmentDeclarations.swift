// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// What a piece of a header declares, as a hunk of a patch shows it.
///
/// A piece may begin inside a comment or a declaration, which is left out, or inside a structure: what looks like a
/// variable without `extern` is a field there, and its structure is not known.
package func fragmentDeclarations(_ bytes: [UInt8], path: String) -> [Declaration] {
  let start = Fragment.start(bytes)
  let skipped = bytes[..<start].count { $0 == newline }
  return fileDeclarations(bytes[start...] + Fragment.end(of: bytes[start...]), path: path).map { declaration in
    var declaration = declaration
    declaration.site.line += skipped
    if declaration.kind == .variable, !declaration.text.hasPrefix("extern") { declaration.kind = .field }
    return declaration
  }
}

private enum Fragment {
  /// Where the first whole declaration can begin.
  static func start(_ bytes: [UInt8]) -> Int {
    let start = behindContinuation(bytes, from: behindComment(bytes))
    var depth = 0
    var isBroken = false
    for index in start..<bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"):
        depth -= 1
        isBroken = isBroken || depth < 0
      case UInt8(ascii: ";"), UInt8(ascii: "{"), UInt8(ascii: "}"): return isBroken ? index + 1 : start
      default: break
      }
    }
    return isBroken ? bytes.count : start
  }

  /// Behind indented lines that end no statement: the rest of a macro.
  private static func behindContinuation(_ bytes: [UInt8], from start: Int) -> Int {
    let ends: [UInt8] = [";", "{", "}", ",", "/"].map(UInt8.init(ascii:))
    var start = start
    while start < bytes.count, bytes[start] == UInt8(ascii: " ") || bytes[start] == UInt8(ascii: "\t") {
      let end = bytes[start...].firstIndex(of: newline) ?? bytes.count
      guard let last = bytes[start..<end].last(where: { $0 > space }), !ends.contains(last) else { break }
      start = min(end + 1, bytes.count)
    }
    return start
  }

  /// What closes the structures that the piece leaves open.
  static func end(of bytes: ArraySlice<UInt8>) -> [UInt8] {
    let depth = bytes.reduce(0) { depth, byte in
      byte == UInt8(ascii: "{") ? depth + 1 : byte == UInt8(ascii: "}") ? max(0, depth - 1) : depth
    }
    return Array(repeatElement(Array("};\n".utf8), count: min(depth, 20)).joined())
  }

  /// Behind the `*/` of a comment that began before the piece.
  private static func behindComment(_ bytes: [UInt8]) -> Int {
    for index in bytes.indices.dropLast() {
      if bytes[index] == slash, bytes[index + 1] == star { return 0 }
      if bytes[index] == star, bytes[index + 1] == slash { return index + 2 }
    }
    // Nothing but the lines of a comment.
    let lines = bytes.split(separator: newline)
    let isComment = lines.allSatisfy { line in line.first { $0 > space } == star }
    return isComment ? bytes.count : 0
  }
}
