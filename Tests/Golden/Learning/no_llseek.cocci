@no_llseek_1@
identifier T, s;
@@
struct T s = {
-.llseek = no_llseek,
};

@no_llseek_1_assigned@
expression S, P;
@@
(
-S.llseek = no_llseek;
|
-P->llseek = no_llseek;
)
