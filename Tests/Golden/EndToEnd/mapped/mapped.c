// SPDX-License-Identifier: GPL-2.0
/*
 * Between Linux 6.1 and 6.12 a field that it sets became const, a callback of its returns something const, and a
 * function that it calls lost an argument.
 */
#include <linux/fs.h>
#include <linux/hid.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>

static struct page *mapped_page;

static int mapped_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_flags |= VM_DONTEXPAND | VM_DONTDUMP;
	vma->vm_flags &= ~VM_MAYWRITE;
	return 0;
}

static ssize_t mapped_write(struct file *file, const char __user *data,
			    size_t size, loff_t *offset)
{
	long pinned;

	pinned = pin_user_pages((unsigned long)data & PAGE_MASK, 1, 0,
				&mapped_page, NULL);
	if (pinned != 1)
		return -EFAULT;
	unpin_user_page(mapped_page);
	return size;
}

static const struct file_operations mapped_fops = {
	.owner = THIS_MODULE,
	.mmap = mapped_mmap,
	.write = mapped_write,
};

static struct miscdevice mapped_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "mapped",
	.fops = &mapped_fops,
};

static __u8 *mapped_report_fixup(struct hid_device *hdev, __u8 *rdesc,
				 unsigned int *rsize)
{
	if (*rsize > 2 && rdesc[0] == 0x05)
		rdesc[1] = 0x01;
	return rdesc;
}

static const struct hid_device_id mapped_ids[] = {
	{ HID_USB_DEVICE(0x1234, 0x5678) },
	{ }
};
MODULE_DEVICE_TABLE(hid, mapped_ids);

static struct hid_driver mapped_driver = {
	.name = "mapped",
	.id_table = mapped_ids,
	.report_fixup = mapped_report_fixup,
};

static int __init mapped_init(void)
{
	int error = misc_register(&mapped_device);

	if (error)
		return error;
	error = hid_register_driver(&mapped_driver);
	if (error)
		misc_deregister(&mapped_device);
	return error;
}

static void __exit mapped_exit(void)
{
	hid_unregister_driver(&mapped_driver);
	misc_deregister(&mapped_device);
}

module_init(mapped_init);
module_exit(mapped_exit);
MODULE_DESCRIPTION("A device that programs map, and whose reports need mending");
MODULE_LICENSE("GPL");
