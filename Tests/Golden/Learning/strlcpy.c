#include <linux/string.h>

struct thing {
	char name[16];
};

static void set_name(struct thing *t, const char *name)
{
	/* the name is cut if it is too long */
	strlcpy(t->name, name, sizeof(t->name));
	strlcpy(t->name,	/* keeps its comment */
		name ? name : "none",
		sizeof(t->name));
	if (!name)
		strlcpy(t->name, "x", 16);
}

#ifdef OLD
static void unused(struct thing *t)
{
	strlcpy(t->name, "old", sizeof(t->name));
}
#endif

#define COPY(d, s) strlcpy(d, s, sizeof(d))
