/**
 * Whether this browser page can have a WebGPU device. Write `describe.skipIf(!hasWebGpu)` in `*.gpu.test.ts`, so that
 * a machine without an adapter shows the tests as skipped.
 */
export const hasWebGpu: boolean = 'gpu' in navigator && (await navigator.gpu.requestAdapter()) !== null;
