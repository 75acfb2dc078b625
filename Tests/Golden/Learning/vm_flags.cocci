@vm_flags_1@
expression E1;
struct vm_area_struct *E0;
@@
-E0->vm_flags &= ~E1;
+vm_flags_clear(E0, E1);

@vm_flags_2@
expression E1, E2;
struct vm_area_struct *E0;
@@
-E0->vm_flags |= VM_IO | VM_MIXEDMAP | E1 | E2;
+vm_flags_set(E0, VM_PFNMAP | E1 | E2);

@vm_flags_3@
expression E1, E2;
struct vm_area_struct *E0;
@@
-E0->vm_flags |= (E1 | E2);
+vm_flags_set(E0, VM_IO | E1 | E2);

@vm_flags_4@
expression E1;
struct vm_area_struct *E0;
@@
-E0->vm_flags |= E1;
+vm_flags_set(E0, E1);

@vm_flags_5@
expression E1, E2, E3;
struct vm_area_struct *E0;
@@
-E0->vm_flags |= E1 | E2 | E3;
+vm_flags_set(E0, VM_PFNMAP | E1 | E2 | E3);
