@I2C_CLASS_DDC_1@
identifier T, s;
@@
struct T s = {
-.class = I2C_CLASS_DDC,
};

@I2C_CLASS_DDC_1_assigned@
expression S, P;
@@
(
-S.class = I2C_CLASS_DDC;
|
-P->class = I2C_CLASS_DDC;
)

@I2C_CLASS_DDC_2@
expression E;
@@
-E | I2C_CLASS_DDC
+E
