/** Kernels that a GPU device was asked to run. */
export interface GpuDispatches {
  readonly count: number;
}

/** Counts the dispatches of `gpu` from now on: call it before anyone else gets the device. */
export function countGpuDispatches(gpu: GPUDevice): GpuDispatches {
  const dispatches = { count: 0 };
  const createEncoder = gpu.createCommandEncoder.bind(gpu);
  gpu.createCommandEncoder = (descriptor) => {
    const encoder = createEncoder(descriptor);
    const beginPass = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = (options) => counted(beginPass(options), () => dispatches.count++);
    return encoder;
  };
  return dispatches;
}

function counted(pass: GPUComputePassEncoder, count: () => void): GPUComputePassEncoder {
  const dispatch = pass.dispatchWorkgroups.bind(pass);
  pass.dispatchWorkgroups = (...sizes) => {
    count();
    dispatch(...sizes);
  };
  const dispatchIndirect = pass.dispatchWorkgroupsIndirect.bind(pass);
  pass.dispatchWorkgroupsIndirect = (...place) => {
    count();
    dispatchIndirect(...place);
  };
  return pass;
}
