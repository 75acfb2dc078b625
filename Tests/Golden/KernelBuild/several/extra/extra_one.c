// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include "several.h"

int several_value(int offset);

static int __init extra_one_init(void)
{
	pr_info("extra_one %s: %d\n", SEVERAL_VERSION, several_value(2));
	return 0;
}

static void __exit extra_one_exit(void)
{
}

module_init(extra_one_init);
module_exit(extra_one_exit);
MODULE_VERSION(SEVERAL_VERSION);
MODULE_DESCRIPTION("a module in a folder of its own");
MODULE_LICENSE("GPL");
