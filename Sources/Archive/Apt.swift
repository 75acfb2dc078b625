// SPDX-License-Identifier: GPL-2.0-or-later

import Foundation
import KernelModel
import Sandbox

/// apt(8) with lists, state and cache of its own: it needs no root, sees all suites, and leaves the machine's apt alone.
///
/// The machine's mirror, keys, proxies and timeouts hold; signatures are always checked.
struct Apt: Sendable {
  let cache: CacheFolder
  let containment: Containment
  /// The folder of the machine's own sources, `/etc/apt`.
  let machine: String

  /// The lock that guards lists and downloads.
  static let lock = "apt"
  /// How old package lists may be before they are fetched again, in seconds.
  private static let freshness: TimeInterval = 6 * 3600
  private var configuration: String { "\(cache.apt)/apt.conf" }
  private var stamp: String { "\(cache.apt)/updated" }

  /// The architecture of this machine in Debian's words.
  func architecture() async throws -> String {
    let execution = try await containment.run(Command("dpkg", ["--print-architecture"], place: .contained(View())))
    let name = execution.text[...].trimmed
    guard execution.succeeded, !name.isEmpty else {
      throw Failure(.unavailable, "dpkg", "is missing", remedy: "run kmend on Debian", detail: execution.errorText)
    }
    return String(name)
  }

  /// The mirror of this machine.
  ///
  /// - Throws: `Failure` (`unavailable`) if none of its apt sources serves Debian.
  func mirror() throws -> Mirror { try Mirror(sources: AptSource.read(below: machine), folder: machine) }

  /// Fetches the package lists of all suites if they are older than some hours, or anyway.
  ///
  /// Suites that the mirror doesn't serve are passed over. With old lists at hand an unreachable mirror is only told.
  ///
  /// - Throws: `Failure`: `tryAgain` without network, `unavailable` where signatures are refused.
  func update(anyway: Bool = false, progress: @Sendable (String) -> Void) async throws {
    try await FileLock.hold(Self.lock, in: cache, progress: progress) {
      let changed = try await configure()
      let age = try? FileManager.default.attributesOfItem(atPath: stamp)[.modificationDate] as? Date
      if let age, !changed, !anyway, -age.timeIntervalSinceNow < Self.freshness { return }
      progress("fetching the package lists of \(try mirror().description)")
      let execution = try await run("apt-get", ["update"])
      let report = UpdateReport(execution.text + "\n" + execution.errorText)
      if !report.served.isEmpty {
        try CacheFolder.write(Data(), to: stamp)
        if let note = report.note { progress(note) }
      } else if age != nil, !changed, report.refused.isEmpty {
        progress("the mirror can't be reached: the package lists are those of an earlier run")
      } else {
        throw report.failure(mirror: try mirror().description, detail: execution.text + execution.errorText)
      }
    }
  }

  /// What the lists say about packages: those named, and those whose name begins with one of the prefixes.
  func lists(names: [String] = [], prefixes: [String] = []) async throws -> PackageLists {
    var wanted = names
    for prefix in prefixes {
      wanted += try await query(["pkgnames", prefix]).split(separator: "\n").map(String.init)
    }
    guard !wanted.isEmpty else { return PackageLists(shown: "", madison: "") }
    wanted = Array(Set(wanted)).sorted()
    return PackageLists(shown: try await query(["show"] + wanted), madison: try await query(["madison"] + wanted))
  }

  /// Codenames of the releases that are out: their Release files carry a version, testing and unstable have none.
  func releases() async throws -> Set<String> {
    var releases: Set<String> = []
    for line in try await query(["policy"]).split(separator: "\n") {
      let line = line.trimmed
      guard line.hasPrefix("release ") else { continue }
      let fields = line.dropFirst(8).split(separator: ",")
      guard fields.contains(where: { $0.hasPrefix("v=") }) else { continue }
      for field in fields where field.hasPrefix("n=") { releases.insert(String(field.dropFirst(2))) }
    }
    return releases
  }

