// SPDX-License-Identifier: GPL-2.0-or-later

/// One version of a binary package, as the archive's signed lists describe it.
package struct DebianPackage: Codable, Hashable, Sendable {
  /// The package's name.
  package var name: String
  /// Its version, see deb-version(7).
  package var version: String
  /// `amd64` or `all`, …
  package var architecture: String
  /// Name of the source package that it was built from.
  package var source: String
  /// The suite that serves it, the lowest if several do.
  package var suite: String
  /// SHA-256 of the `.deb`, hex.
  package var sha256: String
  /// Bytes of the `.deb`.
  package var size: Int
  /// Bytes of its files once installed, as the package says.
  package var installedSize: Int
  /// Names in `Depends`, alternatives included.
  package var depends: [String]
  /// What `Depends` and `Recommends` ask for, each as its alternatives; nil in records of earlier versions.
  package var wants: [[String]]?

  /// The file name that apt-get(8) gives it.
  var fileName: String { "\(name)_\(version.replacing(":", with: "%3a"))_\(architecture).deb" }
}

/// What the lists say about some packages: every version, and the suites that serve it.
package struct PackageLists {
  /// Every version of every package asked for, once for each suite that serves it.
  package var packages: [DebianPackage]

  /// Joins what `apt-cache show` and `apt-cache madison` print about the same packages.
  package init(shown: String, madison: String) {
    var suites: [String: Set<String>] = [:]
    for line in madison.split(separator: "\n") {
      let columns = line.split(separator: "|").map { $0.trimmed }
      guard columns.count == 3, case let words = columns[2].split(separator: " "), words.count >= 2,
        let slash = words[1].lastIndex(of: "/")
      else { continue }
      suites["\(columns[0]) \(columns[1])", default: []].insert(String(words[1][..<slash]))
    }
    packages = Paragraph.parse(shown).flatMap { paragraph -> [DebianPackage] in
      guard let name = paragraph["package"], let version = paragraph["version"], let sha256 = paragraph["sha256"],
        let architecture = paragraph["architecture"]
      else { return [] }
      let depends = Self.relations(paragraph["depends"])
      let recommends = Self.relations(paragraph["recommends"])
      let package = DebianPackage(
        name: name, version: version, architecture: architecture, source: paragraph.words("source").first ?? name,
        suite: "", sha256: sha256, size: Int(paragraph["size"] ?? "") ?? 0,
        installedSize: (Int(paragraph["installed-size"] ?? "") ?? 0) << 10, depends: depends.flatMap { $0 },
        wants: depends + recommends)
      return (suites["\(name) \(version)"] ?? []).map { suite in
        var served = package
        served.suite = suite
        return served
      }
    }
  }

  /// The names of a relationship field (deb-control(5)), each with its alternatives; versions are left out.
  private static func relations(_ field: String?) -> [[String]] {
    (field ?? "").split(separator: ",").map { relation in
      relation.split(separator: "|").compactMap { name in
        name.trimmed.split { $0 == " " || $0 == "(" || $0 == ":" }.first.map(String.init)
      }
    }.filter { !$0.isEmpty }
  }

  /// A package of this very version, from the lowest suite that serves it.
  func package(_ name: String, version: String) -> DebianPackage? {
    versions(of: name).filter { $0.version == version }.min { Suite(named: $0.suite) < Suite(named: $1.suite) }
  }

  /// Every version of a package.
  func versions(of name: String) -> [DebianPackage] { packages.filter { $0.name == name } }
}
