// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// Programs that stand before the real ones in a build's `PATH`.
package enum Shims {
  /// Answers for the kernel that is built against: drivers' Makefiles ask `uname -r`.
  static func uname(release: String) -> String {
    """
    #!/bin/sh
    /usr/bin/uname "$@" | sed "s|$(/usr/bin/uname -r)|\(release)|"

    """
  }

  /// Runs sparse, marks its lines, and keeps its exit status from make: a finding must not end a build.
  static let sparse = """
    #!/bin/sh
    \(BuildPlace.tools)/sparse "$@" 2>&1 | sed 's/^/sparse: /' >&2

    """

  /// Writes the working directory and the command line to a file of its own where an object is compiled from C, then
  /// becomes the compiler. Kbuild's own log would not do: it is mixed when recipes run at a time, and drivers silence it.
  ///
  /// Since 6.13 Kbuild works in the driver's folder and does not say which: the line `compiling in` does.
  static func compiler(root: String, takesObjects: Bool, probes: CompiledObjects? = nil) -> String {
    """
    #!/bin/sh
    case "$*" in
    \(probes.map(probe) ?? "")
      *" -c "*.c)
        printf '%s\\0' "$PWD" "${0##*/}" "$@" >\(BuildPlace.commands)/$$
        case "$PWD/" in "\(root)/"*) echo "compiling in $PWD" >&2 ;; esac
        exec \(takesObjects ? "\(objectCache) " : "")/usr/bin/${0##*/} "$@"
        ;;
    esac
    exec /usr/bin/${0##*/} "$@"

    """
  }

  /// Kbuild tries options on an empty file (scripts/Makefile.compiler, `try-run`): the object or the refusal is kept under
  /// the sum of the command line but for the object's name, which is another each time.
  private static func probe(_ probes: CompiledObjects) -> String {
    let run = """
            /usr/bin/${0##*/} "$@"; status=$?
            if [ $status = 0 ]; then cp "$object" "$kept.o"; else : >"$kept.no"; fi
            exit $status
      """
    return """
        *" -include "*" /dev/null -o "*) ;;
        *" -c -x "*" /dev/null -o "*)
          words="$*"; object="${words##* -o }"
          sum=$(printf '%s %s' "${0##*/}" "${words% -o *}" | md5sum); kept="\(BuildPlace.probes)/${sum%% *}"
          [ -f "$kept.o" ] && exec cp "$kept.o" "$object"
          [ -f "$kept.no" ] && exit 1
      \(probes.isFilled ? "" : run)
          ;;
      """
  }

  private static let objectCache = "/usr/bin/ccache"

  /// Whether ccache(1) is installed where the kernel's drivers are built.
  static func hasObjectCache(_ kernel: Kernel) -> Bool {
    FileEntry("\(kernel.rootFileSystem ?? "")\(objectCache)")?.kind == .file
  }

  /// Names of C compilers in a folder of programs.
  static func compilers(in folder: String) -> [String] { FileEntry.names(in: folder).filter(isCompiler).sorted() }

  /// `gcc`, `cc`, `x86_64-linux-gnu-gcc-12`, `clang-19`, …
  package static func isCompiler(_ name: String) -> Bool {
    var parts = name.split(separator: "-", omittingEmptySubsequences: false)
    if let last = parts.last, !last.isEmpty, last.allSatisfy({ $0.isNumber || $0 == "." }) { parts.removeLast() }
    return ["gcc", "cc", "clang"].contains(parts.last)
  }
}
