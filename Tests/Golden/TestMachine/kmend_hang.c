// SPDX-License-Identifier: GPL-2.0-or-later
// Never comes back from init, and lets nobody else on its processor.
#include <linux/module.h>

static noinline void hang_here(void)
{
	preempt_disable();
	for (;;)
		cpu_relax();
}

static int __init hang_init(void)
{
	hang_here();
	return 0;
}
module_init(hang_init);
MODULE_DESCRIPTION("fixture of kmend");
MODULE_LICENSE("GPL");
