import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { physicalCores } from '../../src/runtime/physicalCores.ts';

/** /proc/cpuinfo of a machine with so many sockets, cores in each, and threads in each of those. */
function cpuInfo(sockets: number, cores: number, threads: number): string {
  const processors = Array.from({ length: sockets * cores * threads }, (_, i) => {
    const core = i % (sockets * cores);
    return `processor\t: ${i}\nmodel name\t: A\nphysical id\t: ${core % sockets}\nsiblings\t: ${cores * threads}\ncore id\t\t: ${Math.floor(core / sockets)}\n`;
  });
  return processors.join('\n');
}

const available = availableParallelism();

describe('the cores to compute on', () => {
  it.each([
    [1, 1, 1, 1],
    [1, 1, 2, 1],
    [1, 2, 1, 2],
    [2, 1, 1, 2],
    [2, 1, 2, 2],
  ])('of %i × %i cores with %i threads each are %i', (sockets, cores, threads, expected) => {
    expect(physicalCores(cpuInfo(sockets, cores, threads))).toBe(Math.min(expected, available));
  });

  it('are no more than the process may use', () => {
    expect(physicalCores(cpuInfo(2, 64, 2))).toBe(available);
  });

  it('are left to onnxruntime where the system does not say', () => {
    expect(physicalCores('processor\t: 0\nFeatures\t: fp asimd\n')).toBeUndefined();
    expect(physicalCores(null)).toBeUndefined();
  });
});
