@class_create_1@
expression E0;
@@
-class_create(THIS_MODULE, E0)
+class_create(E0)

@class_create_2@
expression E0, E1;
@@
-class_create(E0, E1)
+class_create(E1)
