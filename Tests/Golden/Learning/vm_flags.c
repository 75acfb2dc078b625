static int thing_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_WRITE)
		return -EPERM;
	vma->vm_flags |= VM_IO |
		VM_DONTEXPAND;
	vma->vm_flags &= ~VM_MAYWRITE;
	return 0;
}
