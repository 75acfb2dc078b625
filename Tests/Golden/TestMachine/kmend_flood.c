// SPDX-License-Identifier: GPL-2.0-or-later
// Prints without end.
#include <linux/module.h>

static int __init flood_init(void)
{
	unsigned long line;

	for (line = 0;; line++) {
		pr_info("line %lu of the flood, and it does not stop for anybody who would like to say a word\n", line);
		cond_resched();
	}
	return 0;
}
module_init(flood_init);
MODULE_DESCRIPTION("fixture of kmend");
MODULE_LICENSE("GPL");
