// SPDX-License-Identifier: GPL-2.0-or-later
// Reads through a null pointer while it is loaded.
#include <linux/module.h>

static int *nothing;

static noinline int oops_read(void)
{
	return READ_ONCE(*nothing);
}

static int __init oops_init(void)
{
	pr_info("read %d\n", oops_read());
	return 0;
}
module_init(oops_init);
MODULE_DESCRIPTION("fixture of kmend");
MODULE_LICENSE("GPL");
