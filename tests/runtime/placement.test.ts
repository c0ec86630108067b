import { describe, expect, it } from 'vitest';
import { parsePlacement } from '../../src/runtime/placement.ts';

const line = (text: string) =>
  `2026-01-01 00:00:00.1 [V:onnxruntime:, session_state.cc:1383 VerifyEachNodeIsAssignedToAnEp] ${text}`;

describe('the placement that onnxruntime logs', () => {
  it('is one provider when all nodes are on it', () => {
    const log = ['noise', line(' All nodes placed on [WebGpuExecutionProvider]. Number of nodes: 7816')].join(
      '\n',
    );
    expect(parsePlacement(log)).toEqual({ nodeCounts: { WebGpuExecutionProvider: 7816 }, nodesOnCpu: [] });
  });

  it('names the nodes that fell back to the CPU', () => {
    const log = [
      line(' Node(s) placed on [CPUExecutionProvider]. Number of nodes: 2'),
      line('   Hardmax (peak)'),
      line('   Gather (/model/embed tokens)'),
      line(' Node(s) placed on [WebGpuExecutionProvider]. Number of nodes: 1'),
      line('   Add (double)'),
    ].join('\n');
    expect(parsePlacement(log)).toEqual({
      nodeCounts: { CPUExecutionProvider: 2, WebGpuExecutionProvider: 1 },
      nodesOnCpu: ['Hardmax (peak)', 'Gather (/model/embed tokens)'],
    });
  });

  it('is never assumed: a log without it is an error', () => {
    expect(() => parsePlacement('session created')).toThrow(/says nothing about node placement/);
  });
});