  /// Downloads packages, unless they are there already, and checks each against the signed lists once more.
  ///
  /// Each file gets a second name in `folder`, so that nobody's tidying takes it away.
  ///
  /// - Returns: absolute paths of the files in `folder`, in order.
  /// - Throws: `Failure`: `tryAgain` without network or space, `unavailable` for a damaged package; and `PackageGone`.
  func download(
    _ packages: [DebianPackage], into folder: String, progress: @Sendable (String) -> Void
  ) async throws -> [String] {
    try CacheFolder.make(folder)
    return try await FileLock.hold(Self.lock, in: cache, progress: progress) {
      try CacheFolder.make(cache.downloads)
      var files: [String] = []
      for package in packages {
        try await download(package, progress: progress)
        files.append("\(folder)/\(package.fileName)")
        try CacheFolder.link("\(cache.downloads)/\(package.fileName)", to: "\(folder)/\(package.fileName)")
      }
      return files
    }
  }

  private func download(_ package: DebianPackage, progress: @Sendable (String) -> Void) async throws {
    let file = "\(cache.downloads)/\(package.fileName)"
    if try await sha256(file) == package.sha256 { return }
    try CacheFolder.remove(file)
    progress("downloading \(package.name) \(package.version) (\(ByteCount(package.size)))")
    let execution = try await run(
      "apt-get", ["download", "\(package.name)=\(package.version)"], directory: cache.downloads)
    guard execution.succeeded else {
      let printed = execution.text + execution.errorText
      let problem = DownloadProblem(printed)
      if problem == .gone { throw PackageGone(package: package, detail: printed) }
      throw problem.failure(package, detail: printed)
    }
    guard try await sha256(file) == package.sha256 else {
      try CacheFolder.remove(file)
      throw DownloadProblem.damaged.failure(package)
    }
  }

  /// Removes downloads that were unpacked.
  func forget(_ packages: [DebianPackage]) async throws {
    try await FileLock.hold(Self.lock, in: cache, progress: { _ in }) {
      for package in packages { try CacheFolder.remove("\(cache.downloads)/\(package.fileName)") }
    }
  }

  /// SHA-256 of a file in hex, or nil if it isn't there.
  func sha256(_ file: String) async throws -> String? {
    guard CacheFolder.exists(file) else { return nil }
    let view = View(mounts: [.readOnly(host: file, inside: "/package")])
    let execution = try await containment.run(Command("sha256sum", ["/package"], place: .contained(view)))
    return execution.succeeded ? execution.text.split(separator: " ").first.map(String.init) : nil
  }

  /// Whether the mirror answers, asked for one small file within some seconds.
  ///
  /// - Returns: the mirror's address.
  /// - Throws: `Failure` (`unavailable`).
  func probe() async throws -> String {
    let mirror = try mirror()
    try CacheFolder.make(cache.apt)
    let target = "\(cache.apt)/.probe-\(ProcessInfo.processInfo.processIdentifier)"
    defer { try? CacheFolder.remove(target) }
    let suite = mirror.archive.suites.first { Suite.isArchive($0) } ?? ""
    let uri = (mirror.archive.uris.first ?? "") + "/dists/\(suite)/InRelease"
    _ = try await FileLock.hold(Self.lock, in: cache, progress: { _ in }) { try await configure() }
    let execution = try await containment.run(
      Command(
        "/usr/lib/apt/apt-helper",
        ["-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10", "-o", "Acquire::https::Timeout=10"]
          + ["download-file", uri, target],
        environment: environment, place: .host, limits: Limits(seconds: 30)))
    guard execution.succeeded else {
      throw Failure(
        .unavailable, mirror.description, "the Debian mirror can't be reached",
        remedy: "check the network, the proxy settings and the apt sources",
        detail: execution.text + execution.errorText)
    }
    return mirror.description
  }

