# SPDX-License-Identifier: Apache-2.0
# The PTX engine: text in, kernels run. Knows nothing of the CUDA API.
