// SPDX-License-Identifier: GPL-2.0-or-later

import CClang

/// Why libclang did not do as asked.
struct ClangError: Error, CustomStringConvertible {
  var operation: String
  var code: CXErrorCode

  var description: String {
    let reason =
      switch code {
      case CXError_Crashed: "clang crashed"
      case CXError_InvalidArguments: "clang refused the arguments"
      case CXError_ASTReadError: "clang could not read its preamble"
      default: "clang refused the arguments or could not read the file"
      }
    return "\(operation): \(reason)"
  }
}

/// The one gate to libclang's error codes.
func check(_ operation: String, _ code: CXErrorCode) throws(ClangError) {
  guard code == CXError_Success else { throw ClangError(operation: operation, code: code) }
}

/// Copies and frees a string of libclang's.
func take(_ text: CXString) -> String {
  defer { clang_disposeString(text) }
  guard let bytes = clang_getCString(text) else { return "" }
  return String(cString: bytes)
}

/// The set of translation units that libclang keeps together.
final class ClangSession {
  let index: CXIndex

  init() {
    clang_toggleCrashRecovery(1)
    index = clang_createIndex(0, 0)
  }

  deinit { clang_disposeIndex(index) }
}

/// Texts that lie over files on disk, in the form that libclang takes; valid while `body` runs.
func withUnsavedFiles<Value>(
  _ overlays: [String: [UInt8]], _ body: (UnsafeMutablePointer<CXUnsavedFile>?, UInt32) throws -> Value
) rethrows -> Value {
  let files = overlays.map { path, bytes in
    let text = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
    for (position, byte) in bytes.enumerated() { text[position] = CChar(bitPattern: byte) }
    text[bytes.count] = 0
    return CXUnsavedFile(Filename: duplicate(path), Contents: text, Length: UInt(bytes.count))
  }
  defer {
    for file in files {
      file.Filename.deallocate()
      file.Contents.deallocate()
    }
  }
  var array = files
  return try array.withUnsafeMutableBufferPointer { try body($0.baseAddress, UInt32($0.count)) }
}

/// A C string that the caller deallocates.
func duplicate(_ text: String) -> UnsafePointer<CChar> {
  let bytes = text.utf8CString
  let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
  for (position, byte) in bytes.enumerated() { copy[position] = byte }
  return UnsafePointer(copy)
}

/// Runs `body` with the arguments as C strings.
func withArguments<Value>(
  _ arguments: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?, Int32) throws -> Value
) rethrows -> Value {
  let strings: [UnsafePointer<CChar>?] = arguments.map(duplicate)
  defer { for string in strings { string?.deallocate() } }
  return try strings.withUnsafeBufferPointer { try body($0.baseAddress, Int32($0.count)) }
}