  /// Options for mmdebstrap(1), which makes a configuration of its own.
  func machineOptions() async throws -> [String] {
    let text = (try? String(contentsOfFile: configuration, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").filter { $0.hasPrefix("Acquire::") && !$0.contains("Indexes") }.map(String.init)
  }

  private var environment: [String: String] { ["APT_CONFIG": configuration, "LC_ALL": "C.UTF-8"] }

  private func run(_ program: String, _ arguments: [String], directory: String = "/") async throws -> Execution {
    try await containment.run(
      Command(
        program, arguments, environment: environment, directory: directory, place: .host,
        limits: Limits(seconds: 3600, output: 256 << 20, fileSize: 8 << 30)))
  }

  private func query(_ arguments: [String]) async throws -> String {
    let execution = try await run("apt-cache", arguments)
    // apt-cache fails when it knows none of the names, which is an answer.
    guard execution.succeeded || execution.errorText.contains("No packages found") || execution.exit == .exited(100)
    else {
      throw Failure(.unavailable, "apt-cache", "failed (\(execution.exit))", detail: execution.errorText)
    }
    return execution.text
  }

  /// Writes apt's configuration and sources; tells whether the sources changed since the last time.
  private func configure() async throws -> Bool {
    for folder in ["lists/partial", "archives/partial", "state"] { try CacheFolder.make("\(cache.apt)/\(folder)") }
    let architecture = try await architecture()
    let sources = try mirror().sources(suites: Suite.all, architecture: architecture)
    let status = "\(cache.apt)/state/status"
    if !CacheFolder.exists(status) { try CacheFolder.write(Data(), to: status) }
    try CacheFolder.write(Data(try await configurationText(architecture).utf8), to: configuration)
    let file = "\(cache.apt)/kmend.sources"
    if (try? String(contentsOfFile: file, encoding: .utf8)) == sources { return false }
    try CacheFolder.write(Data(sources.utf8), to: file)
    return true
  }

  private func configurationText(_ architecture: String) async throws -> String {
    let machine = try await containment.run(
      Command("apt-config", ["dump", "--format", "%F \"%v\";%n"], environment: ["LC_ALL": "C.UTF-8"], place: .host))
    let kept = [
      "Acquire::http::", "Acquire::https::", "Acquire::ftp::", "Acquire::tor::", "Acquire::Check-", "Acquire::Force",
      "Acquire::Retries", "Acquire::Min-ValidTime", "Acquire::Max-ValidTime", "Acquire::By-Hash",
    ]
    let settings = machine.text.split(separator: "\n").filter { line in kept.contains { line.hasPrefix($0) } }
    let folder = cache.apt
    // apt's own user can't reach a cache below a home folder; apt would then go on as root anyway, with a warning.
    return """
      Dir::Etc::main "/dev/null";
      Dir::Etc::parts "/dev/null";
      Dir::Etc::sourcelist "\(folder)/kmend.sources";
      Dir::Etc::sourceparts "/dev/null";
      Dir::Etc::preferences "/dev/null";
      Dir::Etc::preferencesparts "/dev/null";
      Dir::State "\(folder)/state";
      Dir::State::status "\(folder)/state/status";
      Dir::State::lists "\(folder)/lists";
      Dir::Cache "\(folder)";
      Dir::Cache::archives "\(folder)/archives";
      Dir::Cache::srcpkgcache "";
      Dir::Log "\(folder)/state";
      APT::Sandbox::User "root";
      APT::Architecture "\(architecture)";
      APT::Architectures:: "\(architecture)";
      APT::Get::List-Cleanup "true";
      APT::Get::AllowUnauthenticated "false";
      Acquire::AllowInsecureRepositories "false";
      Acquire::AllowWeakRepositories "false";
      Acquire::AllowDowngradeToInsecureRepositories "false";
      Acquire::Languages "none";
      Acquire::GzipIndexes "true";
      Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
      Acquire::IndexTargets::deb::DEP-11-icons::DefaultEnabled "false";
      Acquire::IndexTargets::deb::DEP-11-icons-small::DefaultEnabled "false";
      Acquire::IndexTargets::deb::DEP-11-icons-large::DefaultEnabled "false";
      Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";

      """ + settings.map { "\($0)\n" }.joined()
  }
}
