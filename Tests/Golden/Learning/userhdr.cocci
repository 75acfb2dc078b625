@userhdr_1@
struct genl_info *E0;
@@
-E0->userhdr
+genl_info_userhdr(E0)
