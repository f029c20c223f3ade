/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The questions about a device that only the NVML of its own machine can answer.
 * The numbers are those of the message rgpu_nvml and are for ever. Client and
 * server know a function by its shape:
 *
 *   U32, U64          one number comes back
 *   U32X2, U32X4      several, each through a pointer of its own
 *   A_U32, A_U64      one number is given
 *   AB_U32, AB_U64    two are
 *   S, A_S            a structure of SIZE bytes comes back
 *   S_HAND            the same; the client's function is hand-written
 *   V                 a structure that begins with its version, whose low 24
 *                     bits are its size, goes and comes back
 *   TEXT, TEXT1       a string; TEXT1 without a length
 *   SYSTEM            a string about no device
 *   FIELD             nvmlDeviceGetFieldValues of one value
 *   PEER, PEER_A      b is a second device; one number comes back
 *
 * Sizes are those of nvml.h of CUDA 13.0. A function is here only if it reads,
 * and if its structure holds no pointers.
 */
#ifndef RGPU_PROTOCOL_NVML_H
#define RGPU_PROTOCOL_NVML_H

/* No answer is longer. */
#define RGPU_NVML_BYTES	     4096
#define RGPU_NVML_TEXT	     96
#define RGPU_NVML_FIELD_SIZE 40
#define RGPU_NVML_PCI_SIZE   68

/* What the server says when it has no NVML, or one without that function. */
#define RGPU_NVML_NO_LIBRARY 12

