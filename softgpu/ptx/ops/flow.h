/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control flow, calls and the stack.
 */
/* clang-format off */
FN(BRA)
FN(BRX)
FN(EXIT)
FN(RET)
FN(CALL)
FN(CALL_INDIRECT)
FN(TRAP)
FN(NANOSLEEP)
FN(ALLOCA)
FN(STACKSAVE)
FN(STACKRESTORE)
FN(HOST_VPRINTF)
FN(HOST_ASSERTFAIL)
FN(HOST_MALLOC)
FN(HOST_FREE)
/* clang-format on */
