// SPDX-License-Identifier: GPL-2.0-or-later
// Panics while it is loaded.
#include <linux/module.h>

static int __init panic_init(void)
{
	panic("fixture gives up");
	return 0;
}
module_init(panic_init);
MODULE_DESCRIPTION("fixture of kmend");
MODULE_LICENSE("GPL");
