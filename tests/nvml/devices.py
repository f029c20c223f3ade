# SPDX-License-Identifier: Apache-2.0
# NVIDIA's own Python binding: what a program that shows GPUs asks for.
import pynvml as n

n.nvmlInit()
assert n.nvmlSystemGetCudaDriverVersion() >= 13000
assert n.nvmlSystemGetDriverVersion().split(".")[0].isdigit()
assert n.nvmlSystemGetNVMLVersion().startswith("13.")
count = n.nvmlDeviceGetCount()
assert count == 2, count
asked = refused = 0
for i in range(count):
    d = n.nvmlDeviceGetHandleByIndex(i)
    name, uuid = n.nvmlDeviceGetName(d), n.nvmlDeviceGetUUID(d)
    pci = n.nvmlDeviceGetPciInfo(d)
    assert pci.busId.endswith(":00.0") and pci.bus == 0xC0 + i, pci
    assert n.nvmlDeviceGetIndex(n.nvmlDeviceGetHandleByUUID(uuid)) == i
    assert n.nvmlDeviceGetIndex(n.nvmlDeviceGetHandleByPciBusId(pci.busId)) == i
    assert n.nvmlDeviceGetCudaComputeCapability(d) == (12, 1)
    assert n.nvmlDeviceGetArchitecture(d) == n.NVML_DEVICE_ARCH_BLACKWELL
    memory = n.nvmlDeviceGetMemoryInfo(d)
    assert memory.total == memory.free + memory.used > 0, memory
    assert n.nvmlDeviceGetMemoryInfo(d, n.nvmlMemory_v2).total == memory.total
    assert n.nvmlDeviceGetNumGpuCores(d) % 128 == 0
    assert n.nvmlDeviceGetComputeRunningProcesses(d) == []
    assert n.nvmlDeviceGetGraphicsRunningProcesses(d) == []
    assert n.nvmlDeviceGetMaxClockInfo(d, n.NVML_CLOCK_SM) > 0
    fabric = n.c_nvmlGpuFabricInfoV_t()
    n.nvmlDeviceGetGpuFabricInfoV(d, n.byref(fabric))
    assert fabric.state == n.NVML_GPU_FABRIC_STATE_NOT_SUPPORTED
    print(i, name, uuid, memory.total)
    # Everything else that takes a device alone answers or says that it is not
    # supported; nothing else.
    for f in sorted(f for f in dir(n) if f.startswith("nvmlDeviceGet")):
        function = getattr(n, f)
        code = getattr(function, "__code__", None)
        if not code or code.co_argcount != 1 or "Mig" in f or "Handle" in f:
            continue
        asked += 1
        try:
            function(d)
        except n.NVMLError_NotSupported:
            refused += 1
        except n.NVMLError_ArgumentVersionMismatch:
            raise AssertionError(f)
n.nvmlShutdown()
print(asked, "more asked,", refused, "not supported")
assert asked > 100 and refused < asked
