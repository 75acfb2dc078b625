// SPDX-License-Identifier: GPL-2.0-or-later

import ConversionIndex
import Foundation
import GitStore
import KernelModel

/// The headers that a commit changes, as they would be on a kernel at hand.
struct LaidHeaders {
  /// A header larger than this was made by a program; all that a commit may bring.
  private static let limit = (one: 4 << 20, all: 64 << 20)
  /// By absolute path, as a sandbox shows the kernel.
  private(set) var texts: [String: SourceText] = [:]
  /// Those that the commit takes away: for each path relative to the tree where the kernel has it.
  private(set) var gone: [String: String] = [:]
  /// Those that the kernel has otherwise than the commit says: relative to the tree.
  private(set) var left: Set<String> = []
  /// Headers whose change the kernel does not have.
  private var missing = 0
  private let kernel: Kernel

  /// - Parameters:
  ///   - roots: the kernel's header trees, as a sandbox shows them.
  /// - Throws: `Failure` (`badInput`) if the commit can't be read.
  init(
    of commit: ObjectID, in repository: Repository, over kernel: Kernel, roots: [String]
  ) async throws {
    self.kernel = kernel
    let change = try await repository.change(by: commit, in: .all) { Self.isHeader($0) }
    var room = Self.limit.all
    for file in change.files {
      try Task.checkCancellation()
      let found = Self.own(file.path, roots, kernel)
      guard file.new != .zero else {
        if let found { gone[file.path] = found.place }
        missing += found == nil ? 0 : 1
        continue
      }
      guard let text = await repository.texts(of: [file], limit: Self.limit.one)[0], text.new.count <= room else {
        left.insert(file.path)
        continue
      }
      room -= text.new.count
      if let (place, own) = found, let merged = try Merging.merged(base: text.old, ours: own, theirs: text.new) {
        texts[place] = merged
        missing += merged == own ? 0 : 1
      } else if found == nil, file.old == .zero, let root = root(for: file.path, roots) {
        texts["\(root)/\(file.path)"] = text.new
        missing += 1
      } else {
        left.insert(file.path)
      }
    }
  }

  /// Whether the kernel has all that the commit changes in headers, and the commit does change some.
  var areThere: Bool { missing == 0 && left.isEmpty && !texts.isEmpty }

  /// What drivers may include; nothing that a kernel's build folder has beside.
  private static func isHeader(_ path: String) -> Bool {
    let own = "arch/\(Tree(root: "", version: "").architecture)/include/"
    return path.hasSuffix(".h") && (path.hasPrefix("include/") || path.hasPrefix(own))
  }

  /// Where the kernel has a header, and its text; nil where it has none, or a link leads out of it.
  private static func own(_ path: String, _ roots: [String], _ kernel: Kernel) -> (place: String, text: [UInt8])? {
    for place in roots.map({ "\($0)/\(path)" }) {
      guard let host = kernel.hostPath(of: place), kernel.holds(host),
        let text = FileManager.default.contents(atPath: host)
      else { continue }
      return (place, [UInt8](text))
    }
    return nil
  }

  /// The tree that has the folder of a header, or most of the folders above it.
  private func root(for path: String, _ roots: [String]) -> String? {
    var folder = path[...]
    while let slash = folder.lastIndex(of: "/") {
      folder = folder[..<slash]
      let holder = roots.filter { root in
        kernel.hostPath(of: "\(root)/\(folder)").map { FileManager.default.fileExists(atPath: $0) } ?? false
      }.max { count(of: "\($0)/\(folder)") < count(of: "\($1)/\(folder)") }
      if let holder { return holder }
    }
    return nil
  }

  private func count(of folder: String) -> Int {
    kernel.hostPath(of: folder).map { (try? FileManager.default.contentsOfDirectory(atPath: $0).count) ?? 0 } ?? 0
  }
}

extension Kernel {
  /// Whether a path of this machine really lies in one of the kernel's own folders.
  func holds(_ path: String) -> Bool {
    let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    return mounts.contains { real.hasPrefix(URL(fileURLWithPath: $0.host).resolvingSymlinksInPath().path + "/") }
  }
}
