// SPDX-License-Identifier: GPL-2.0-or-later
// Can be loaded and never unloaded.
#include <linux/module.h>

static int __init permanent_init(void)
{
	return 0;
}
module_init(permanent_init);
MODULE_DESCRIPTION("fixture of kmend");
MODULE_LICENSE("GPL");
