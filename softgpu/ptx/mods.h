/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every modifier that some form takes, but for types. A word that is not here
 * is refused wherever it stands.
 */
#ifndef RGPU_SOFTGPU_PTX_MODS_H
#define RGPU_SOFTGPU_PTX_MODS_H

/* clang-format off */
#define PTX_MODS(X) \
	/* rounding and floating-point */ \
	X(RN, "rn") X(RZ, "rz") X(RM, "rm") X(RP, "rp") \
	X(RNI, "rni") X(RZI, "rzi") X(RMI, "rmi") X(RPI, "rpi") \
	X(FTZ, "ftz") X(SAT, "sat") X(SATFINITE, "satfinite") \
	X(RELU, "relu") X(APPROX, "approx") X(FULL, "full") \
	X(NOFTZ, "noftz") X(NAN_WINS, "NaN") X(XORSIGN, "xorsign") \
	X(ABS, "abs") X(FINITE, "finite") X(INFINITE, "infinite") \
	X(NUMBER, "number") X(NOTANUMBER, "notanumber") \
	X(NORMAL, "normal") X(SUBNORMAL, "subnormal") \
	/* integers and bits */ \
	X(LO, "lo") X(HI, "hi") X(WIDE, "wide") X(CC, "cc") \
	X(CLAMP, "clamp") X(WRAP, "wrap") X(SHIFTAMT, "shiftamt") \
	X(L, "l") X(R, "r") X(F4E, "f4e") X(B4E, "b4e") X(RC8, "rc8") \
	X(ECL, "ecl") X(ECR, "ecr") X(RC16, "rc16") \
	/* comparisons and reductions */ \
	X(EQ, "eq") X(NE, "ne") X(LT, "lt") X(LE, "le") X(GT, "gt") \
	X(GE, "ge") X(LS, "ls") X(HS, "hs") X(EQU, "equ") X(NEU, "neu") \
	X(LTU, "ltu") X(LEU, "leu") X(GTU, "gtu") X(GEU, "geu") \
	X(NUM, "num") X(NAN, "nan") \
	X(AND, "and") X(OR, "or") X(XOR, "xor") X(POPC, "popc") \
	X(ADD, "add") X(MIN, "min") X(MAX, "max") X(INC, "inc") \
	X(DEC, "dec") X(CAS, "cas") X(EXCH, "exch") \
	/* warps and blocks */ \
	X(SYNC, "sync") X(ALIGNED, "aligned") X(UP, "up") \
	X(DOWN, "down") X(BFLY, "bfly") X(IDX, "idx") X(ANY, "any") \
	X(ALL, "all") X(UNI, "uni") X(BALLOT, "ballot") \
	X(WARP, "warp") X(ARRIVE, "arrive") X(RED, "red") \
	/* state spaces */ \
	X(GLOBAL, "global") X(CONST, "const") X(SHARED, "shared") \
	X(SHARED_CTA, "shared::cta") X(SHARED_CLUSTER, "shared::cluster") \
	X(LOCAL, "local") X(PARAM, "param") \
	X(PARAM_ENTRY, "param::entry") X(PARAM_FUNC, "param::func") \
	X(TO, "to") \
	/* memory order and scope */ \
	X(WEAK, "weak") X(VOLATILE, "volatile") X(RELAXED, "relaxed") \
	X(ACQUIRE, "acquire") X(RELEASE, "release") X(ACQ_REL, "acq_rel") \
	X(SC, "sc") X(MMIO, "mmio") X(CTA, "cta") X(CLUSTER, "cluster") \
	X(GPU, "gpu") X(SYS, "sys") X(GL, "gl") X(PROXY, "proxy") \
	X(ALIAS, "alias") X(ASYNC, "async") \
	/* caches */ \
	X(CA, "ca") X(CG, "cg") X(CS, "cs") X(LU, "lu") X(CV, "cv") \
	X(WB, "wb") X(WT, "wt") X(NC, "nc") X(L1, "L1") X(L2, "L2") \
	X(L1_NORMAL, "L1::evict_normal") \
	X(L1_UNCHANGED, "L1::evict_unchanged") \
	X(L1_FIRST, "L1::evict_first") X(L1_LAST, "L1::evict_last") \
	X(L1_NONE, "L1::no_allocate") X(L2_NORMAL, "L2::evict_normal") \
	X(L2_FIRST, "L2::evict_first") X(L2_LAST, "L2::evict_last") \
	X(L2_HINT, "L2::cache_hint") X(L2_64B, "L2::64B") \
	X(L2_128B, "L2::128B") X(L2_256B, "L2::256B") \
	/* shapes and others */ \
	X(V2, "v2") X(V4, "v4") X(V8, "v8") \
	X(LAUNCH, "launch_dependents") X(WAIT, "wait") X(MASK, "mask") \
	/* matrices; the second layout of two is ..._B */ \
	X(M8N8, "m8n8") X(X1, "x1") X(X2, "x2") X(X4, "x4") \
	X(TRANS, "trans") X(ROW, "row") X(COL, "col") \
	X(ROW_B, "row+") X(COL_B, "col+") X(M8N8K4, "m8n8k4") \
	X(M8N8K16, "m8n8k16") X(M16N8K4, "m16n8k4") X(M16N8K8, "m16n8k8") \
	X(M16N8K16, "m16n8k16") X(M16N8K32, "m16n8k32") \
	X(M16N16K8, "m16n16k8") X(M16N16K16, "m16n16k16") \
	X(M32N8K16, "m32n8k16") X(M8N32K16, "m8n32k16") \
	X(LOAD, "load") X(STORE, "store") X(MMA, "mma") \
	X(MAT_A, "a") X(MAT_B, "b") X(MAT_C, "c") X(MAT_D, "d") \
	/* textures and surfaces; r, b and a are above */ \
	X(1D, "1d") X(2D, "2d") X(3D, "3d") X(A1D, "a1d") X(A2D, "a2d") \
	X(CUBE, "cube") X(ACUBE, "acube") X(LEVEL, "level") \
	X(TEX_G, "g") X(TRAP, "trap") X(ZERO, "zero") \
	/* mbarriers */ \
	X(INIT, "init") X(INVAL, "inval") X(EXPECT_TX, "expect_tx") \
	X(COMPLETE_TX, "complete_tx") X(ARRIVE_DROP, "arrive_drop") \
	X(NO_COMPLETE, "noComplete") X(TEST_WAIT, "test_wait") \
	X(TRY_WAIT, "try_wait") X(PARITY, "parity") \
	X(PENDING_COUNT, "pending_count") X(MBARRIER, "mbarrier") \
	X(NOINC, "noinc") X(RNA, "rna") X(MBARRIER_INIT, "mbarrier_init") \
	X(COMMIT_GROUP, "commit_group") X(WAIT_GROUP, "wait_group") \
	X(WAIT_ALL, "wait_all")
/* clang-format on */

enum ptx_mod {
#define X(id, text) PTX_MOD_##id,
	PTX_MODS(X)
#undef X
		PTX_MOD_COUNT
};

#endif
