import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { exportDtypes, type ExportDtype } from '../../src/exporter/exportDecoder.ts';
import { totalBytesOf } from '../../src/graph/memoryEstimate.ts';
import type { CompileCase, CompileResult } from './compileCase.ts';
import type { MemoryResult } from './memoryCase.ts';
import { modelShapes, type ModelShape } from './shapes.ts';
import { writeShape } from './writeShape.ts';

interface Measured extends CompileCase, CompileResult, MemoryResult {
  readonly shape: ModelShape;
}

/** Trains every shape for a few steps, each case in a process of its own, and prints a Markdown table. */
export async function benchMemory(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      models: { type: 'string', default: 'SmolLM2-135M,Qwen2.5-0.5B,Gemma-3-270m' },
      dtype: { type: 'string', default: 'q4' },
      lengths: { type: 'string', default: '256,512' },
      steps: { type: 'string', default: '3' },
      'logits-chunk': { type: 'string' },
      rank: { type: 'string', default: '8' },
      out: { type: 'string', default: 'out/bench' },
    },
  });
  const dtype = knownDtype(values.dtype);
  const chunk = values['logits-chunk'] === undefined ? {} : { logitsChunk: Number(values['logits-chunk']) };
  const measured: Measured[] = [];
  const machine = describeMachine();
  mkdirSync(values.out, { recursive: true });
  const program = join(values.out, 'program.bin');
  for (const shape of values.models.split(',').map(knownShape)) {
    const folder = await writeShape(shape, dtype);
    for (const length of values.lengths.split(',').map(Number)) {
      for (const recompute of ['none', 'elementwise', 'perLayer'] as const) {
        const plan = { folder, dtype, length, recompute, ...chunk, rank: Number(values.rank), program };
        console.error(`${shape} in ${dtype}, ${length} tokens, recompute ${recompute} …`);
        const compiled = await inProcess<CompileResult>('compileCase.ts', plan, givesBackAtOnce);
        const result = await inProcess<MemoryResult>(
          'memoryCase.ts',
          { program, steps: Number(values.steps) },
          givesBackAtOnce,
        );
        measured.push({ shape, ...plan, ...compiled, ...result });
        // After every case, so that a run that is broken off was not for nothing.
        writeFileSync(join(values.out, 'memory.json'), `${JSON.stringify({ machine, measured }, null, 2)}\n`);
        writeFileSync(join(values.out, 'memory.md'), render(measured, machine));
      }
    }
  }
  console.log(render(measured, machine));
}

export function knownShape(name: string): ModelShape {
  if (Object.hasOwn(modelShapes, name)) return name as ModelShape;
  throw new Error(`There is no shape ${name}; known are ${Object.keys(modelShapes).join(', ')}.`);
}

function knownDtype(name: string): ExportDtype {
  const dtype = exportDtypes.find((known) => known === name);
  if (dtype) return dtype;
  throw new Error(`Random models are not written in ${name}, but in ${exportDtypes.join(', ')}.`);
}

/**
 * Makes glibc return freed buffers to the system; else resident memory counts what it keeps of them for later. It costs time,
 * so nothing is timed with it.
 */
export const givesBackAtOnce = { MALLOC_MMAP_THRESHOLD_: '131072' };

/** Runs a script beside this one with `plan` as JSON, in a process of its own; what it prints last is its result. */
export async function inProcess<Result>(
  script: string,
  plan: object,
  environment: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', join(import.meta.dirname, script), JSON.stringify(plan)],
    { maxBuffer: 2 ** 24, env: { ...process.env, ...environment } },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Result;
}

export function describeMachine() {
  const versionOf = (name: string) =>
    (JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8')) as { version: string })
      .version;
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    onnxruntimeNode: versionOf('onnxruntime-node'),
  };
}

const errorOf = (estimated: number, measured: number) => `${((estimated / measured - 1) * 100).toFixed(0)} %`;

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);

function render(measured: readonly Measured[], machine: ReturnType<typeof describeMachine>): string {
  const header = [
    '| model | weights in | tokens | recompute | weights and graphs estimated MB | held MB | steps estimated MB | allocated MB | error | with weights | session s | step s | loss |',
    '| --- | --- | --: | --- | --: | --: | --: | --: | --: | --: | --: | --: | --- |',
  ];
  const rows = measured.map((m) => {
    const { weights, activations, state, graphs = 0 } = m.estimated;
    const errors = [errorOf(activations + state, m.allocated), errorOf(totalBytesOf(m.estimated), m.weights + m.allocated)]; // prettier-ignore
    const bytes = [weights + graphs, m.weights, activations + state, m.allocated].map(megabytes);
    const losses = m.losses.map((loss) => loss.toFixed(3)).join(' → ');
    const cells = [m.shape, m.dtype, m.length, m.recompute, ...bytes, ...errors, m.sessionSeconds.toFixed(1), m.stepSeconds.toFixed(1), losses]; // prettier-ignore
    return `| ${cells.join(' | ')} |`;
  });
  const { processor, cores, memoryGiB, node, onnxruntimeNode } = machine;
  const footer = `${processor}, ${cores} cores, ${memoryGiB} GiB; Node ${node}, onnxruntime-node ${onnxruntimeNode}, CPU.`;
  return [...header, ...rows, '', footer, ''].join('\n');
}
