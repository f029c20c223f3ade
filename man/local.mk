# SPDX-License-Identifier: Apache-2.0
# Manual pages: written by hand, but for the table of driver functions.
dist_man_MANS += \
	man/rgpu-doctor.1 \
	man/rgpu-info.1 \
	man/rgpu-nvml.7 \
	man/rgpu-run.1 \
	man/rgpu.7 \
	man/rgpud.8 \
	$(NULL)

man/gen/rgpu-coverage.7: $(apigen_deps)
	$(run_apigen)
man_MANS += man/gen/rgpu-coverage.7
CLEANFILES += man/gen/rgpu-coverage.7
