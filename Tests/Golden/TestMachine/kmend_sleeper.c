// SPDX-License-Identifier: GPL-2.0-or-later
// Sleeps for ever when it is unloaded.
#include <linux/completion.h>
#include <linux/module.h>

static DECLARE_COMPLETION(never);

static int __init sleeper_init(void)
{
	return 0;
}
module_init(sleeper_init);

static void __exit sleeper_exit(void)
{
	wait_for_completion(&never);
}
module_exit(sleeper_exit);
MODULE_DESCRIPTION("fixture of kmend");
MODULE_LICENSE("GPL");
