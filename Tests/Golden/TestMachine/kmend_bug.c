// SPDX-License-Identifier: GPL-2.0-or-later
// Finds a BUG() when it is unloaded.
#include <linux/module.h>

static int __init bug_init(void)
{
	return 0;
}
module_init(bug_init);

static void __exit bug_exit(void)
{
	BUG();
}
module_exit(bug_exit);
MODULE_DESCRIPTION("fixture of kmend");
MODULE_LICENSE("GPL");
