// SPDX-License-Identifier: GPL-2.0-or-later

import KernelBuild
import KernelModel
import LogTriage
import TestSupport
import Testing

@Suite(.enabled(if: CachedKernels.both, "\(CachedKernels.why)")) struct CheckpatchTests {
  private func checkpatch() throws -> Checkpatch {
    try Checkpatch(source: try #require(CachedKernels.all["6.12"]?.source))
  }

  @Test func findsWhatAPatchBrings() async throws {
    let patch = """
      From: A <a@example.org>
      Subject: [PATCH] a: change

      Body.

      ---
       a.c | 2 +-
       1 file changed, 1 insertion(+), 1 deletion(-)

      diff --git a/a.c b/a.c
      index 1111111..2222222 100644
      --- a/a.c
      +++ b/a.c
      @@ -10,3 +10,3 @@ int f(int x)
       {
      -\treturn 0;
      +\tif(x) return  1 ;
       }

      """
    let execution = try await checkpatch().check(patch: Array(patch.utf8))
    let findings = CheckpatchLog.findings(in: execution.output)
    #expect(findings.contains { $0.tool == "checkpatch:TRAILING_STATEMENTS" && $0.site == Site(file: "a.c", line: 11) })
    #expect(findings.allSatisfy { $0.site?.file == "a.c" })
  }

  @Test func aCleanPatchHasNone() async throws {
    let patch = """
      From: A <a@example.org>
      Subject: [PATCH] a: return one

      The caller wants one.

      ---
      diff --git a/a.c b/a.c
      index 1111111..2222222 100644
      --- a/a.c
      +++ b/a.c
      @@ -10,3 +10,3 @@ int f(int x)
       {
      -\treturn 0;
      +\treturn 1;
       }

      """
    let execution = try await checkpatch().check(patch: Array(patch.utf8))
    #expect(execution.succeeded)
    #expect(CheckpatchLog.findings(in: execution.output).isEmpty)
  }

  @Test func findsWhatAFileHas() async throws {
    let text = SourceText("int  f( int x ) { return x; }\n".utf8)
    let findings = CheckpatchLog.findings(in: try await checkpatch().check(files: ["sub/a.c": text]).output)
    #expect(findings.contains { $0.tool == "checkpatch:SPDX_LICENSE_TAG" && $0.site?.file == "sub/a.c" })
  }
}
