// SPDX-License-Identifier: GPL-2.0
/* words_scopy() is used here. */
#include <linux/words.h>
#include <linux/spread.h>

#define ONE	1

static int one_first(struct one *one)
{
	char name[ONE];

	words_scopy(name, one->name, sizeof(name));
	pr_info("%s\n", name);
	return 0;
}

static int one_second(struct one *one,
		      const char *text)
{
	return get_spread(text);
}

static const struct words_operations one_operations = {
	.owner = THIS_MODULE,
	.show = one_show,
};
