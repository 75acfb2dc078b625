// SPDX-License-Identifier: GPL-2.0-or-later

import Diagnosis
import KernelModel
import Testing

@Suite struct HeaderSearchTests {
  private static let header = """
    /* SPDX */
    #ifndef _X_H
    #define _X_H
    /* strange(): see strange() in lib/ */
    #define TWICE(a, b)	\\
    	((a) + (b))
    #define LIMIT 3 /* three */
    struct list;
    struct list {
    	struct list *next;
    	int LIMITED;
    };
    typedef struct { int counter; } atomic;
    typedef int (*handler)(int irq, void *data);
    typedef unsigned long size;
    enum state {
    	OFF,
    	ON = 4,	/* four */
    #ifdef CONFIG_LOST
    	LOST
    #endif
    };
    extern int counter;
    extern const char *names[];
    size copy(char *to, const char *from,
    	  size n) __attribute__((nonnull));
    static inline int half(int n)
    {
    	return strange(n) / 2;
    }
    static __always_inline bool whole(int n) { return copy(0, 0, n); }
    #if 0
    int off(void);
    #else
    struct list *off(struct list *first);
    #endif
    #define for_each(p, l) for (p = (l)->next; p; p = p->next)
    void __iomem *map(unsigned long at);
    union both { int a; long b; };
    #endif
    """

  @Test(arguments: [
    ("TWICE", "macro 5: #define TWICE(a, b) = ((a) + (b))"), ("LIMIT", "macro 7: #define LIMIT = 3"),
    ("list", "type 9: struct list"), ("atomic", "type 13: typedef struct atomic"),
    ("handler", "type 14: typedef int (*handler)(int irq, void *data)"),
    ("size", "type 15: typedef unsigned long size"), ("OFF", "enumerator 17: OFF"), ("ON", "enumerator 18: ON = 4"),
    ("LOST", "enumerator 20: LOST"), ("state", "type 16: enum state"), ("counter", "variable 23: extern int counter"),
    ("names", "variable 24: extern const char *names[]"),
    ("copy", "function 25: size copy(char *to, const char *from, size n) __attribute__((nonnull))"),
    ("half", "inline-function 27: static inline int half(int n)"),
    ("whole", "inline-function 31: static __always_inline bool whole(int n)"),
    ("off", "function 33: int off(void); function 35: struct list *off(struct list *first)"),
    ("for_each", "macro 37: #define for_each(p, l) = for (p = (l)->next; p; p = p->next)"),
    ("map", "function 38: void __iomem *map(unsigned long at)"), ("both", "type 39: union both"), ("strange", ""),
    ("next", ""), ("to", ""), ("_X_H", "macro 3: #define _X_H"), ("absent", ""),
  ])
  func aDeclarationIsFound(_ name: String, _ expected: String) {
    let found = findDeclarations(of: [name], in: SourceText(Self.header.utf8), file: "include/linux/x.h")
    let words = found.map {
      "\($0.kind.rawValue) \($0.site.line): \($0.text)" + ($0.body.isEmpty ? "" : " = \($0.body)")
    }
    #expect(words.joined(separator: "; ") == expected)
    #expect(found.allSatisfy { $0.site.file == "include/linux/x.h" && $0.name == name })
  }

  @Test(arguments: ["", "{", "}}}}", "enum {", "#define", "struct", "(((", "\u{0}\u{1}", "typedef", "int x(", "#"])
  func brokenTextIsRead(_ text: String) {
    _ = findDeclarations(of: ["x", "define", "struct"], in: SourceText(text.utf8), file: "x.h")
  }
}
