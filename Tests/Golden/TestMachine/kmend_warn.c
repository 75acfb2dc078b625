// SPDX-License-Identifier: GPL-2.0-or-later
// Warns while it is loaded, and loads.
#include <linux/module.h>

static noinline void warn_about(int what)
{
	WARN(what, "value %d is out of order\n", what);
}

static int __init warn_init(void)
{
	warn_about(7);
	return 0;
}
module_init(warn_init);

static void __exit warn_exit(void)
{
}
module_exit(warn_exit);
MODULE_DESCRIPTION("fixture of kmend");
MODULE_LICENSE("GPL");