/* clang-format off */
#define RGPU_NVML_QUERIES(X) \
	X(1, nvmlSystemGetDriverVersion, SYSTEM, RGPU_NVML_TEXT) \
	X(2, nvmlDeviceGetMemoryInfo, S, 24) \
	X(3, nvmlDeviceGetMemoryInfo_v2, V, 0) \
	X(4, nvmlDeviceGetBAR1MemoryInfo, S, 24) \
	X(5, nvmlDeviceGetUtilizationRates, S, 8) \
	X(6, nvmlDeviceGetEncoderUtilization, U32X2, 8) \
	X(7, nvmlDeviceGetDecoderUtilization, U32X2, 8) \
	X(8, nvmlDeviceGetJpgUtilization, U32X2, 8) \
	X(9, nvmlDeviceGetOfaUtilization, U32X2, 8) \
	X(10, nvmlDeviceGetTemperature, A_U32, 4) \
	X(11, nvmlDeviceGetTemperatureV, V, 0) \
	X(12, nvmlDeviceGetTemperatureThreshold, A_U32, 4) \
	X(13, nvmlDeviceGetMarginTemperature, V, 0) \
	X(14, nvmlDeviceGetFanSpeed, U32, 4) \
	X(15, nvmlDeviceGetFanSpeed_v2, A_U32, 4) \
	X(16, nvmlDeviceGetFanSpeedRPM, V, 0) \
	X(17, nvmlDeviceGetTargetFanSpeed, A_U32, 4) \
	X(18, nvmlDeviceGetMinMaxFanSpeed, U32X2, 8) \
	X(19, nvmlDeviceGetFanControlPolicy_v2, A_U32, 4) \
	X(20, nvmlDeviceGetNumFans, U32, 4) \
	X(21, nvmlDeviceGetCoolerInfo, V, 0) \
	X(22, nvmlDeviceGetPowerUsage, U32, 4) \
	X(23, nvmlDeviceGetPowerManagementMode, U32, 4) \
	X(24, nvmlDeviceGetPowerManagementLimit, U32, 4) \
	X(25, nvmlDeviceGetPowerManagementLimitConstraints, U32X2, 8) \
	X(26, nvmlDeviceGetPowerManagementDefaultLimit, U32, 4) \
	X(27, nvmlDeviceGetEnforcedPowerLimit, U32, 4) \
	X(28, nvmlDeviceGetPowerState, U32, 4) \
	X(29, nvmlDeviceGetPowerSource, U32, 4) \
	X(30, nvmlDeviceGetTotalEnergyConsumption, U64, 8) \
	X(31, nvmlDeviceGetPerformanceState, U32, 4) \
	X(32, nvmlDeviceGetClockInfo, A_U32, 4) \
	X(33, nvmlDeviceGetMaxClockInfo, A_U32, 4) \
	X(34, nvmlDeviceGetClock, AB_U32, 4) \
	X(35, nvmlDeviceGetApplicationsClock, A_U32, 4) \
	X(36, nvmlDeviceGetDefaultApplicationsClock, A_U32, 4) \
	X(37, nvmlDeviceGetMaxCustomerBoostClock, A_U32, 4) \
	X(38, nvmlDeviceGetCurrentClocksEventReasons, U64, 8) \
	X(39, nvmlDeviceGetCurrentClocksThrottleReasons, U64, 8) \
	X(40, nvmlDeviceGetSupportedClocksEventReasons, U64, 8) \
	X(41, nvmlDeviceGetSupportedClocksThrottleReasons, U64, 8) \
	X(42, nvmlDeviceGetAdaptiveClockInfoStatus, U32, 4) \
	X(43, nvmlDeviceGetAutoBoostedClocksEnabled, U32X2, 8) \
	X(44, nvmlDeviceGetClockOffsets, V, 0) \
	X(45, nvmlDeviceGetGpcClkVfOffset, U32, 4) \
	X(46, nvmlDeviceGetMemClkVfOffset, U32, 4) \
	X(47, nvmlDeviceGetPersistenceMode, U32, 4) \
	X(48, nvmlDeviceGetComputeMode, U32, 4) \
	X(49, nvmlDeviceGetDisplayMode, U32, 4) \
	X(50, nvmlDeviceGetDisplayActive, U32, 4) \
	X(51, nvmlDeviceGetEccMode, U32X2, 8) \
	X(52, nvmlDeviceGetDefaultEccMode, U32, 4) \
	X(53, nvmlDeviceGetTotalEccErrors, AB_U64, 8) \
	X(54, nvmlDeviceGetRemappedRows, U32X4, 16) \
	X(55, nvmlDeviceGetRetiredPagesPendingStatus, U32, 4) \
	X(56, nvmlDeviceGetMigMode, U32X2, 8) \
	X(57, nvmlDeviceGetMaxMigDeviceCount, U32, 4) \
	X(58, nvmlDeviceGetBrand, U32, 4) \
	X(59, nvmlDeviceGetSerial, TEXT, RGPU_NVML_TEXT) \
	X(60, nvmlDeviceGetVbiosVersion, TEXT, RGPU_NVML_TEXT) \
	X(61, nvmlDeviceGetBoardPartNumber, TEXT, RGPU_NVML_TEXT) \
	X(62, nvmlDeviceGetInforomImageVersion, TEXT, RGPU_NVML_TEXT) \
	X(63, nvmlDeviceGetGspFirmwareVersion, TEXT1, RGPU_NVML_TEXT) \
	X(64, nvmlDeviceGetGspFirmwareMode, U32X2, 8) \
	X(65, nvmlDeviceGetMinorNumber, U32, 4) \
	X(66, nvmlDeviceGetModuleId, U32, 4) \
	X(67, nvmlDeviceGetBoardId, U32, 4) \
	X(68, nvmlDeviceGetMultiGpuBoard, U32, 4) \
	X(69, nvmlDeviceGetNumGpuCores, U32, 4) \
	X(70, nvmlDeviceGetMemoryBusWidth, U32, 4) \
	X(71, nvmlDeviceGetBusType, U32, 4) \
	X(72, nvmlDeviceGetIrqNum, U32, 4) \
	X(73, nvmlDeviceGetPciInfo_v3, S_HAND, RGPU_NVML_PCI_SIZE) \
	X(74, nvmlDeviceGetMaxPcieLinkGeneration, U32, 4) \
	X(75, nvmlDeviceGetGpuMaxPcieLinkGeneration, U32, 4) \
	X(76, nvmlDeviceGetMaxPcieLinkWidth, U32, 4) \
	X(77, nvmlDeviceGetCurrPcieLinkGeneration, U32, 4) \
	X(78, nvmlDeviceGetCurrPcieLinkWidth, U32, 4) \
	X(79, nvmlDeviceGetPcieThroughput, A_U32, 4) \
	X(80, nvmlDeviceGetPcieReplayCounter, U32, 4) \
	X(81, nvmlDeviceGetPcieLinkMaxSpeed, U32, 4) \
	X(82, nvmlDeviceGetPcieSpeed, U32, 4) \
	X(83, nvmlDeviceGetNvLinkState, A_U32, 4) \
	X(84, nvmlDeviceGetNvLinkVersion, A_U32, 4) \
	X(85, nvmlDeviceGetNvLinkCapability, AB_U32, 4) \
	X(86, nvmlDeviceGetNvLinkErrorCounter, AB_U64, 8) \
	X(87, nvmlDeviceGetNvLinkRemoteDeviceType, A_U32, 4) \
	X(88, nvmlDeviceGetNvLinkRemotePciInfo_v2, A_S, RGPU_NVML_PCI_SIZE) \
	X(89, nvmlDeviceGetFieldValues, FIELD, RGPU_NVML_FIELD_SIZE) \
	X(90, nvmlDeviceGetAttributes_v2, S, 40) \
	X(91, nvmlDeviceGetViolationStatus, A_S, 16) \
	X(92, nvmlDeviceGetEncoderCapacity, A_U32, 4) \
	X(93, nvmlDeviceGetRowRemapperHistogram, S, 20) \
	X(94, nvmlDeviceGetC2cModeInfoV, S, 4) \
	X(95, nvmlDeviceGetCapabilities, V, 0) \
	X(96, nvmlDeviceGetSramEccErrorStatus, V, 0) \
	X(97, nvmlDeviceGetAccountingMode, U32, 4) \
	X(98, nvmlDeviceGetInforomConfigurationChecksum, U32, 4) \
	X(99, nvmlDeviceGetAPIRestriction, A_U32, 4) \
	X(100, nvmlDeviceGetP2PStatus, PEER_A, 4) \
	X(101, nvmlDeviceGetTopologyCommonAncestor, PEER, 4) \
	X(102, nvmlDeviceOnSameBoard, PEER, 4)
/* clang-format on */

enum rgpu_nvml_query {
#define RGPU_NVML_X(number, name, shape, size) RGPU_NVML_##name = number,
	RGPU_NVML_QUERIES(RGPU_NVML_X)
#undef RGPU_NVML_X
};

enum rgpu_nvml_shape {
	RGPU_SHAPE_U32,
	RGPU_SHAPE_U64,
	RGPU_SHAPE_U32X2,
	RGPU_SHAPE_U32X4,
	RGPU_SHAPE_A_U32,
	RGPU_SHAPE_A_U64,
	RGPU_SHAPE_AB_U32,
	RGPU_SHAPE_AB_U64,
	RGPU_SHAPE_S,
	RGPU_SHAPE_A_S,
	RGPU_SHAPE_S_HAND,
	RGPU_SHAPE_V,
	RGPU_SHAPE_TEXT,
	RGPU_SHAPE_TEXT1,
	RGPU_SHAPE_SYSTEM,
	RGPU_SHAPE_FIELD,
	RGPU_SHAPE_PEER,
	RGPU_SHAPE_PEER_A,
};

#endif
