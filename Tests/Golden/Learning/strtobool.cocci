@strtobool_1@
expression E0, E1;
@@
-strtobool(E0, E1)
+kstrtobool(E0, E1)

@strtobool_2@
@@
-strtobool
+kstrtobool
