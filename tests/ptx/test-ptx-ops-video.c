/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every variant of the forms of this part against the reference.
 */
#include "config.h"
#include "softgpu/ptx/forms.h"
#include "tests/ptx/ops.h"

int
main(void)
{
	return ops_main(ptx_forms_video, ptx_forms_video_count);
}
