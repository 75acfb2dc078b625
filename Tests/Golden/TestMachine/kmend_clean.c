// SPDX-License-Identifier: GPL-2.0-or-later
// Does all as it should: a character device that can be opened and read, a parameter, an attribute of /proc.
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

static int depth = 3;
module_param(depth, int, 0444);

static int clean_open(struct inode *inode, struct file *file)
{
	pr_info("opened\n");
	return 0;
}

static const struct file_operations clean_fops = {
	.owner = THIS_MODULE,
	.open = clean_open,
};

static struct miscdevice clean_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "kmend_clean",
	.fops = &clean_fops,
};

static int clean_show(struct seq_file *file, void *data)
{
	seq_printf(file, "%d\n", depth);
	return 0;
}

static int __init clean_init(void)
{
	int error = misc_register(&clean_device);

	if (error)
		return error;
	proc_create_single("kmend_clean", 0444, NULL, clean_show);
	return 0;
}
module_init(clean_init);

static void __exit clean_exit(void)
{
	remove_proc_entry("kmend_clean", NULL);
	misc_deregister(&clean_device);
}
module_exit(clean_exit);
MODULE_DESCRIPTION("fixture of kmend");
MODULE_LICENSE("GPL");
