# SPDX-License-Identifier: Apache-2.0
include tests/unit/local.mk
include tests/docs/local.mk
include tests/remote/local.mk
include tests/ptx/local.mk
include tests/cuda/local.mk
include tests/fuzz/local.mk
