# SPDX-License-Identifier: Apache-2.0
include softgpu/ptx/local.mk
