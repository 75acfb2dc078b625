/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_WORDS_H
#define _LINUX_WORDS_H

#include <linux/types.h>

struct file;

#define WORDS_MAX	16
#define words_each(w, ws) \
	for ((w) = (ws)->first; (w); \
	     (w) = (w)->next)

typedef int (*words_cb_t)(struct words *ws, void *arg);
typedef unsigned long words_t;

enum words_state {
	WORDS_EMPTY,		/* nothing yet */
	WORDS_FULL = WORDS_MAX,
};

/**
 * struct words - some words
 * @first: of them; strange { brace
 */
struct words {
	struct word		*first, **last;
	unsigned int		count : 4, rest:28;
	int	(*compare)(const char *a, const char *b);
	union {
		u32	key;
		struct {
			u16 low;
			u16 high;
		} parts;
	};
	char	name[WORDS_MAX];
	struct list_head list;
} __aligned(8);

size_t words_copy(char *to, const char *from, size_t size);
__printf(2, 3) int words_print(struct words *ws, const char *format, ...);
extern const struct words_operations words_default, *words_current;

#ifdef CONFIG_WORDS
int words_register(struct words *ws) __must_check;
#else
static inline int words_register(struct words *ws) { return 0; }
#endif

#ifdef CONFIG_WORDS_DEBUG
static inline int words_check(struct words *ws, int deep)
{
#else
static inline int words_check(struct words *ws)
{
	int deep = 0;
#endif
	return deep ? ws->count : 0;
}

static __always_inline bool
words_full(const struct words *ws)
{
	return ws->count == WORDS_MAX;
}

DECLARE_STATIC_KEY_FALSE(words_key);

#endif
