@strlcpy_1@
expression E0, E1, E2;
@@
-strlcpy(E0, E1, E2);
+strscpy(E0, E1, E2);

@strlcpy_2@
expression E0, E1, E2;
@@
-strlcpy(E0, E1, E2)
+strscpy(E0, E1, E2)

@strlcpy_3@
@@
-strlcpy
+strscpy
