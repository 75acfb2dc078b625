@FBINFO_DEFAULT_1@
identifier T, s;
@@
struct T s = {
-.flags = FBINFO_DEFAULT,
};

@FBINFO_DEFAULT_1_assigned@
expression S, P;
@@
(
-S.flags = FBINFO_DEFAULT;
|
-P->flags = FBINFO_DEFAULT;
)

@FBINFO_DEFAULT_2@
expression E;
@@
-E | FBINFO_DEFAULT
+E
