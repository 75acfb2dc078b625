// SPDX-License-Identifier: GPL-2.0-or-later

import CFrontendProtocol
import KernelModel
import Sandbox

/// The C front end: libclang in processes of their own, in a sandbox.
///
/// All methods throw `Failure`: `badInput` where clang refuses the file or its arguments, `ourFault` where the process
/// crashed, hung or hit a limit. Such a death costs that one answer: units come back by themselves.
package actor Frontend {
  private var workers: [Worker]
  private var units: [String: (worker: Int, opening: FrontendRequest)] = [:]
  private var load: [Int]
  private var lastID = 0

  init(_ workers: [Worker]) {
    self.workers = workers
    load = workers.map { _ in 0 }
  }

  /// Parses a file for the first time, about a second for a kernel module.
  ///
  /// - Parameters:
  ///   - unit: the caller's name for it; an open unit of that name is replaced.
  ///   - file: absolute path inside the sandbox.
  ///   - directory: the compiler's working directory inside the sandbox.
  ///   - arguments: clang's (`ClangArguments.translate`).
  ///   - edits: whether `reparse` will follow; a third of the time is saved where not.
  ///   - overlays: texts that lie over files, by absolute path.
  /// - Returns: errors, notes included.
  package func open(
    unit: String, file: String, directory: String, arguments: [String], edits: Bool = true,
    overlays: [String: SourceText] = [:]
  ) async throws -> [FrontendDiagnostic] {
    let request = FrontendRequest(
      id: 0, verb: .open, unit: unit, file: file, directory: directory, arguments: arguments,
      preamble: edits, overlays: overlays.mapValues(latin1))
    let worker: Int
    if let known = units[unit] {
      worker = known.worker
    } else {
      worker = load.indices.min { load[$0] < load[$1] } ?? 0
      load[worker] += 1
    }
    units[unit] = (worker, request)
    return try await ask(request).diagnostics ?? []
  }

  /// Parses an open unit again with other texts, about 30 ms.
  package func reparse(unit: String, overlays: [String: SourceText]) async throws -> [FrontendDiagnostic] {
    let texts = overlays.mapValues(latin1)
    units[unit]?.opening.overlays = texts
    return try await ask(FrontendRequest(id: 0, verb: .reparse, unit: unit, overlays: texts)).diagnostics ?? []
  }

  /// What stands at places of the unit as last parsed, one entry per place.
  package func describe(unit: String, places: [FrontendPlace]) async throws -> [FrontendCursor?] {
    try await ask(FrontendRequest(id: 0, verb: .describe, unit: unit, places: places)).cursors ?? []
  }

  /// The declarations that the unit as last parsed sees: of identifiers, of fields with their structure
  /// (`struct file.f_op`), of headers (`linux/fs.h`).
  package func lookup(unit: String, names: [String]) async throws -> [FrontendDeclaration] {
    try await ask(FrontendRequest(id: 0, verb: .lookup, unit: unit, names: names)).declarations ?? []
  }

  /// The lines of files (absolute paths) that the preprocessor left out.
  package func inactive(unit: String, files: [String]) async throws -> [FrontendLines] {
    try await ask(FrontendRequest(id: 0, verb: .inactive, unit: unit, names: files)).inactive ?? []
  }

  /// Forgets a unit and frees its memory.
  package func close(unit: String) async throws {
    guard let known = units[unit] else { return }
    _ = try await ask(FrontendRequest(id: 0, verb: .close, unit: unit))
    if units.removeValue(forKey: unit) != nil { load[known.worker] -= 1 }
  }

  private func ask(_ request: FrontendRequest) async throws -> FrontendAnswer {
    guard let known = units[request.unit] else { throw Failure(.ourFault, request.unit, "this unit was never opened") }
    var request = request
    var opening = known.opening
    lastID += 2
    opening.id = lastID - 1
    request.id = lastID
    let queue = workers[known.worker].queue
    let (sent, reopen) = (request, opening)
    let answer = try await withCheckedThrowingContinuation { continuation in
      queue.add(Job(request: sent, opening: reopen, reply: Reply(continuation)))
    }
    if let error = answer.error { throw Failure(.badInput, request.unit, error) }
    return answer
  }
}

/// Bytes as a string whose characters are the bytes' numbers.
private func latin1(_ bytes: SourceText) -> String {
  var text = String.UnicodeScalarView()
  text.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
  return String(text)
}

/// Runs `body` with a C front end.
///
/// - Parameters:
///   - executable: host path of `kmend-cindex`.
///   - mounts: what its files need: the kernel's headers, the driver.
///   - processes: how many files are read at the same time.
package func withFrontend<Value: Sendable>(
  containment: Containment, executable: String, mounts: [View.Mount], processes: Int = 2,
  patience: Patience = Patience(),
  body: @Sendable (Frontend) async throws -> Value
) async throws -> Value {
  let inside = "/opt/kmend-cindex"
  let command = Command(
    inside,
    place: .contained(
      View(mounts: mounts + RuntimeLibraries.mounts() + [.readOnly(host: executable, inside: inside)])),
    limits: Limits(seconds: 24 * 3600, memory: 4 << 30, processes: 64, output: 512 << 20))
  let workers = (0..<max(1, processes)).map { _ in
    Worker(containment: containment, command: command, patience: patience)
  }
  return try await withThrowingTaskGroup(of: Void.self) { group in
    for worker in workers { group.addTask { await worker.run() } }
    let result: Result<Value, any Error>
    do { result = .success(try await body(Frontend(workers))) } catch { result = .failure(error) }
    for worker in workers { worker.queue.close() }
    return try result.get()
  }
}
