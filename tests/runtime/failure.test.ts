import { describe, expect, it } from 'vitest';
import { describeFailure, RuntimeFailure, type FailureKind } from '../../src/runtime/failure.ts';

// What onnxruntime and browsers really say, shortened, and what becomes of it.
const cases: readonly (readonly [FailureKind, string, string])[] = [
  [
    'webgpu-unavailable',
    'webgpu_context.cc:136 Failed to get a WebGPU adapter: No supported adapters.',
    'the CPU',
  ],
  [
    'webgpu-unavailable',
    'no available backend found. ERR: [webgpu] WebGPU is not supported in current environment',
    'the CPU',
  ],
  [
    'device-lost',
    'WebGPU device lost (2): A valid external Instance reference no longer exists.',
    'checkpoint',
  ],
  ['out-of-memory', 'failed to call OrtRun(). ERROR_CODE: 6, ERROR_MESSAGE: std::bad_alloc', 'batch size'],
  ['out-of-memory', 'RangeError: Array buffer allocation failed', 'batch size'],
  ['out-of-memory', "Can't create a session. failed to allocate a buffer of size 99.", 'batch size'],
  [
    'missing-weights',
    'ValidateExternalDataPathFromDir External data path does not exist: "/m/a.onnx_data"',
    '/m/a.onnx_data',
  ],
  [
    'missing-weights',
    'Failed to load external data file "model.onnx_data", error: file not found in preloaded files.',
    'model.onnx_data',
  ],
  ['cpu-fallback', 'fallback to CPU EP has been explicitly disabled by the user.', 'forbidden'],
];

describe('failures of the runtime', () => {
  it.each(cases)('%s: %s', (kind, text, advice) => {
    const failure = describeFailure(new Error(text), 'training graph', 'run-failed');
    expect(failure.kind).toBe(kind);
    expect(failure.message).toMatch(/training graph .*\.$/);
    expect(failure.message).toContain(advice);
    expect(failure.cause).toBeInstanceOf(Error);
  });

  it('keep the first line of what they do not know', () => {
    const failure = describeFailure(
      new Error('\nNon-zero status code\n  at x'),
      'training graph',
      'run-failed',
    );
    expect(failure.message).toBe('The training graph failed while running: Non-zero status code');
  });

  it('pass on unchanged when they were described already', () => {
    const failure = new RuntimeFailure('device-lost', 'The GPU was lost.');
    expect(describeFailure(failure, 'other graph', 'run-failed')).toBe(failure);
  });
});
