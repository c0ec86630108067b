import type { DeviceChoice } from '../../workerApi/whittleWorkerApi.ts';

/** What to run on, as people choose it. */
export const deviceChoices: readonly { readonly value: DeviceChoice; readonly label: string }[] = [
  { value: 'auto', label: 'Automatic' },
  { value: 'webgpu', label: 'Graphics card' },
  { value: 'wasm', label: 'Processor' },
];
