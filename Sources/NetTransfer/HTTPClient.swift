// SPDX-License-Identifier: GPL-2.0-or-later

import CCurl
import Dispatch
import Glibc
import KernelModel
import Synchronization

/// What a server sent.
package struct HTTPResponse: Sendable {
  /// Nil where nothing is new since the time that was asked for.
  package var body: [UInt8]?
  /// As the server names it, without parameters, in lower case; empty where it does not.
  package var type: String
  /// When the resource was changed last, in the server's own words; nil where it does not say.
  package var modified: String?
}

/// Reads files from web servers (RFC 9110), with libcurl: no cookies, no credentials, no configuration of the user's.
package struct HTTPClient: Sendable {
  private static let redirections = 5
  /// A server that sends less than so many bytes a second for so many seconds is left.
  private static let slowest = (bytes: 100, seconds: 30)
  /// Seconds to reach a server, and for all of it.
  private static let patience = (connecting: 10, all: 600)
  private static let queue = DispatchQueue(label: "kmend.transfers", attributes: .concurrent)
  private let agent: String

  /// - Parameter agent: how servers' operators are told who asks, e.g. `kmend/0.1`.
  package init(agent: String) { self.agent = agent }

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - url: what `RemotePlace` takes.
  ///   - limit: bytes that it may have at most.
  ///   - time: as the server gave it with an earlier response: if it says that nothing changed, there is no body. Its
  ///     word counts, not the times: archives have mails that are older than the newest one.
  /// - Throws: `Failure`: `badInput` for a URL that kmend does not fetch, a file that is not there (403, 404, 410) or is
  ///   too large, `tryAgain` for everything that another day may mend; `CancellationError`.
  package func get(_ url: String, limit: Int, changedAfter time: String? = nil) async throws -> HTTPResponse {
    let place = try RemotePlace(url)
    let transfer = Transfer(limit: limit)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        Self.queue.async {
          continuation.resume(with: Result { try run(transfer, place, time) })
        }
      }
    } onCancel: {
      transfer.isCancelled.store(true, ordering: .relaxed)
    }
  }

  private func run(_ transfer: Transfer, _ place: RemotePlace, _ time: String?) throws -> HTTPResponse {
    let words = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    defer { words.deallocate() }
    guard Self.start == CURLE_OK, let handle = curl_easy_init() else {
      throw Failure(.ourFault, "libcurl", "can't be started")
    }
    defer { curl_easy_cleanup(handle) }
    let context = Unmanaged.passUnretained(transfer).toOpaque()
    kmend_curl_set_context(handle, CURLOPT_ERRORBUFFER, words)
    for (option, text) in [
      (CURLOPT_URL, place.url), (CURLOPT_USERAGENT, agent), (CURLOPT_PROTOCOLS_STR, place.scheme),
      (CURLOPT_REDIR_PROTOCOLS_STR, place.scheme),
    ] {
      kmend_curl_set_text(handle, option, text)
    }
    for (option, number) in [
      // Another place is asked only over TLS.
      (CURLOPT_NOSIGNAL, 1), (CURLOPT_FOLLOWLOCATION, place.scheme == "https" ? 1 : 0),
      (CURLOPT_MAXREDIRS, Self.redirections),
      (CURLOPT_CONNECTTIMEOUT, Self.patience.connecting), (CURLOPT_TIMEOUT, Self.patience.all),
      (CURLOPT_LOW_SPEED_LIMIT, Self.slowest.bytes),
      (CURLOPT_LOW_SPEED_TIME, Self.slowest.seconds), (CURLOPT_NOPROGRESS, 0),
    ] {
      kmend_curl_set_number(handle, option, number)
    }
    let headers = time.flatMap { curl_slist_append(nil, "If-Modified-Since: \($0)") }
    defer { curl_slist_free_all(headers) }
    kmend_curl_set_list(handle, CURLOPT_HTTPHEADER, headers)
    kmend_curl_set_context(handle, CURLOPT_WRITEDATA, context)
    kmend_curl_set_writer(handle) { bytes, size, count, context in
      guard let bytes, let context else { return 0 }
      let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
      return transfer.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
    }
    kmend_curl_set_context(handle, CURLOPT_XFERINFODATA, context)
    kmend_curl_set_progress(handle) { context, _, _, _, _ in
      guard let context else { return 1 }
      return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().isCancelled.load(ordering: .relaxed) ? 1 : 0
    }
    let code = curl_easy_perform(handle)
    if transfer.isCancelled.load(ordering: .relaxed) { throw CancellationError() }
    if transfer.isTooLarge {
      throw Failure(.badInput, place.url, "is larger than \(transfer.limit >> 20) MB")
    }
    guard code == CURLE_OK else {
      let told = String(cString: words)
      let reason = told.isEmpty ? String(cString: curl_easy_strerror(code)) : told
      throw Failure(
        .tryAgain, place.url, "can't be read: \(reason.prefix(300))", remedy: "check the URL and the network")
    }
    return try response(handle, transfer, place)
  }

  private func response(_ handle: UnsafeMutableRawPointer, _ transfer: Transfer, _ place: RemotePlace) throws
    -> HTTPResponse
  {
    let status = kmend_curl_status(handle)
    switch status {
    case 200...299, 304: break
    case 403, 404, 410:
      throw Failure(.badInput, place.url, "is not there (HTTP \(status))", remedy: "check the URL")
    default: throw Failure(.tryAgain, place.url, "can't be read: the server says HTTP \(status)")
    }
    func header(_ name: String) -> String? { kmend_curl_header(handle, name).map { String(cString: $0) } }
    let type = header("Content-Type") ?? ""
    return HTTPResponse(
      body: status == 304 ? nil : transfer.bytes,
      type: String(type.prefix { $0 != ";" }).lowercased().filter { !$0.isWhitespace },
      modified: header("Last-Modified"))
  }

  private static let start = curl_global_init(Int(CURL_GLOBAL_ALL))
}

/// The body as it comes. libcurl's callbacks are the only ones that touch `bytes`, all on the transfer's own thread.
private final class Transfer: @unchecked Sendable {
  let limit: Int
  let isCancelled = Atomic(false)
  private(set) var bytes: [UInt8] = []
  private(set) var isTooLarge = false

  init(limit: Int) { self.limit = limit }

  /// - Returns: false where the transfer is to end.
  func take(_ piece: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count + piece.count <= limit else {
      isTooLarge = true
      return false
    }
    bytes.append(contentsOf: piece)
    return true
  }
}
